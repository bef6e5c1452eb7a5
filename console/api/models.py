"""ApiAnswer: what was answered to a request with a key, so that the same request again gets the same."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from base.database import Base, Moment


class ApiAnswer(Base):
    """The answer to one keyed request; written in the transaction that did the work, so there are both or neither.

    `request` is its method and path, `body_hash` that of its body in canonical form.
    """

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"), Index("ix_api_answer_created_at", "created_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(String(200))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
