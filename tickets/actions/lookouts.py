"""When a ticket is looked at next, by whom: a look that is due, and what was seen at the last one."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from base.rows import insert, table_of
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket, TicketWatch, Watcher

_WATCH = table_of(TicketWatch)
_NEW = insert(_WATCH)
_LOOKED = _NEW.on_conflict_do_update(
    index_elements=["ticket_id", "watcher"],
    set_={"seen_version": _NEW.excluded.seen_version, "look_at": _NEW.excluded.look_at},
)
WATCHED = MOVING | {Status.RESOLVED}
"""States in which something is promised still."""


def to_look_at(session: Session, watcher: Watcher, *, at: datetime, limit: int = 200) -> list[int]:
    """Tickets that changed since this watcher looked, and those of which the next look is due; rehearsals never."""
    found = (
        select(Ticket.id)
        .outerjoin(TicketWatch, and_(TicketWatch.ticket_id == Ticket.id, TicketWatch.watcher == watcher))
        .where(
            Ticket.status.in_(WATCHED), ~Ticket.is_drill,
            or_(
                TicketWatch.ticket_id.is_(None), TicketWatch.seen_version != Ticket.version, TicketWatch.look_at <= at
            ),
        )
        .order_by(Ticket.id)
        .limit(limit)
    )  # fmt: skip
    return list(session.scalars(found))


def watched_since(session: Session, watcher: Watcher, ticket_id: int) -> datetime | None:
    """What was before that is nothing to this watcher; None: it has watched the ticket from its beginning."""
    watch = session.get(TicketWatch, (ticket_id, watcher))
    return watch.since_at if watch is not None else None


def looked_at(session: Session, watcher: Watcher, ticket: Ticket, *, next_at: datetime | None) -> None:
    """Keep what was seen, and when to look again if nothing changes before."""
    session.flush()
    session.execute(
        _LOOKED,
        {"ticket_id": ticket.id, "watcher": watcher, "seen_version": ticket.version, "look_at": next_at},
    )
