"""An owner answers: their score, their words, or that they want a supervisor; and what follows from it."""

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

import tickets.actions
from base.database import Moment
from base.queue import Lane, enqueue
from base.rows import insert, written_out
from messages import actions as messages
from messages.lifecycle import Way
from oncall import actions as oncall
from oncall.actions import LiveRing
from outreach.actions import comments
from outreach.actions.standing import about, end, holds, lock
from outreach.surveymodels import Answer, Survey
from outreach.surveys import (
    OFFERED_FOR,
    ONE_IS_BEST,
    STILL_FRESH,
    SurveyState,
    Via,
    is_low,
    is_satisfied,
    score_of,
)
from tickets.lifecycle import MOVING, CloseReason, Status
from tickets.models import EventType, Ticket

_NUMBER: BindParameter[str] = bindparam("number")
MISSED = (
    select(Survey)
    .join(Survey.ticket)
    .where(
        Survey.number == _NUMBER, Ticket.status.in_(written_out((Status.RESOLVED, Status.CLOSED))),
        or_(
            Survey.state.in_(written_out((SurveyState.PLANNED, SurveyState.OPEN))),
            (Survey.state == SurveyState.UNANSWERED) & (Survey.reason != "opted_out")
            & (Survey.ended_at > bindparam("missed_since_at", type_=Moment)),
        ),
        Survey.asked_at.is_not(None),
    )
    .options(joinedload(Survey.ticket))
    .order_by(Survey.asked_at.desc(), Survey.id.desc())
    .limit(1)
)  # fmt: skip
"""The question of `missed_question`, by `number` and `missed_since_at`. Ready-made: a caller waits for it."""


def missed_question(session: Session, number: str, *, at: datetime) -> Survey | None:
    """The question this number has been asked and has not answered, for some days after it ended."""
    return session.scalar(MISSED, missed_by(number, at))


def missed_by(number: str | None, at: datetime) -> dict[str, object]:
    """What `MISSED` is asked with."""
    return {"number": number, "missed_since_at": at - OFFERED_FOR}


def late_at(session: Session, number: str, *, at: datetime, letter: str = "") -> Survey | None:
    """The question by text that this number, under this letter if one is given, did not answer in time: as long as a
    caller is offered it, a text may answer it too.
    """
    by_text = MISSED.where(Survey.way == Way.TEXT)
    query = by_text.where(Survey.letter == letter) if letter else by_text
    missed = session.scalar(query, missed_by(number, at))
    return missed if missed is not None and can_be_answered(session, missed) else None


def fresh_answer(session: Session, number: str, *, at: datetime, letter: str = "") -> Survey | None:
    """What this number has answered by text, under this letter if one is given, so short a time ago that a further
    text belongs to it.
    """
    query = (
        select(Survey)
        .join(Survey.answer)
        .where(Survey.number == number, Answer.via == Via.TEXT, Answer.answered_at > at - STILL_FRESH)
        .order_by(Answer.answered_at.desc(), Answer.id.desc())
        .limit(1)
    )
    return session.scalar(query.where(Survey.letter == letter) if letter else query)


def take_score(
    session: Session, survey_id: int, key: str, *, via: Via, at: datetime, comment: str = ""
) -> Answer | None:  # fmt: skip
    """Write the answer down, once; None where there is nothing (any more) to answer.

    A high score closes the ticket, a middling one leaves it to the rule, a low one opens it again and a supervisor
    is called until somebody takes it.
    """
    survey = lock(session, survey_id)
    score = score_of(key)
    if survey is None or score is None:
        return None
    known = session.scalar(select(Answer).where(Answer.survey_id == survey_id))
    if known is not None or not can_be_answered(session, survey):
        return known
    answer_id = session.execute(
        insert(Answer)
        .values(
            survey_id=survey_id, key=key, mapping=ONE_IS_BEST, score=score, via=via, answered_at=at, comment=comment
        )
        .returning(Answer.id)
    ).scalar_one()  # fmt: skip
    messages.cancel(session, about=about(survey), at=at)
    end(survey, SurveyState.ANSWERED, at=at)
    _follow(session, survey, score, key, via, comment, at)
    session.flush()
    return session.get_one(Answer, answer_id)


