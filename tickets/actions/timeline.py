"""Appending to the timeline, and finding tickets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.orm import Session

from base.errors import NotFound
from base.rows import execute_with, insert, table_of
from base.trail import also
from tickets.lifecycle import MOVING, Status
from tickets.models import EventType, Ticket, TicketEvent

_EVENTS = table_of(TicketEvent)
_TELL_ONCE = insert(_EVENTS).on_conflict_do_nothing(index_elements=["once_key"]).returning(_EVENTS.c.id)


def add_event(
    session: Session,
    ticket_id: int,
    event: EventType,
    *,
    at: datetime,
    staff_id: int | None = None,
    text: str = "",
    data: dict[str, Any] | None = None,
    once_key: str | None = None,
    beside: Insert | None = None,
    said: Mapping[str, object] | None = None,
) -> bool:
    """Append one fact to the timeline. False when this `once_key` was already told.

    `beside` is a row of another table that is written with it, as in `base.rows.write_changes`.
    """
    also(ticket=ticket_id)
    told = execute_with(session.connection(), _TELL_ONCE, {
        "ticket_id": ticket_id, "type": event, "at": at, "staff_id": staff_id, "text": text, "data": data or {},
        "once_key": once_key,
    }, beside=beside, said=said)  # fmt: skip
    return told.scalar_one_or_none() is not None


def get(session: Session, ticket_id: int) -> Ticket:
    """One ticket, locked until the end of the transaction. Raises `NotFound`."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None:
        raise NotFound(f"没有这张工单：{ticket_id}。There is no ticket {ticket_id}.")
    return ticket


def lock(session: Session, *ticket_ids: int) -> dict[int, Ticket]:
    """Several tickets, locked in the order of their numbers, so that two who want the same wait instead of blocking
    each other. Whoever needs more than one locks all of them before it changes any. Raises `NotFound`.
    """
    return {id: get(session, id) for id in sorted(set(ticket_ids))}


def needs_care(session: Session, ticket: Ticket) -> bool:
    """Whether whoever it is about is on the care list, or the call said so that opened it."""
    if ticket.person is not None and ticket.person.special_care:
        return True
    opened = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.OPENED)
    return any("care" in told for told in session.scalars(opened))


def find_by_ref(session: Session, digits: str) -> Ticket | None:
    """By its number, with or without the dash (`2611220034`)."""
    bare = "".join(c for c in digits if c.isascii() and c.isdigit())
    if len(bare) < 7:
        return None
    return session.scalar(select(Ticket).where(Ticket.ref == f"{bare[:6]}-{bare[6:]}"))


def tickets_of(session: Session, staff_id: int) -> list[Ticket]:
    """What a member of staff has taken and not finished, newest first."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.assignee_id == staff_id, Ticket.status.in_(MOVING - {Status.OPEN}))
            .order_by(Ticket.id.desc())
        )
    )


def forget(session: Session, ticket_id: int) -> None:
    """What we remember of a ticket changed behind our back by one statement."""
    known = session.identity_map.get(session.identity_key(Ticket, ticket_id))
    if known is not None:
        session.expire(known)
