"""MorningMail: what became of the report of each night."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Date, String, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from base.database import Base, Moment, Word


class MailState(StrEnum):
    """How far it is; `unsure`: it may have gone, and does not go again."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNSURE = "unsure"


class MorningMail(Base):
    """The report of the night before a day of the company. `due_at`: when to try again with whoever has not got it;
    `told` are the fingerprints of those who have.
    """

    __tablename__ = "morning_mail"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    state: Mapped[MailState] = mapped_column(Word(MailState))
    tries: Mapped[int] = mapped_column(default=1)
    tried_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(String(60), default="")
    told: Mapped[list[str]] = mapped_column(
        JSON().with_variant(JSONB(), "postgresql"), default=list, server_default=text("'[]'")
    )


def failed(session: Session) -> MorningMail | None:
    """The newest report, where it did not get to everybody for certain."""
    newest = session.scalars(select(MorningMail).order_by(MorningMail.day.desc()).limit(1)).first()
    is_well = newest is None or (newest.state in {MailState.SENT, MailState.SENDING} and not newest.fault)
    return None if is_well else newest
