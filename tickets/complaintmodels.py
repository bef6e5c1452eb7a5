"""ComplaintHop: whom a complaint was put to, until somebody said that it is theirs."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Staff
from tickets.complaints import HopAnswer
from tickets.models import Ticket


class ComplaintHop(Base):
    """One question whose a complaint is: to whom, by whom (None: by itself, as it came in), by when, and the answer.

    `department` empty: the manager is asked where it goes. `staff_id` is the name it has; None where nobody of that
    post works here, and those above are told. `tell_up_at` is when those above are told, while that is still to be
    done; `told_up_at`: it was late, and they were.
    """

    __tablename__ = "complaint_hop"
    __table_args__ = (
        UniqueConstraint("ticket_id", "place"),
        index_where("ix_complaint_hop_tell_up", "tell_up_at", where="tell_up_at IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    place: Mapped[int]
    department: Mapped[str] = mapped_column(String(30), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[HopAnswer | None] = mapped_column(Word(HopAnswer))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text, default="")
    tell_up_at: Mapped[datetime | None] = mapped_column(Moment)
    told_up_at: Mapped[datetime | None] = mapped_column(Moment)

    ticket: Mapped[Ticket] = relationship(viewonly=True)
    staff: Mapped[Staff | None] = relationship(foreign_keys=staff_id, viewonly=True)
    asked_by: Mapped[Staff | None] = relationship(foreign_keys=asked_by_id, viewonly=True)
    answered_by: Mapped[Staff | None] = relationship(foreign_keys=answered_by_id, viewonly=True)
