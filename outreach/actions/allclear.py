"""Whose matter ended with a trouble hears so by its all-clear."""

from sqlalchemy.orm import Session

from outreach.actions import notices
from tickets.actions.incidents import WITH_INCIDENT
from tickets.models import Ticket, TicketEvent


def hears_all_clear(session: Session, ticket: Ticket, result: TicketEvent) -> bool:
    """Whether the all-clear of its trouble tells its caller that it is done: no second text says so.

    It is written, or owed, to whoever called about it, as soon as anybody waits for one.
    """
    if result.data.get("how") != WITH_INCIDENT or ticket.incident_id is None:
        return False
    return notices.is_awaited(session, ticket.incident_id)
