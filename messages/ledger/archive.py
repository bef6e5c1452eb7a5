"""Put what is over out of the way, in pieces: the cost of a message must not grow with history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from messages import costs
from messages.ledger.due import ALL_LANES
from messages.lifecycle import MessageState
from messages.models import ATTEMPT_ARCHIVE, IS_MOVING, MESSAGE_ARCHIVE, Attempt, Batch, Message

PIECE = 100
"""Rows one transaction moves: on SQLite a caller's webhook waits for it."""
MOST_OVERDUE = 10_000
"""Rows put away in one go; the rest another time."""


def overdue(session: Session, *, at: datetime) -> list[int]:
    """Planned messages that may never go any more, whatever became of their batch.

    No claim ever meets those of a batch that is stopped or was never approved.
    """
    found = (
        select(Message.id)
        .outerjoin(Batch, Batch.id == Message.batch_id)
        .where(
            Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.PLANNED,
            or_(Message.valid_until_at <= at, Batch.valid_until_at <= at),
        )
        .limit(MOST_OVERDUE)
    )  # fmt: skip
    return list(session.scalars(found))


def expire(session: Session, ids: Sequence[int], *, at: datetime) -> None:
    """Put these away as a claim would have, if nothing has happened to them meanwhile."""
    expired = update(Message).where(Message.id.in_(ids), Message.state == MessageState.PLANNED)
    session.execute(
        expired.values(
            state=MessageState.EXPIRED,
            final_at=at,
            reason=case((Message.reason == costs.DAILY_CAP, Message.reason), else_="valid_until"),
        ).execution_options(synchronize_session=False)
    )


def archive(
    session: Session, *, at: datetime, keep: timedelta, after_id: int = 0, piece: int = PIECE
) -> int | None:  # fmt: skip
    """Move one piece of final messages older than `keep`, with their attempts, to the archive.

    1. The next `piece` rows by id, not locked: most of them may be young, or on their way.
    2. Those that are final since before `keep` are locked, looked at again, and move: a receipt that comes now waits,
       another archivist passes over them. One that still moves stays, however old.
    3. Answers the id to go on after, or None when the rest is too young.

    The newest row always stays: SQLite would give its number to the next message, and numbers travel in addresses.
    """
    before_at = at - keep
    newest = select(func.max(Message.id)).scalar_subquery()
    rows = session.execute(
        select(Message.id, Message.planned_at, Message.final_at)
        .where(Message.id > after_id, Message.id < newest)
        .order_by(Message.id)
        .limit(piece)
    ).all()
    old = [row.id for row in rows if row.final_at is not None and row.final_at < before_at]
    still_old = select(Message.id).where(Message.id.in_(old), Message.final_at < before_at)
    _move(session, session.scalars(still_old.with_for_update(skip_locked=True)).all())
    is_last = len(rows) < piece or rows[-1].planned_at >= before_at
    return None if is_last else rows[-1].id


def _move(session: Session, ids: Sequence[int]) -> None:
    messages, attempts = cast(Table, Message.__table__), cast(Table, Attempt.__table__)
    theirs = attempts.c.message_id.in_(ids)
    for table, archived, old in (
        (messages, MESSAGE_ARCHIVE, messages.c.id.in_(ids)),
        (attempts, ATTEMPT_ARCHIVE, theirs),
    ):
        session.execute(insert(archived).from_select(table.columns.keys(), select(table).where(old)))
    session.execute(delete(attempts).where(theirs))
    session.execute(delete(messages).where(messages.c.id.in_(ids)))
