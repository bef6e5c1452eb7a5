"""LogIn, LogInTries, SecondStep, ApiToken: where somebody is logged in, what else they prove, what a program shows."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment
from directory.models import Staff
from directory.scopes import EVERYTHING


class LogIn(Base):
    """One browser in which somebody is logged in, or was. Only the hash of its key is kept.

    `seen_at` is right to the minute; `device` is what the browser says of itself; `is_proved`: with a second proof.
    """

    __tablename__ = "log_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(300), default="")
    is_proved: Mapped[bool] = mapped_column(default=False)
    staff: Mapped[Staff] = relationship()


class LogInTries(Base):
    """How often somebody tried in vain, since they last came in; `key` is the hash of whom and from where."""

    __tablename__ = "log_in_tries"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)


class SecondStep(Base):
    """What somebody shows beside their password: `sealed` is the secret of their telephone's codes.

    It counts from `since_at`; `last_step` is the newest code that was used, and `spares` are hashes of codes on paper.
    """

    __tablename__ = "second_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), unique=True)
    sealed: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(Moment)
    since_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    spares: Mapped[list[str]] = mapped_column(
        JSON().with_variant(JSONB(), "postgresql"), default=list, server_default=text("'[]'")
    )


class ApiToken(Base):
    """What a program shows to act as a member of staff. Only the hash of the secret is kept.

    `last_used_at` is right to the minute; `may_reveal`: whoever holds it sees whole telephone numbers.
    `scopes`: what else it may do, with blanks between.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        Index(
            "uq_api_token_living", "name", unique=True, sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    may_reveal: Mapped[bool] = mapped_column(default=False)
    scopes: Mapped[str] = mapped_column(String(200), default=" ".join(EVERYTHING), server_default=" ".join(EVERYTHING))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    staff: Mapped[Staff] = relationship()
