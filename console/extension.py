"""More time that somebody asked for, on its ticket's page; and which moves about it make sense now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.staff import Me
from tickets import actions
from tickets.clocks import Clock, extendable
from tickets.lifecycle import MOVING, Move
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asked, when, until when which clock is to run, and why."""

    who: str
    who_id: int
    asked_at: datetime
    until_at: datetime
    clock: str
    reason: str


def wish_of(session: Session, ticket: Ticket) -> Wish | None:
    """The wish of this ticket that nobody has answered."""
    asked = actions.open_extension(session, ticket.id) if ticket.status in MOVING else None
    if asked is None:
        return None
    return Wish(asked.asked_by.name, asked.asked_by_id, asked.asked_at, asked.until_at, asked.clock.value, asked.reason)


def not_extended_now(clocks: Iterable[Clock], wish: Wish | None, ticket: Ticket, me: Me) -> set[Move]:
    """The moves about more time that make no sense now, or are a second person's."""
    if wish is None:
        return {Move.DECIDE} | (set() if extendable(clocks) else {Move.EXTEND})
    return {Move.EXTEND} | ({Move.DECIDE} if me.id in {wish.who_id, ticket.assignee_id} else set())
