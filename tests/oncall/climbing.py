"""Climbing a ladder by the clock, and whom each step paged."""

from sqlalchemy.orm import Session

from oncall import actions
from tests.oncall.estate import (
    later,
    pages,
)
from tickets.models import Ticket


def climb_until(session: Session, ticket: Ticket, until_s: float, tick_s: float = 30) -> None:
    """A clock that looks every `tick_s` seconds."""
    seconds = 0.0
    while seconds <= until_s:
        actions.climb(session, ticket.id, at=later(seconds))
        seconds += tick_s
    session.expire_all()


def names_by_step(session: Session, ticket: Ticket) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for step, name, _state in pages(session, ticket):
        found.setdefault(step, set()).add(name)
    return found
