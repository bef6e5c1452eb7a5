"""Hook, HookSource, HookEvent, HookDelivery, HookTry: who is told of what, how far that is, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Project, Staff


class DeliveryState(StrEnum):
    """Whether the other system has it; `given_up` may be sent again by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Hook(Base):
    """Another system that wants to be told; without a project, of what happens in all of them.

    `secret` is shown once and kept, because every delivery is signed with it. `failures` counts failed tries in a row:
    while there are any, one delivery at a time is tried, and none before `rests_until_at`.
    """

    __tablename__ = "hook"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))
    events: Mapped[list[str]] = mapped_column(JSON)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    rests_until_at: Mapped[datetime | None] = mapped_column(Moment)
    project: Mapped[Project | None] = relationship(viewonly=True)
    made_by: Mapped[Staff | None] = relationship(viewonly=True)


class HookSource(Base):
    """How far the facts of one sort have been looked through: by id, by the moment, or both.

    `gaps` are ids below that were not there yet, and since when they are missed: a transaction that began earlier may
    end later. `version` makes sure that of two who look at the same time one goes on.
    """

    __tablename__ = "hook_source"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    since_at: Mapped[datetime] = mapped_column(Moment)
    passed_id: Mapped[int] = mapped_column(default=0)
    passed_at: Mapped[datetime] = mapped_column(Moment)
    gaps: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


class HookEvent(Base):
    """One thing that happened, as it is told: the same words and the same `key` at every try.

    `fact` names what it was found in, so that nothing is told twice; `about` is what it is about, for people.
    """

    __tablename__ = "hook_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    fact: Mapped[str] = mapped_column(String(80), unique=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)
    found_at: Mapped[datetime] = mapped_column(Moment, index=True)
    body: Mapped[str] = mapped_column(Text)


class HookDelivery(Base):
    """One event on its way to one system; `due_at` is the next try, `replays` how often somebody sent it again."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        UniqueConstraint("hook_id", "event_id"),
        index_where("ix_hook_delivery_due", "due_at", where="state = 'waiting'"),
        Index("ix_hook_delivery_event_id", "event_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("hook.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("hook_event.id"))
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    replays: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    hook: Mapped[Hook] = relationship(viewonly=True)
    event: Mapped[HookEvent] = relationship(viewonly=True)


class HookTry(Base):
    """One request: when, how long it took, what was answered, or why nothing was."""

    __tablename__ = "hook_try"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("hook_delivery.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    took_ms: Mapped[int]
    status: Mapped[int | None]
    fault: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(String(500), default="")