def correct_score(session: Session, survey_id: int, key: str, *, at: datetime, comment: str = "") -> Answer | None:
    """Put another score in the place of one that was just given, with all that follows from it.

    None where there is none, or where there has been a newer result since. A ticket that a low score
    opened again stays open: somebody has been called about it, and speaks with its owner.
    """
    survey = lock(session, survey_id)
    score = score_of(key)
    answer = session.scalar(select(Answer).where(Answer.survey_id == survey_id).with_for_update())
    if survey is None or score is None or answer is None:
        return None
    if survey.ticket.status not in MOVING and not holds(session, survey, survey.ticket):
        return None
    answer.comment = "\n".join(part for part in (answer.comment, comment) if part)
    answer.key, answer.score = key, score
    _follow(session, survey, score, key, answer.via, comment, at)
    session.flush()
    return answer


def add_comment(session: Session, survey: Survey, words: str, *, once_key: str, at: datetime) -> None:
    """Further words to an answer that was just given; the same ones once."""
    is_new = tickets.actions.add_event(
        session, survey.ticket_id, EventType.CALLED_AGAIN, at=at, text=words,
        data={"channel": "text", "survey": survey.id}, once_key=once_key,
    )  # fmt: skip
    answer = session.scalar(select(Answer).where(Answer.survey_id == survey.id))
    if is_new and answer is not None:
        answer.comment = "\n".join(part for part in (answer.comment, words) if part)
        session.flush()


def keep_recording(session: Session, survey_id: int, sid: str, seconds: int, *, at: datetime) -> None:
    """What they said after the beep, each message once; the clock fetches it."""
    survey = lock(session, survey_id)
    if survey is not None and (said := comments.keep(session, sid, seconds, at=at, survey_id=survey_id)) is not None:
        said.ticket_id = survey.ticket_id
        session.flush()


def wants_leader(session: Session, survey_id: int, *, at: datetime) -> bool:
    """They want a supervisor, now: the ticket is open again before anybody is rung. False where there is none."""
    survey = lock(session, survey_id)
    if survey is None:
        return False
    if can_be_answered(session, survey):
        messages.cancel(session, about=about(survey), at=at)
        end(survey, SurveyState.HANDED_OVER, at=at)
        survey.due_at = None
        _refuse(session, survey, {"wants": "supervisor"}, at)
    is_theirs = survey.state in {SurveyState.HANDED_OVER, SurveyState.ANSWERED}
    return is_theirs and survey.ticket.status in MOVING


def ring_leader(session: Session, survey_id: int, place: int, *, at: datetime) -> LiveRing | None:
    """Whoever leads and is rung as number `place` (from 0) for this owner, the same one if asked again; None: nobody
    is left.
    """
    survey = lock(session, survey_id)
    if survey is None or place > len(survey.rings):
        return None
    if place < len(survey.rings):
        return oncall.ring_of(session, survey.rings[place])
    ring = oncall.ring_leader(session, survey.ticket_id, at=at, after=survey.rings, caller_number=survey.number)
    if ring is not None:
        survey.rings = [*survey.rings, ring.page_id]
        session.flush()
    return ring


def talk_over(session: Session, survey: Survey, place: int, *, at: datetime) -> None:
    """The leader rung as number `place`, who spoke with them, can be rung for others again."""
    oncall.part(session, survey.rings[place], at=at)


def has_spoken(session: Session, survey: Survey, place: int) -> bool:
    """Whether the leader rung as number `place` has pressed 1 and spoken with them."""
    return 0 <= place < len(survey.rings) and oncall.has_joined(session, survey.rings[place])


def can_be_answered(session: Session, survey: Survey) -> bool:
    """Whether the question has been put, is not answered, and its result still holds."""
    was_asked = survey.asked_at is not None
    is_waited_for = survey.state in {SurveyState.PLANNED, SurveyState.OPEN, SurveyState.UNANSWERED}
    return was_asked and is_waited_for and holds(session, survey, survey.ticket)


def _follow(
    session: Session, survey: Survey, score: int, key: str, via: Via, comment: str, at: datetime
) -> None:  # fmt: skip
    how = {"key": key, "mapping": ONE_IS_BEST, "via": via.value, "survey": survey.id}
    is_standing = holds(session, survey, survey.ticket)
    ticket = tickets.actions.score(session, survey.ticket_id, score, at=at, text=comment, data=how)
    if not is_standing:
        return
    if is_low(score):
        survey.due_at = None
        _refuse(session, survey, {"score": score}, at)
    elif is_satisfied(score):
        survey.due_at = None
        if ticket.status is Status.RESOLVED:
            tickets.actions.close(session, ticket.id, None, at=at, why=CloseReason.SATISFIED)


def _refuse(session: Session, survey: Survey, said: dict[str, object], at: datetime) -> None:
    tickets.actions.reopen(
        session, survey.ticket_id, None, at=at, text="", refused={"survey": survey.id, **said}
    )  # fmt: skip
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", survey.ticket_id)
