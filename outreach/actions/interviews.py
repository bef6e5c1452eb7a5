"""A household answers a wave: at which of its questions it is, what was said, and what follows."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.rows import insert
from base.wiring import settings
from messages import actions as messages
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.actions import comments, interviewtickets
from outreach.actions.hearing import PUT, was_put
from outreach.questionnaires import SKIP, Question, Questionnaire, Scale
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.surveys import Via, next_try_at
from outreach.waves import LASTS, REMIND_AFTER, WAITED_FOR, InterviewState
from telephony.regions import zones

REMINDER = "once_more"
"""What stands in the place of a question in the once key of a reminder."""
ANEW = "#"
"""What stands behind the once key of what is put again: an answer before it was put right, or its wave was stopped."""
TAKEN_BACK = (MessageState.CANCELLED, MessageState.EXPIRED)
"""How a message stands that never left, and never will."""


def about(interview: Interview) -> str:
    """The name under which the ledger keeps what is sent to ask on."""
    return f"interview:{interview.id}"


def once_key(interview: Interview, step: str) -> str:
    """What makes one text or call of it happen once; `step` is a question, or what else is sent."""
    return f"interview/{interview.id}/{step}"


def made_of(interview: Interview) -> Questionnaire:
    """What its wave asks, as it stood when the wave was written."""
    assert interview.campaign.questionnaire is not None  # a wave has one
    return Questionnaire.of(interview.campaign.questionnaire)


def current(interview: Interview) -> Question | None:
    """The question they are at."""
    return made_of(interview).question(interview.question)


def put_last(interview: Interview) -> Question | None:
    """The question a text of theirs is about: the one they are at; until that has left, the one they answered last."""
    if interview.put_at is None and interview.answers:
        return made_of(interview).question(interview.answers[-1].question)
    return current(interview)


def lock(session: Session, interview_id: int) -> Interview | None:
    """An interview, locked until the end of the transaction."""
    session.flush()
    return session.get(Interview, interview_id, with_for_update=True, populate_existing=True)


def can_be_answered(session: Session, interview: Interview, *, at: datetime) -> bool:
    """Whether it was put, is not answered to the end, and its wave lasts."""
    return interview.state in WAITED_FOR and lasts(interview, at) and is_put(session, interview)


def lasts(interview: Interview, at: datetime) -> bool:
    """Whether its wave was let go, and no longer ago than answers count."""
    approved_at = interview.campaign.approved_at
    return approved_at is not None and at < approved_at + LASTS


def is_put(session: Session, interview: Interview) -> bool:
    """Whether its first question got as far as their telephone; one that has is open from then on.

    A further one is put from when it has left, or its reminder has.
    """
    if interview.asked_at is not None:
        if interview.put_at is None:
            interview.put_at = _left_at(session, interview)
        return True
    first = first_message(session, interview)
    if first is None or first.state not in PUT:
        return False
    opened(interview, first.accepted_at or first.planned_at)
    return True


def prove_put(session: Session, interview_id: int, *, at: datetime) -> None:
    """Its first call was picked up before the carrier told us that it took it: it was put. Twice changes nothing."""
    interview = lock(session, interview_id)
    if interview is not None and interview.state is InterviewState.PLANNED and interview.asked_at is None:
        opened(interview, at)
        session.flush()


def was_reached(session: Session, interview: Interview) -> bool:
    """Whether they said anything, or something we sent still counts as having got as far as their telephone."""
    first = first_message(session, interview)
    sent = messages.messages_about(session, about(interview)) + ([first] if first is not None else [])
    return bool(interview.answers) or was_put(sent)


def first_message(session: Session, interview: Interview) -> Message | None:
    """The text or call of the wave itself."""
    of_wave = Message.batch_id == interview.campaign.batch_id
    return session.scalar(select(Message).where(Message.number == interview.number, of_wave).limit(1))


def opened(interview: Interview, asked_at: datetime) -> None:
    """Its first question was put; whoever was rung is reminded at another time of day."""
    interview.state, interview.asked_at, interview.put_at = InterviewState.OPEN, asked_at, asked_at
    interview.due_at = asked_at + REMIND_AFTER
    if interview.way is Way.CALL:
        zone = (zones(interview.number) or (settings().timezone,))[0]
        interview.due_at = next_try_at([asked_at], at=interview.due_at, zone=zone)


def end(interview: Interview, state: InterviewState, reason: str = "", *, at: datetime) -> None:
    """Nothing more is asked."""
    interview.state, interview.reason, interview.ended_at, interview.due_at = state, reason[:30], at, None


def take(
    session: Session, interview_id: int, question_key: str, key: str, *, via: Via, at: datetime, comment: str = ""
) -> InterviewAnswer | None:  # fmt: skip
    """Write one answer down, once; None where there is nothing (any more) to answer, or that key means nothing.

    The next question is theirs from then on, by text once it has left; after the last one the interview has been
    answered. A low answer opens a
    ticket, so that somebody calls, and so do words that somebody has to read; what else it says is added there while
    that is of use.
    """
    interview = lock(session, interview_id)
    if interview is None:
        return None
    of_question = InterviewAnswer.interview_id == interview_id, InterviewAnswer.question == question_key
    known = session.scalar(select(InterviewAnswer).where(*of_question))
    question = current(interview)
    if known is not None or question is None or question.key != question_key:
        return known
    if not _means(question, key) or not can_be_answered(session, interview, at=at):
        return None
    answer_id = session.execute(
        insert(InterviewAnswer)
        .values(
            interview_id=interview_id, question=question_key, key=key, mapping=question.mapping,
            score=question.score(key), via=via, answered_at=at, comment=comment,
        )
        .returning(InterviewAnswer.id)
    ).scalar_one()  # fmt: skip
    session.expire(interview, ["answers"])
    _go_on(session, interview, question, key, via, at)
    if question.is_low(key):
        interviewtickets.complain(session, interview, question, key, comment, at=at)
    elif comment:
        interviewtickets.read(session, interview, question, comment, at=at)
    session.flush()
    return session.get_one(InterviewAnswer, answer_id)


def correct(session: Session, interview: Interview, key: str, *, at: datetime, comment: str = "") -> bool:
    """Put another key in the place of the one given last, and ask what follows from that; the same key changes nothing.

    False where it means nothing. A ticket that a low answer opened stays, and is told.
    """
    question, answer = put_last(interview), interview.answers[-1]
    if question is None or question.scale is Scale.COMMENT or not _means(question, key) or not lasts(interview, at):
        return False
    before, answer.key, answer.score = answer.key, key, question.score(key)
    if comment and comment != answer.comment:
        answer.comment = "\n".join(part for part in (answer.comment, comment) if part)
    made = made_of(interview)
    if made.after(question, before) != made.after(question, key):
        _go_on(session, interview, question, key, answer.via, at)
    if key != before and question.is_low(key) and not question.is_low(before):
        interviewtickets.complain(session, interview, question, key, comment, at=at)
    elif key != before and interview.ticket_id is not None:
        words = interviewtickets.said(interview, question, key)
        interviewtickets.add(session, interview, question, words, at=at, again=f"/{key}")
    session.flush()
    return True


def wants_person(session: Session, interview_id: int, *, at: datetime) -> Interview | None:
    """They want a person instead: that is a ticket before anybody is rung, also where nothing is asked any more, as
    they are on the line. None where there is none to ask.
    """
    interview = lock(session, interview_id)
    if interview is None or interview.state is InterviewState.HANDED_OVER:
        return interview
    if can_be_answered(session, interview, at=at):
        messages.cancel(session, about=about(interview), at=at)
        end(interview, InterviewState.HANDED_OVER, at=at)
    interviewtickets.want_person(session, interview, at=at)
    session.flush()
    return interview


def keep_recording(session: Session, interview_id: int, sid: str, seconds: int, *, at: datetime) -> None:
    """What they said after the tone, each message once; it stands on a ticket, so that somebody listens. The clock
    fetches it.
    """
    interview = lock(session, interview_id)
    if interview is None:
        return
    said = comments.keep(session, sid, seconds, at=at, interview_id=interview_id)
    if said is not None:
        interviewtickets.listen(session, interview, at=at)
        said.ticket_id = interview.ticket_id
        session.flush()


def stop_asking(session: Session, number: str, *, at: datetime) -> None:
    """Whoever has this number wants to be left alone: nothing more is asked."""
    for one in session.scalars(
        select(Interview).where(Interview.number == number, Interview.state.in_(WAITED_FOR)).with_for_update()
    ).all():
        messages.cancel(session, about=about(one), at=at)
        end(one, InterviewState.REFUSED, "opted_out", at=at)


def _left_at(session: Session, interview: Interview) -> datetime | None:
    """When the question they are at got as far as their telephone, by itself or as a reminder; None: not yet."""
    if not interview.answers:
        return interview.asked_at
    answered_at, reminded_at = interview.answers[-1].answered_at, interview.reminded_at
    steps = {interview.question} | ({REMINDER} if reminded_at is not None and reminded_at > answered_at else set())
    keys = {once_key(interview, step) for step in steps}
    put = [
        message.accepted_at or message.planned_at
        for message in messages.messages_about(session, about(interview))
        if message.state in PUT and message.once_key.partition(ANEW)[0] in keys
    ]
    return min(put, default=None)


def _go_on(session: Session, interview: Interview, question: Question, key: str, via: Via, at: datetime) -> None:
    """What follows from an answer is the question they are at; one that is said on the telephone is put at once."""
    messages.cancel(session, about=about(interview), at=at)
    follows = made_of(interview).after(question, key)
    if follows is None:
        end(interview, InterviewState.ANSWERED, at=at)
        return
    interview.state, interview.ended_at, interview.due_at = InterviewState.OPEN, None, at + REMIND_AFTER
    interview.question, interview.put_at = follows.key, None if via is Via.TEXT else at


def _means(question: Question, key: str) -> bool:
    """Words have no key, whether they stand beside it or were spoken after the tone."""
    return key in {"", SKIP} if question.scale is Scale.COMMENT else key in question.keys
