"""Pulse: when each standing process last showed that it lives. A long silence is a gap to be looked into."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from base.database import Base, Moment


class Pulse(Base):
    """The last sign of life of one kind of process."""

    __tablename__ = "pulse"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Moment)


def beat(session: Session, name: str, *, at: datetime) -> datetime | None:
    """Show a sign of life; answers when the last one was, or None for the very first."""
    before = session.get(Pulse, name)
    last_at = before.beat_at if before else None
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(Pulse)
        .values(name=name, beat_at=at)
        .on_conflict_do_update(index_elements=[Pulse.name], set_={"beat_at": at})
    )
    return last_at


def last_beat(session: Session, name: str) -> datetime | None:
    """When it last showed a sign of life."""
    known = session.get(Pulse, name)
    return known.beat_at if known else None
