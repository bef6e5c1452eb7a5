"""Nobody is rung about one thing while they are asked about another: a key could answer the one or the other."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from base.rows import alone
from messages.ledger.plan import IN_FLIGHT
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample, Survey
from outreach.surveys import TEXT_LIVES, SurveyState

A_LITTLE_LATER = timedelta(minutes=10)
"""When whoever is being asked something is looked at again."""
IN_THE_AIR = (*IN_FLIGHT, MessageState.ACCEPTED)
"""How a call stands that may ring, or be spoken on, at this moment; those of waves are known by nothing else."""


def is_being_asked(
    session: Session, number: str | None, *, at: datetime, survey_id: int = 0, sample_id: int = 0
) -> bool:  # fmt: skip
    """Whether this number is asked about anything but this one, by call or by text; until the transaction ends."""
    alone(session, f"asked/{number}")
    survey = select(Survey.id).where(
        Survey.number == number, Survey.id != survey_id, Survey.state == SurveyState.OPEN,
        or_(Survey.due_at > at, (Survey.way == Way.TEXT) & (Survey.asked_at > at - TEXT_LIVES)),
    )  # fmt: skip
    sample = select(IncidentSample.id).where(
        IncidentSample.number == number, IncidentSample.id != sample_id, IncidentSample.state == SpotState.OPEN,
        IncidentSample.due_at > at,
    )  # fmt: skip
    call = select(Message.id).where(
        Message.number == number, Message.way == Way.CALL, Message.message_class == MessageClass.SURVEY,
        Message.state.in_(IN_THE_AIR) | ((Message.state == MessageState.PLANNED) & Message.batch_id.is_(None)),
    )  # fmt: skip
    return any(session.scalar(query.limit(1)) is not None for query in (survey, sample, call))
