"""The standing order to wake somebody: due, claimed, put off, and the alarm at its end."""

from datetime import datetime

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.orm import Session

from tickets.actions.timeline import add_event, forget, get
from tickets.lifecycle import GRAVITY, Status
from tickets.models import EventType, Ticket


def pages_due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Tickets whose next rung is due, gravest and oldest first. One look at a small partial index."""
    return list(
        session.scalars(
            select(Ticket.id)
            .where(Ticket.page_due_at.is_not(None), Ticket.page_due_at <= at)
            .order_by(gravest_first(), Ticket.page_due_at)
            .limit(limit)
        )
    )


def gravest_first() -> ColumnElement[int]:
    """What to order tickets by, so that danger to life comes before a grave complaint."""
    return case({level: place for place, level in enumerate(GRAVITY)}, value=Ticket.level, else_=len(GRAVITY))


def claim_page_step(session: Session, ticket_id: int, *, step: int, next_due_at: datetime | None, at: datetime) -> bool:
    """Take rung `step` for this transaction and set when the next is due. False: not due, or somebody else has it."""
    claimed = session.execute(
        update(Ticket)
        .where(
            Ticket.id == ticket_id, Ticket.page_step == step, Ticket.page_due_at <= at,
            Ticket.status == Status.OPEN,
        )
        .values(page_step=step + 1, page_due_at=next_due_at, version=Ticket.version + 1)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    forget(session, ticket_id)
    return claimed is not None


def set_page_due(session: Session, ticket_id: int, *, due_at: datetime | None) -> None:
    """Bring the next rung forward, or put it off."""
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == Status.OPEN)
        .values(page_due_at=due_at, version=Ticket.version + 1)
        .execution_options(synchronize_session=False)
    )
    forget(session, ticket_id)


def raise_alarm(session: Session, ticket_id: int, *, at: datetime) -> bool:
    """Turn the desk red: the ladder ended and nobody answered. False if it was red already."""
    ticket = get(session, ticket_id)
    if ticket.is_alarming or ticket.status != Status.OPEN:
        return False
    ticket.is_alarming = True
    session.flush()
    return add_event(session, ticket_id, EventType.ALARM, at=at)
