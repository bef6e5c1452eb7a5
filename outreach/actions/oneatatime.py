"""Nobody is asked about an all-clear and anything else at once: a digit could answer the one or the other."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.rows import alone
from outreach.actions.openquestions import open_questions
from outreach.models import IncidentSample, Survey
from outreach.spotchecks import SpotState
from outreach.surveys import SurveyState

A_LITTLE_LATER = timedelta(minutes=10)
"""When whoever is being asked something is looked at again."""


def is_checked(session: Session, number: str, *, at: datetime, but_id: int = 0) -> bool:
    """Whether this number is asked about an all-clear, which has no letter; until the transaction ends."""
    alone(session, f"asked/{number}")
    sample = select(IncidentSample.id).where(
        IncidentSample.number == number, IncidentSample.id != but_id, IncidentSample.state == SpotState.OPEN,
        IncidentSample.due_at > at,
    )  # fmt: skip
    return session.scalar(sample.limit(1)) is not None


def is_rung(session: Session, number: str, *, at: datetime, but_id: int = 0) -> bool:
    """Whether this number is asked about an all-clear, or about a ticket other than by the survey `but_id`."""
    if is_checked(session, number, at=at):
        return True
    survey = select(Survey.id).where(
        Survey.number == number, Survey.id != but_id, Survey.state == SurveyState.OPEN, Survey.due_at > at
    )
    return session.scalar(survey.limit(1)) is not None


def is_asked_anything(session: Session, number: str, *, at: datetime, but_id: int) -> bool:
    """Whether anything at all is open at this number but the household `but_id` of a sample."""
    is_another = is_checked(session, number, at=at, but_id=but_id)
    return is_another or is_rung(session, number, at=at) or bool(open_questions(session, number, at=at))
