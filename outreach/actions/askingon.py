"""An interview goes on: the next question by text or by call, one reminder, and in the end they are left in peace."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages import pacing
from messages.ledger.plan import IN_FLIGHT
from messages.lifecycle import WAITING, MessageClass, Way
from messages.wording import say
from outreach.actions import interviews
from outreach.actions.interviews import ANEW, REMINDER, about, end, once_key
from outreach.actions.oneatatime import A_LITTLE_LATER, is_being_asked
from outreach.audience import Reason
from outreach.interviewwords import text_of
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from outreach.questionnaires import Question, Scale
from outreach.replies import SurveyAnswer
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.surveys import Via
from outreach.waves import LOOK_AGAIN, REMIND_AFTER, InterviewState, gives_up
from telephony.regions import zones
from tickets.lifecycle import Kind
from tickets.models import Ticket

BEFORE_OTHERS = 6
"""The urgency of the next question to somebody who has just answered: it goes before the first ones of a wave."""
ASKED_LIVES = timedelta(hours=24)
"""How late a question may still leave; in the evening it waits for the morning."""
RING_S = 30
NO_ANSWER = "no_answer"
STOPPED = "stopped"
"""Why nothing more is asked where somebody wants nothing more of the wave to leave."""


def due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Interviews that have to be looked at, the oldest first. One look at a small partial index."""
    waiting = select(Interview.id).where(Interview.due_at.is_not(None), Interview.due_at <= at)
    return list(session.scalars(waiting.order_by(Interview.due_at, Interview.id).limit(limit)))


def look(session: Session, interview_id: int, *, at: datetime) -> None:
    """See whether the first question has left, remind once, or give up. Twice changes nothing."""
    known = session.get(Interview, interview_id)
    goes_on = known is not None and _goes_on(session, known)
    interview = interviews.lock(session, interview_id)
    if interview is None or interview.due_at is None or interview.due_at > at:
        return
    if interview.state is InterviewState.OPEN and not interviews.was_reached(session, interview):
        interview.state, interview.asked_at, interview.put_at = InterviewState.PLANNED, None, None
    missed = _taken_back(session, interview) if goes_on and interviews.lasts(interview, at) else ""
    if interview.campaign.state is CampaignState.WITHDRAWN and interviews.is_put(session, interview):
        _give_up(session, interview, at, "withdrawn")
    elif interview.state is InterviewState.PLANNED:
        _see_first(session, interview, at)
    elif missed and missed != REMINDER:
        _ask_after_all(session, interview, at)
    elif interview.reminded_at is None or missed:
        _remind(session, interview, at, goes_on=goes_on)
    else:
        _give_up(session, interview, at)
    session.flush()


def take_by_text(session: Session, interview: Interview, said: SurveyAnswer, *, at: datetime) -> bool:
    """Take an answer by text and put the next question, or thank them. False where there is nothing to answer.

    Until the next question has left, and shortly after the last, another digit puts the answer before right. Of a wave
    that was stopped nothing more is asked.
    """
    read_for = interviews.put_last(interview)
    goes_on = _goes_on(session, interview)
    interviews.lock(session, interview.id)
    if read_for is None or interviews.put_last(interview) != read_for:
        return False  # another text was quicker: what this one says was not meant for the next question
    if any(answer.question == read_for.key for answer in interview.answers):
        return _put_right(session, interview, said, at, goes_on=goes_on)
    answer = interviews.take(session, interview.id, read_for.key, said.key, via=Via.TEXT, at=at, comment=said.comment)
    if answer is None:
        return False
    _ask_on(session, interview, at, goes_on=goes_on)
    return True


def _put_right(session: Session, interview: Interview, said: SurveyAnswer, at: datetime, *, goes_on: bool) -> bool:
    """Another digit in the place of the one before. What follows is put anew only where it is something else now."""
    before, had_ticket = (interview.state, interview.question), interview.ticket_id
    if not interviews.correct(session, interview, said.key, at=at, comment=said.comment):
        return False
    if (interview.state, interview.question) != before:
        _ask_on(session, interview, at, goes_on=goes_on)
    elif interview.state is InterviewState.ANSWERED and interview.ticket_id != had_ticket:
        _thank(session, interview, at)
    return True


def _ask_on(session: Session, interview: Interview, at: datetime, *, goes_on: bool) -> None:
    follows = interviews.current(interview) if interview.state is InterviewState.OPEN else None
    if follows is not None and not goes_on:
        _give_up(session, interview, at, STOPPED)
        follows = None
    if follows is not None:
        _put_by_text(session, interview, follows, follows.key, at, urgency=BEFORE_OTHERS)
    else:
        _thank(session, interview, at)


def _see_first(session: Session, interview: Interview, at: datetime) -> None:
    """What became of the text or call of the wave."""
    first = interviews.first_message(session, interview)
    if interviews.is_put(session, interview):
        return
    may_arrive = first is not None and first.state in IN_FLIGHT
    if interview.campaign.state is CampaignState.WITHDRAWN and not may_arrive:
        end(interview, InterviewState.NOT_ASKED, "withdrawn", at=at)
    elif first is not None and first.state in WAITING:
        interview.due_at = at + LOOK_AGAIN
    elif first is not None and first.reason == Reason.OPTED_OUT:
        end(interview, InterviewState.REFUSED, first.reason, at=at)
    else:
        end(interview, InterviewState.NOT_ASKED, (first.reason if first else "") or "not_delivered", at=at)


