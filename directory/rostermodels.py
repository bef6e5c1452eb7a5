"""RosterImport: one list of residents that somebody brought, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word
from directory.models import Project, Staff


class RosterState(StrEnum):
    """How far a list has come. A dry run comes before what is written."""

    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class RosterImport(Base):
    """A list and its import. Without `staff_id` a command did it; with a project only rows of that are taken.

    `slot` is 1 while it is read or written, else empty: the database lets only one be under way. Whoever works at it
    says so until `lease_until_at` and counts itself in `run`; an older run may not go on. `path` and `refused_path` are
    the names of the list and of the file of its refused rows on the shelf; empty once they are deleted.
    `done` and `total` count the rows of a `step` (`reading`, `writing`); `was` is the state before it failed; `counts`
    what the last run found; `refusals` the first of its refused rows.
    """

    __tablename__ = "roster_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(String(100), default="")
    refused_path: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[RosterState] = mapped_column(Word(RosterState))
    was: Mapped[str] = mapped_column(String(20), default="")
    slot: Mapped[int | None] = mapped_column(unique=True)
    run: Mapped[int] = mapped_column(default=0)
    lease_until_at: Mapped[datetime | None] = mapped_column(Moment)
    step: Mapped[str] = mapped_column(String(20), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"), default=dict)
    refusals: Mapped[list[list[Any]]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"), default=list)
    why: Mapped[str] = mapped_column(Text, default="")
    brought_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    staff: Mapped[Staff | None] = relationship()
    project: Mapped[Project | None] = relationship()
