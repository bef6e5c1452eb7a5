"""Nobody is rung about one thing while they are asked about another: a key could answer the one or the other."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from base.rows import alone
from messages.lifecycle import Way
from outreach.models import IncidentSample, Survey
from outreach.spotchecks import SpotState
from outreach.surveys import TEXT_LIVES, SurveyState

A_LITTLE_LATER = timedelta(minutes=10)
"""When whoever is being asked something is looked at again."""


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
    return any(session.scalar(query.limit(1)) is not None for query in (survey, sample))
