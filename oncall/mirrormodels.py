"""MirrorNote: one line to one group channel, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from base.database import Base, Moment, index_where


class MirrorNote(Base):
    """What a channel (by its name in the settings, never by its address) is told, once.

    `fault`: why the last try failed. Who has read it nobody knows: no step of a ladder depends on it.
    """

    __tablename__ = "mirror_note"
    __table_args__ = (
        UniqueConstraint("channel", "once_key"),
        Index("ix_mirror_note_written_at", "written_at"),
        index_where("ix_mirror_note_waiting", "channel", "id", where="sent_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(100))
    once_key: Mapped[str] = mapped_column(String(80))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    line: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(String(20), default="")
