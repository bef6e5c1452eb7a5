"""Move what is long over out of the way, in pieces: the cost of a message must not grow with history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.orm import Session

from messages.models import ATTEMPT_ARCHIVE, MESSAGE_ARCHIVE, Attempt, Message

PIECE = 500
"""Rows one transaction moves: on SQLite a caller's webhook waits for it."""


def archive(
    session: Session, *, at: datetime, keep: timedelta, after_id: int = 0, piece: int = PIECE
) -> int | None:  # fmt: skip
    """Move one piece of final messages older than `keep`, with their attempts, to the archive.

    1. The next `piece` rows by id, locked: a receipt that comes now waits, another archivist passes over them.
    2. Those that are final since before `keep` move; one that still moves stays, however old.
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
        .with_for_update(skip_locked=True)
    ).all()
    _move(session, [row.id for row in rows if row.final_at is not None and row.final_at < before_at])
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
