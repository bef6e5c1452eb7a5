"""What somebody told us becomes a ticket, and whoever it wakes is woken."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from directory import actions as directory
from directory.models import Home
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket


def open_ticket(session: Session, draft: TicketDraft, *, at: datetime, once_key: str) -> Ticket:
    """Open it once a key, and after the commit wake its ladder where it has one."""
    ticket = tickets.actions.open_ticket(session, draft, at=at, once_key=once_key)
    if ticket.page_due_at is not None:
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    return ticket


def open_wish(
    session: Session, *, number: str, language: str, channel: Channel, project_id: int | None, home: Home | None,
    reason: str, once_key: str, at: datetime,
) -> Ticket:  # fmt: skip
    """The ticket of somebody who wants a person, before anybody is rung; `reason` says what they had heard."""
    draft = TicketDraft(
        kind=Kind.HELP, category="person", channel=channel, project_id=project_id,
        home_id=home.id if home is not None else None, place=directory.place_of(home) if home is not None else "",
        caller_number=number, language=language, told={"reason": reason},
    )  # fmt: skip
    return open_ticket(session, draft, at=at, once_key=once_key)
