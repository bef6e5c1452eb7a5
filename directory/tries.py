"""Tries in vain at a log-in, a code or a password: counted by whom and from where, and how long the next one waits."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from base.rows import insert, table_of
from directory.accessmodels import LogInTries
from directory.waits import FORGOTTEN, wait_after

KEPT = timedelta(days=1)


def left(session: Session, what: str, *, at: datetime) -> timedelta:
    """How long `what` (like `127.0.0.1/zhoumin`) waits yet; nothing for who may try."""
    found = session.scalar(select(LogInTries).where(LogInTries.key == _key(what)))
    if found is None or found.last_at <= at - FORGOTTEN:
        return timedelta()
    return max(found.last_at + wait_after(found.failures) - at, timedelta())


def failed(session: Session, what: str, *, at: datetime) -> timedelta:
    """One more try in vain; answers how long the next one waits."""
    table = table_of(LogInTries)
    session.execute(delete(LogInTries).where(LogInTries.last_at < at - KEPT))
    more = case((table.c.last_at <= at - FORGOTTEN, 1), else_=table.c.failures + 1)
    counted = insert(table).values(key=_key(what), failures=1, last_at=at)
    counted = counted.on_conflict_do_update(index_elements=["key"], set_={"failures": more, "last_at": at})
    return wait_after(session.scalars(counted.returning(table.c.failures)).one())


def succeeded(session: Session, what: str) -> None:
    """It was right: what went before is forgotten."""
    session.execute(delete(LogInTries).where(LogInTries.key == _key(what)))


def _key(what: str) -> str:
    # no name that somebody typed is kept: it may be a password
    return hashlib.sha256(what.encode()).hexdigest()
