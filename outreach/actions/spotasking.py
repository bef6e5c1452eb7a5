"""Ask whether an all-clear is true where somebody lives, by text or by call, and see what became of it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.rows import alone
from base.wiring import settings
from directory import actions as directory
from messages import actions as messages
from messages import pacing
from messages.lifecycle import MessageClass, Way
from messages.wording import say
from oncall import words
from outreach.actions.hearing import was_put
from outreach.actions.oneatatime import A_LITTLE_LATER, is_being_asked
from outreach.actions.openquestions import letter_for
from outreach.actions.spotchecks import draws_due
from outreach.letters import shown
from outreach.spotchecks import TEXT_LIVES, SpotState, rules_of_the_house
from outreach.surveymodels import IncidentSample
from outreach.surveys import CALL_LIVES, next_try_at
from telephony.regions import zones

LOOK_AGAIN = timedelta(seconds=60)
"""How often the end of a call in the air is looked for."""
RING_S = 30


def due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Households to be asked, or looked at, now. One look at a small partial index."""
    waiting = select(IncidentSample.id).where(IncidentSample.due_at <= at)
    return list(session.scalars(waiting.order_by(IncidentSample.due_at, IncidentSample.id).limit(limit)))


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether a sample is to be drawn, or some household to be asked or looked at, now."""
    return bool(draws_due(session, at=at, limit=1) or due(session, at=at, limit=1))


def look(session: Session, sample_id: int, *, at: datetime) -> None:
    """Do what is due about one: ask, ask again, or let it rest."""
    sample = lock(session, sample_id)
    if sample is None or sample.due_at is None or sample.due_at > at:
        return
    if sample.state is SpotState.PLANNED:
        _ask(session, sample, at)
    elif sample.state is SpotState.OPEN:
        _see(session, sample, at)
    else:
        sample.due_at = None
    session.flush()


def stop_asking(session: Session, number: str, *, at: datetime) -> None:
    """Whoever has this number wants to be left alone: nothing more is asked."""
    under_way = (SpotState.PLANNED, SpotState.OPEN)
    theirs = select(IncidentSample.id).where(IncidentSample.number == number, IncidentSample.state.in_(under_way))
    for sample_id in session.scalars(theirs.order_by(IncidentSample.id)).all():
        sample = lock(session, sample_id)
        if sample is not None and sample.state in under_way:
            messages.cancel(session, about=about(sample), at=at)
            _end(sample, "opted_out", at)
    session.flush()


def lock(session: Session, sample_id: int) -> IncidentSample | None:
    """One household that is asked, locked until the end of the transaction."""
    return session.get(IncidentSample, sample_id, with_for_update=True, populate_existing=True)


def about(sample: IncidentSample) -> str:
    """The name under which the ledger keeps what is sent to ask."""
    return f"sample:{sample.id}"


def what(sample: IncidentSample) -> str:
    """The trouble, as its owner hears of it."""
    return words.trouble(sample.incident.kind.value, sample.language)


def _ask(session: Session, sample: IncidentSample, at: datetime) -> None:
    """Now or later, by the rules of every question: not in quiet hours, not two at once, never if refused."""
    quiet_until_at = pacing.quiet_until(MessageClass.SURVEY, at, _zones(sample))
    if (quiet_until_at or at) > sample.drawn_at + rules_of_the_house().lasts:
        _end(sample, "too_late", at)
    elif quiet_until_at is not None:
        sample.due_at = quiet_until_at
    elif why := directory.why_not(session, sample.number, MessageClass.SURVEY.value):
        _end(sample, why, at)
    elif sample.way is Way.TEXT:
        _ask_by_text(session, sample, at)
    elif is_being_asked(session, sample.number, at=at, sample_id=sample.id):
        sample.due_at = at + A_LITTLE_LATER
    else:
        _ask_by_call(session, sample, at)


def _see(session: Session, sample: IncidentSample, at: datetime) -> None:
    sent = messages.messages_about(session, about(sample))
    if sample.way is Way.CALL and sent and sent[-1].final_at is None:
        sample.due_at = at + LOOK_AGAIN
    elif sample.way is Way.CALL and sample.tries < rules_of_the_house().tries:
        tried = [call.planned_at for call in sent]
        sample.state, sample.due_at = SpotState.PLANNED, next_try_at(tried, at=at, zone=_zones(sample)[0])
    else:
        if not was_put(sent):
            sample.asked_at = None  # no question got as far as their telephone
        _end(sample, "expired" if sample.way is Way.TEXT else "no_answer", at)


def _end(sample: IncidentSample, reason: str, at: datetime) -> None:
    sample.state = SpotState.NOT_ASKED if sample.asked_at is None else SpotState.UNANSWERED
    sample.reason, sample.ended_at, sample.due_at = reason, at, None


def _ask_by_text(session: Session, sample: IncidentSample, at: datetime) -> None:
    alone(session, f"asked/{sample.number}")  # two that are put at the same moment would not see each other's letter
    sample.letter = letter_for(session, sample.number, at=at)
    body = say("spot_check", sample.language, what=what(sample), letter=shown(sample.letter))
    messages.plan_text(
        session, number=sample.number, message_class=MessageClass.SURVEY, body=body, once_key=f"sample/{sample.id}",
        about=about(sample), at=at, valid_until_at=at + TEXT_LIVES, language=sample.language, is_demo=sample.is_demo,
    )  # fmt: skip
    sample.state, sample.asked_at, sample.tries, sample.due_at = SpotState.OPEN, at, 1, at + TEXT_LIVES


def _ask_by_call(session: Session, sample: IncidentSample, at: datetime) -> None:
    sample.state, sample.asked_at, sample.tries = SpotState.OPEN, sample.asked_at or at, sample.tries + 1
    messages.plan_call(
        session, number=sample.number, message_class=MessageClass.SURVEY, answer_path=f"/voice/sample/{sample.id}",
        once_key=f"sample/{sample.id}/call/{sample.tries}", about=about(sample), at=at, ring_s=RING_S,
        valid_until_at=at + CALL_LIVES, is_demo=sample.is_demo,
    )  # fmt: skip
    sample.due_at = at + LOOK_AGAIN


def _zones(sample: IncidentSample) -> tuple[str, ...]:
    return zones(sample.number) or (settings().timezone,)
