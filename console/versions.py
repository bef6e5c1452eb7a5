"""Which version of a ticket somebody has seen: it changes with everything that happens to it, but not with time."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.models import Ticket, TicketEvent
from tickets.promisemodels import SignOff


def version_of(session: Session, ticket: Ticket) -> str:
    """The version of `ticket`: of its row, its newest event, and how often a wrong code was entered, as `7.1234.0`."""
    event = session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket.id)) or 0
    tries = session.scalar(select(func.sum(SignOff.wrong)).where(SignOff.ticket_id == ticket.id)) or 0
    return f"{ticket.version}.{event}.{tries}"


def newest_event_of(version: str) -> int | None:
    """The id of the newest event that whoever has this version knows; None where it is no version."""
    parts = version.split(".")
    is_version = len(parts) == 3 and all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts)
    return int(parts[1]) if is_version else None
