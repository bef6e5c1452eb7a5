"""Where one survey stands: locked, still about the newest result, ended, or withdrawn."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from messages import actions as messages
from outreach.actions.results import about_result
from outreach.surveymodels import Survey
from outreach.surveys import NO_OBJECTION, SurveyState
from tickets.lifecycle import Status
from tickets.models import Ticket

DONE = frozenset({Status.RESOLVED, Status.CLOSED})
UNDER_WAY = (SurveyState.PLANNED, SurveyState.OPEN)


def lock(session: Session, survey_id: int) -> Survey | None:
    """A survey, locked until the end of the transaction after its ticket: everybody takes them in this order."""
    ticket_id = session.scalar(select(Survey.ticket_id).where(Survey.id == survey_id))
    if ticket_id is None:
        return None
    tickets.actions.get(session, ticket_id)
    return session.get(Survey, survey_id, with_for_update=True, populate_existing=True)


def holds(session: Session, survey: Survey, ticket: Ticket) -> bool:
    """Whether the result that this survey is about is still the ticket's."""
    result = tickets.actions.resolution_of(session, ticket.id)
    return ticket.status in DONE and result is not None and result.id == survey.result_id


def end(survey: Survey, state: SurveyState, reason: str = "", *, at: datetime) -> None:
    """Nothing more is asked; when its owner may have had days to object, the ticket is looked at once more."""
    survey.state, survey.reason, survey.ended_at = state, reason, at
    since_at = survey.told_at or survey.asked_at
    survey.due_at = max(since_at + NO_OBJECTION, at) if since_at else None


def withdraw(session: Session, survey: Survey, *, at: datetime) -> None:
    """The result does not hold any more: what has not left about it never leaves."""
    survey.due_at = None
    messages.cancel(session, about=about_result(survey.result_id), at=at)
    messages.cancel(session, about=about(survey), at=at)
    if survey.state in (*UNDER_WAY, SurveyState.UNANSWERED):  # nor is an old question offered to whoever calls
        survey.state, survey.ended_at = SurveyState.WITHDRAWN, at
    session.flush()


def about(survey: Survey) -> str:
    """The name under which the ledger keeps what is sent to ask."""
    return f"survey:{survey.id}"
