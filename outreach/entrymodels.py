"""EntryRequest: whether we may enter an empty home in which water is running, asked of those who belong to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Home, Person, Staff
from outreach.entries import EntryState
from tickets.models import Ticket


class EntryRequest(Base):
    """One question about one home for one ticket; one at a time.

    `whom` are those to ring, in order, as they stood when it was asked; `place` is how many of them were rung, the
    last of whom is at the telephone or just was. `due_at` is when it is looked at next, also after somebody
    wanted a person, until one of us has spoken with them.
    """

    __tablename__ = "entry_request"
    __table_args__ = (
        Index(
            "uq_entry_request_asking", "ticket_id", unique=True, sqlite_where=text("state = 'asking'"),
            postgresql_where=text("state = 'asking'"),
        ),
        index_where("ix_entry_request_due", "due_at", where="due_at IS NOT NULL"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[EntryState] = mapped_column(Word(EntryState), default=EntryState.ASKING)
    whom: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    place: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_number: Mapped[str] = mapped_column(String(20), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    ticket: Mapped[Ticket] = relationship(viewonly=True)
    home: Mapped[Home] = relationship(viewonly=True)
    asked_by: Mapped[Staff] = relationship(viewonly=True)
    answered_by: Mapped[Person | None] = relationship(viewonly=True)
