"""Waiting until another transaction waits for a row of ours (PostgreSQL; SQLite has one writer)."""

from sqlalchemy import text

from base.database import reading
from tests.chaos.house import until

PATIENCE_S = 20.0
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def until_somebody_waits(what: str) -> None:
    """Return once somebody waits for a lock in the application's database; fail, saying `what` they should wait for."""
    until(_somebody_waits, what, PATIENCE_S)


def _somebody_waits() -> bool:
    with reading() as session:
        return bool(session.scalar(_WAITING))
