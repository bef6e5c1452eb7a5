"""Put away what must not go after all, just before it goes: the rooms above know why and to whom."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, Select, TextClause, select, update
from sqlalchemy.orm import Session

from messages.ledger.due import ALL_LANES
from messages.lifecycle import BatchState, MessageClass, MessageState
from messages.models import IS_MOVING, Batch, Message

SWEEP_HOLDS = timedelta(minutes=5)
"""How long after a sweep what it has looked at may leave; later it waits for the next."""
SOON = timedelta(minutes=6)
"""What leaves before the next sweep could be too late for it is looked at by this one."""

Numbers = Select[str | None] | Select[str] | CompoundSelect[str | None]


def put_away(
    session: Session, message_class: MessageClass, reason: str, numbers: Numbers | None, *, at: datetime
) -> int:
    """Suppress what is about to go of a class, to these numbers or to all, with this reason; says how many."""
    theirs = _to_these(message_class, numbers, at)
    suppressed = update(Message).where(*theirs).values(state=MessageState.SUPPRESSED, reason=reason, final_at=at)
    return int(session.execute(suppressed.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def concerns_any(session: Session, message_class: MessageClass, numbers: Numbers | None, *, at: datetime) -> bool:
    """Whether `put_away` would find anything: reads only, so that nobody who writes waits for a look at very many."""
    return session.scalar(select(Message.id).where(*_to_these(message_class, numbers, at)).limit(1)) is not None


def swept(session: Session, message_class: MessageClass, *, at: datetime) -> None:
    """Write down that everything of a class that may go has been looked at.

    A batch that somebody is just approving, stopping or claiming from is not waited for: it is looked at by them, or by
    the next sweep.
    """
    free = _going(message_class).order_by(Batch.id).with_for_update(skip_locked=True)
    looked_at = update(Batch).where(Batch.id.in_(list(session.scalars(free)))).values(swept_at=at)
    session.execute(looked_at.execution_options(synchronize_session=False))


def is_due(session: Session, message_class: MessageClass, *, at: datetime) -> bool:
    """Whether anything of a class is about to go."""
    return session.scalar(select(Message.id).where(*_about_to_go(message_class, at)).limit(1)) is not None


def _to_these(
    message_class: MessageClass, numbers: Numbers | None, at: datetime
) -> list[ColumnElement[bool] | TextClause]:
    of_class = [*_about_to_go(message_class, at), Message.batch_id.in_(_going(message_class))]
    return of_class if numbers is None else [*of_class, Message.number.in_(numbers)]


def _about_to_go(message_class: MessageClass, at: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.PLANNED,
        Message.message_class == message_class, Message.due_at <= at + SOON,
    )  # fmt: skip


def _going(message_class: MessageClass) -> Select[int]:
    return select(Batch.id).where(Batch.message_class == message_class, Batch.state == BatchState.APPROVED)
