"""Whoever came to us with a matter: the caller of a ticket, and of each that was merged into it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from outreach.actions.reach import Reach, reach_of
from tickets.models import Ticket


def reporters(session: Session, ticket: Ticket, *, at: datetime) -> Iterator[tuple[Ticket, Reach]]:
    """Each whom a text can reach, once a number, with the ticket under which they know it; its own caller first."""
    known: set[str] = set()
    for one in (ticket, *tickets.actions.parts_of(session, ticket.id)):
        reach = reach_of(session, one.caller_number, at=at)
        if reach is not None and reach.can_read and reach.number not in known:
            known.add(reach.number)
            yield one, reach
