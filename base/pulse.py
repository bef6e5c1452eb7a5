"""Pulse: when each standing process last showed that it lives, and until when the carrier was compared.

A long silence is a gap to be looked into; the row of the carrier says what has not been looked into yet.
"""

from datetime import datetime

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from base.database import Base, Moment
from base.rows import insert

CARRIER = "carrier"
"""The row that says until when the carrier's lists were compared with ours."""
BACKUP = "backup"
"""The row that says when the last backup by our own command was made."""


class Pulse(Base):
    """The last sign of life of one kind of process, or how far something has come."""

    __tablename__ = "pulse"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Moment)


def beat(session: Session, name: str, *, at: datetime) -> datetime | None:
    """Show a sign of life; answers when the last one was, or None for the very first."""
    last_at = last_beat(session, name)
    first = insert(Pulse).values(name=name, beat_at=at)
    session.execute(first.on_conflict_do_update(index_elements=[Pulse.name], set_={"beat_at": at}))
    return last_at


def begin(session: Session, name: str, *, at: datetime) -> datetime:
    """Begin a row at `at` unless it has begun; answers where it stands."""
    first = insert(Pulse).values(name=name, beat_at=at)
    session.execute(first.on_conflict_do_nothing(index_elements=[Pulse.name]))
    return session.get_one(Pulse, name).beat_at


def advance(session: Session, name: str, *, to: datetime) -> None:
    """Move a row that has begun on to `to`; never back."""
    session.execute(update(Pulse).where(Pulse.name == name, Pulse.beat_at < to).values(beat_at=to))


def last_beat(session: Session, name: str) -> datetime | None:
    """When it last showed a sign of life."""
    known = session.get(Pulse, name)
    return known.beat_at if known else None
