"""Pace, Spending, CarrierHealth, Batch, Message, Attempt: the ledger's rows."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from base.database import Base, Moment, Word, index_where
from base.queue import Lane
from messages.lifecycle import BatchState, MessageClass, MessageState, Outcome, Way

MOVING = "state IN ('planned', 'claimed', 'accepted', 'unknown')"
"""Messages that still have somewhere to go; only these are in the hot index."""
IS_MOVING = text(f"message.{MOVING}")
"""To be said in every query that shall use that index: SQLite only believes the very same words."""

FAILED = "state IN ('failed', 'undelivered')"
HAS_FAILED = text(f"message.{FAILED}")
"""What the carrier would not or could not deliver; to be said in the same words too."""

OF_A_BATCH = "batch_id IS NOT NULL"
WITH_ERROR, DOUBTFUL = "error_code <> ''", "is_doubtful"
HAS_ERROR, IS_DOUBTFUL = text(f"message.{WITH_ERROR}"), text(f"message.{DOUBTFUL}")
"""The few that somebody should look at; to be said in the same words, as above."""


class Pace(Base):
    """When a sender may next be used: moved on by every claim, in segments (texts) or calls."""

    __tablename__ = "pace"
    sender: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(Moment)


class Spending(Base):
    """What one day of the company has cost; `held_at`: since when something waits because it was enough."""

    __tablename__ = "spending"
    day: Mapped[date] = mapped_column(primary_key=True)
    cost: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    held_at: Mapped[datetime | None] = mapped_column(Moment)


class CarrierHealth(Base):
    """How a carrier has fared: failures in a row, and since when it is left alone but for a probe now and then."""

    __tablename__ = "carrier_health"
    carrier: Mapped[str] = mapped_column(String(10), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    probe_at: Mapped[datetime | None] = mapped_column(Moment)


class Batch(Base):
    """Messages that start and stop together under one approval: approving and stopping are one-row updates.

    `swept_at` is when somebody last looked at what stands in the way of its messages; None: nobody needs to. Where
    somebody does, nothing of it leaves that has not been looked at a short time ago.
    """

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[BatchState] = mapped_column(Word(BatchState), default=BatchState.DRAFT)
    hash: Mapped[str] = mapped_column(String(64), default="")
    lane: Mapped[Lane] = mapped_column(Word(Lane))
    message_class: Mapped[MessageClass] = mapped_column(Word(MessageClass))
    planned_at: Mapped[datetime] = mapped_column(Moment)
    valid_until_at: Mapped[datetime | None] = mapped_column(Moment)
    swept_at: Mapped[datetime | None] = mapped_column(Moment)


class Message(Base):
    """One text or one placed call to one number. `once_key` makes twice impossible.

    `urgency`: smaller goes first inside a lane. `about` names what it is for (`ticket:12`), for the rooms
    above; this room does not look inside. `answer_path` is the local path that answers a placed call; `{id}` in it
    stands for this row's.
    `due_at` is when it should next be looked at in its present state: to be sent, to be settled, or to be
    asked about.
    """

    __tablename__ = "message"
    __table_args__ = (
        index_where("ix_message_moving", "lane", "state", "urgency", "due_at", "id", where=MOVING),
        Index("ix_message_number", "number", "planned_at"),
        Index("ix_message_about", "about"),
        # the state is no part of the key: PostgreSQL would look for all that is planned here, and sort it
        Index(
            "ix_message_batch",
            "batch_id",
            postgresql_include=["state"],
            postgresql_where=text(OF_A_BATCH),
            sqlite_where=text(OF_A_BATCH),
        ),
        index_where("ix_message_error", "due_at", where=WITH_ERROR),
        index_where("ix_message_doubtful", "due_at", where=DOUBTFUL),
        index_where("ix_message_failed", "final_at", where=FAILED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    once_key: Mapped[str] = mapped_column(String(120), unique=True)
    about: Mapped[str] = mapped_column(String(60), default="")
    lane: Mapped[Lane] = mapped_column(Word(Lane))
    message_class: Mapped[MessageClass] = mapped_column(Word(MessageClass))
    urgency: Mapped[int]
    way: Mapped[Way] = mapped_column(Word(Way))
    number: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text, default="")
    segments: Mapped[int] = mapped_column(Integer, default=1)
    answer_path: Mapped[str] = mapped_column(String(120), default="")
    ring_s: Mapped[int] = mapped_column(default=30)
    is_demo: Mapped[bool] = mapped_column(default=False)

    state: Mapped[MessageState] = mapped_column(Word(MessageState), default=MessageState.PLANNED)
    reason: Mapped[str] = mapped_column(String(60), default="")
    planned_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    valid_until_at: Mapped[datetime | None] = mapped_column(Moment)
    attempt_id: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until_at: Mapped[datetime | None] = mapped_column(Moment)
    looks: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    receipt_rank: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str] = mapped_column(String(20), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    heard_at: Mapped[datetime | None] = mapped_column(Moment)
    final_at: Mapped[datetime | None] = mapped_column(Moment)
    is_doubtful: Mapped[bool] = mapped_column(default=False)


class Attempt(Base):
    """One request to a carrier about one message. A sid settles one attempt only.

    `carrier`: through which it went, and where it can be looked for; None: the first.
    """

    __tablename__ = "attempt"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    error_code: Mapped[str] = mapped_column(String(20), default="")
    carrier: Mapped[str | None] = mapped_column(String(10))


def _archive_of(table: Table) -> Table:
    """The same columns under another name; what is in it neither moves nor must be unique any more."""
    columns = (Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in table.columns)
    return Table(f"{table.name}_archive", Base.metadata, *columns)


MESSAGE_ARCHIVE = _archive_of(cast(Table, Message.__table__))
Index("ix_message_archive_number", MESSAGE_ARCHIVE.c.number, MESSAGE_ARCHIVE.c.planned_at)
Index("ix_message_archive_about", MESSAGE_ARCHIVE.c.about)
Index(
    "ix_message_archive_batch", MESSAGE_ARCHIVE.c.batch_id,
    postgresql_where=text(OF_A_BATCH), sqlite_where=text(OF_A_BATCH),
)  # fmt: skip
ATTEMPT_ARCHIVE = _archive_of(cast(Table, Attempt.__table__))
Index("ix_attempt_archive_message_id", ATTEMPT_ARCHIVE.c.message_id)
