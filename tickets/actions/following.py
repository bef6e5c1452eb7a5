"""The standing order to look after a ticket's owner: due, and carried out."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.lifecycle import Status
from tickets.models import EventType, Ticket, TicketEvent


def follow_ups_due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Tickets whose owner has to be looked after, the oldest order first. One look at a small partial index."""
    return list(
        session.scalars(
            select(Ticket.id)
            .where(Ticket.follow_up_at.is_not(None), Ticket.follow_up_at <= at)
            .order_by(Ticket.follow_up_at, Ticket.id)
            .limit(limit)
        )
    )


def followed_up(session: Session, ticket: Ticket) -> None:
    """The order is carried out."""
    ticket.follow_up_at = None
    session.flush()


def resolution_of(session: Session, ticket_id: int) -> TicketEvent | None:
    """The newest result: what its owner is told, and asked about."""
    return session.scalar(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.RESOLVED)
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )


def handlers_of(session: Session, ticket: Ticket) -> set[int]:
    """Who did what its owner says is not done: whoever had it then, and whoever said that it was; else nobody.

    None of them speaks with the owner about it: a callback is never made by the person who handled the matter.
    """
    if ticket.refused_at is None:
        return set()
    done = resolution_of(session, ticket.id)
    had_it = ticket.assignee_id if ticket.status is Status.OPEN else None  # later on: whoever took it meanwhile
    return {id for id in (done.staff_id if done else None, had_it) if id is not None}
