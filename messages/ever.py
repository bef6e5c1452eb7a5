"""Every message there ever was, wherever it is kept by now: in the ledger, or in its archive."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session, aliased

from base.rows import table_of
from messages.models import MESSAGE_ARCHIVE, Message

TABLES = (table_of(Message), MESSAGE_ARCHIVE)
"""Both have the same columns; a message stands in one of them only."""

EVER: type[Message] = aliased(Message, union_all(*(select(table) for table in TABLES)).subquery("ever"))
"""`Message`, to be read: counts and lists stay what they were when messages move to the archive.

An index serves it only where both tables have it: the id, `number` with `planned_at`, `about` and `batch_id`.
Whoever writes, claims or waits for something that is under way asks `Message`: nothing in the archive moves any more.
"""

SLACK = timedelta(days=1)
"""Rows are numbered nearly in the order in which they are planned: one may be late by as much as its transaction."""


def id_about(session: Session, c: Any, at: datetime) -> int:
    """The id about which messages were planned at `at`, by halves: the ledger keeps no index of it that every message
    would have to pay for. `c`: one of the tables' columns, or `EVER`.
    """
    low, high = 0, session.scalar(select(c.id).order_by(c.id.desc()).limit(1)) or 0
    while low < high:
        middle = (low + high) // 2
        query = select(c.id, c.planned_at).where(c.id > middle).order_by(c.id).limit(1)
        found = session.execute(query).first()
        if found is not None and found.planned_at < at:
            low = found.id
        else:
            high = middle
    return low