def _goes_on(session: Session, interview: Interview) -> bool:
    """Whether its wave may ask more; whoever stops it meanwhile waits, and takes back what was planned.

    Asked before the interview is locked: whoever stops has the wave first, and then what is planned.
    """
    wave = select(Campaign.state).where(Campaign.id == interview.campaign_id)
    return session.scalars(wave.with_for_update(read=True)).one() is CampaignState.APPROVED


def _remind(session: Session, interview: Interview, at: datetime, *, goes_on: bool) -> None:
    """Once more, by the way they were asked, outside quiet hours."""
    zone = zones(interview.number) or (settings().timezone,)
    quiet_until_at = pacing.quiet_until(MessageClass.SURVEY, at, zone)
    question = interviews.current(interview)
    why_not = directory.why_not(session, interview.number, MessageClass.SURVEY.value)
    if why_not == Reason.OPTED_OUT:
        end(interview, InterviewState.REFUSED, why_not, at=at)
    elif question is None or why_not:
        _give_up(session, interview, at, why_not or NO_ANSWER)  # where a yes is needed and none stands, nobody refused
    elif question.scale is Scale.COMMENT:
        end(interview, InterviewState.ANSWERED, at=at)  # nobody is reminded of words they may leave out
    elif not goes_on:
        _give_up(session, interview, at, STOPPED)  # somebody wants nothing more of this wave to leave
    elif quiet_until_at is not None:
        interview.due_at = quiet_until_at
    elif interview.way is Way.CALL and is_being_asked(session, interview.number, at=at):
        interview.due_at = at + A_LITTLE_LATER
    else:
        if interview.way is Way.TEXT:
            _put_by_text(session, interview, question, REMINDER, at)
        else:
            _put_by_call(session, interview, at)
        interview.reminded_at, interview.due_at = at, at + REMIND_AFTER


def _taken_back(session: Session, interview: Interview) -> str:
    """What was last put to them and never left, since their wave was stopped: a question or `REMINDER`; else empty."""
    last = messages.messages_about(session, about(interview))[-1:]
    if not last or last[0].state not in interviews.TAKEN_BACK:
        return ""
    if interview.answers and last[0].planned_at < interview.answers[-1].answered_at:
        return ""  # their answer took it back
    return REMINDER if last[0].once_key.partition(ANEW)[0] == once_key(interview, REMINDER) else interview.question


def _ask_after_all(session: Session, interview: Interview, at: datetime) -> None:
    question = interviews.current(interview)
    assert question is not None  # it was put before
    _put_by_text(session, interview, question, question.key, at, urgency=BEFORE_OTHERS)
    interview.due_at = at + REMIND_AFTER


def _give_up(session: Session, interview: Interview, at: datetime, reason: str = NO_ANSWER) -> None:
    answered = session.scalars(
        select(func.count(InterviewAnswer.id)).where(InterviewAnswer.interview_id == interview.id)
    ).one()
    end(interview, gives_up(answered), reason, at=at)


def _put_by_text(
    session: Session, interview: Interview, question: Question, step: str, at: datetime, *, urgency: int | None = None
) -> None:
    messages.plan_text(
        session, number=interview.number, message_class=MessageClass.SURVEY,
        body=text_of(question, interview.language, interview.letter), once_key=_once(session, interview, step),
        about=about(interview), at=at, valid_until_at=at + ASKED_LIVES, language=interview.language, urgency=urgency,
        is_demo=interview.is_demo,
    )  # fmt: skip


def _put_by_call(session: Session, interview: Interview, at: datetime) -> None:
    messages.plan_call(
        session, number=interview.number, message_class=MessageClass.SURVEY,
        answer_path=f"/voice/interview/{interview.id}", once_key=_once(session, interview, REMINDER),
        about=about(interview), at=at, ring_s=RING_S, valid_until_at=at + ASKED_LIVES, is_demo=interview.is_demo,
    )  # fmt: skip


def _once(session: Session, interview: Interview, step: str) -> str:
    """The once key of a step; another one where what was taken back is asked after all."""
    once = once_key(interview, step)
    known = [message.once_key for message in messages.messages_about(session, about(interview))]
    return f"{once}{ANEW}{len(known)}" if once in known else once


def _thank(session: Session, interview: Interview, at: datetime) -> None:
    """One text at the end; after a low answer it says that somebody calls, and under which number."""
    ticket = session.get(Ticket, interview.ticket_id) if interview.ticket_id else None
    if ticket is not None and ticket.kind is Kind.SUGGESTION:
        ticket = None  # what may be better is no matter to call about
    known = {"hotline": settings().hotline_said} | ({"ref": ticket.ref} if ticket is not None else {})
    body = say("wave_thanks" if ticket is None else "wave_sorry", interview.language, **known)
    messages.plan_text(
        session, number=interview.number, message_class=MessageClass.SERVICE,
        body=body, once_key=once_key(interview, "thanks" if ticket is None else "sorry"), about=about(interview), at=at,
        language=interview.language, is_demo=interview.is_demo,
    )  # fmt: skip
