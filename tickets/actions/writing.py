"""What is known of a ticket is written down more fully; another level goes on with its own ladder."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from tickets import triage
from tickets.actions.asking import put_anew
from tickets.actions.timeline import add_event
from tickets.actions.watching import first_page_at, promise_of
from tickets.lifecycle import HEADQUARTERS, Level, Status
from tickets.models import EventType, Ticket

_TAKEN = frozenset({Status.ACKNOWLEDGED, Status.WAITING})


def write_down(
    session: Session, ticket: Ticket, given: Mapping[str, object], told: Mapping[str, str], *, at: datetime,
    staff_id: int | None = None, text: str = "",
) -> Ticket:  # fmt: skip
    """Change what is `given` and keep it with what was `told` on the timeline; the same again changes nothing.

    What somebody took, and nobody has come to yet, is open again where it turns out to be one that wakes people:
    whoever took a tap may be asleep.
    """
    changed = {name: value for name, value in given.items() if getattr(ticket, name) != value}
    if not changed:
        return ticket
    before = ticket.level
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.followed_by = ticket.followed_by or (HEADQUARTERS if ticket.owner_desk == HEADQUARTERS else "")
    session.expire(ticket, ["project"])  # its desk's hours may be another's now
    if {"kind", "owner_desk"} & changed.keys():
        put_anew(session, ticket, at=at)
    is_woken = ticket.status in _TAKEN and triage.wakes(ticket.level) and not triage.wakes(before)
    if is_woken:
        ticket.status, ticket.acknowledged_at, ticket.page_step, ticket.page_due_at = Status.OPEN, None, 0, at
    # whoever was told by its owner that it is not done climbs a ladder of their own
    is_climbing = ticket.status == Status.OPEN and ticket.level != before and ticket.refused_at is None
    is_anew = (is_climbing and _change_ladder(session, ticket, before, at)) or is_woken
    facts = {name: getattr(value, "value", value) for name, value in changed.items() if name != "caller_number"}
    facts |= {"ladder": "anew"} if is_anew else {}
    add_event(session, ticket.id, EventType.AMENDED, at=at, staff_id=staff_id, text=text, data=facts | dict(told))
    session.flush()
    return ticket


def _change_ladder(session: Session, ticket: Ticket, before: Level, at: datetime) -> bool:
    """A quiet ladder and one that wakes people have nothing in common but the ticket; of two of a kind one goes on.

    Whether one that somebody was paged by begins anew: then its pages are new ones.
    """
    climbed = ticket.page_step
    if not (triage.wakes(before) and triage.wakes(ticket.level)):
        ticket.page_step, ticket.is_alarming = 0, False
    began_at = promise_of(session, ticket, at=at).began_at
    ticket.page_due_at = first_page_at(session, ticket.level, ticket.project, began_at=began_at, at=at)
    return ticket.page_step < climbed
