"""Extension: more time that somebody asked for, and the answer. SignOff: an owner says that a repair is done."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word
from directory.models import Staff
from tickets.extensions import ExtensionAnswer
from tickets.models import Ticket
from tickets.running import ClockName

_IS_OPEN = text("answer IS NULL")


class Extension(Base):
    """A wish that `clock` of a ticket run out at `until_at` instead; one at a time. `words`: of whoever answered."""

    __tablename__ = "extension"
    __table_args__ = (
        Index("ix_extension_open", "ticket_id", unique=True, postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    clock: Mapped[ClockName] = mapped_column(Word(ClockName))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    until_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text)
    answer: Mapped[ExtensionAnswer | None] = mapped_column(Word(ExtensionAnswer))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    words: Mapped[str] = mapped_column(Text, default="")

    ticket: Mapped[Ticket] = relationship(viewonly=True)
    asked_by: Mapped[Staff] = relationship(foreign_keys=asked_by_id, viewonly=True)


class SignOff(Base):
    """The code that the owner of a repair was told with its result (`result_id`); `wrong`: how often it was not it."""

    __tablename__ = "sign_off"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("ticket_event.id"), unique=True)
    code: Mapped[str] = mapped_column(String(6))
    wrong: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    entered_by: Mapped[Staff | None] = relationship(viewonly=True)
