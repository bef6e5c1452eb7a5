"""After the database came back from a backup: what waited to leave when it was made may have left since."""

from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from messages.ledger.due import ALL_LANES
from messages.lifecycle import MessageClass, MessageState
from messages.models import IS_MOVING, Message

RESTORED = "restored"
MAY_BE_TWICE = (MessageClass.EMERGENCY, MessageClass.STAFF)
"""Danger and pages: better twice than never."""


def hold_back(session: Session, *, at: datetime) -> int:
    """Put away what was due by `at` and still waits, but danger and pages; answers how many.

    Nobody can know whether it went between the backup and now. What was on its way then is asked of the carrier, as
    after any crash.
    """
    waits = (
        Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.PLANNED, Message.due_at <= at,
        Message.message_class.not_in(MAY_BE_TWICE),
    )  # fmt: skip
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))  # there may be very many, and nobody is waiting
    count = session.scalar(select(func.count()).select_from(Message).where(*waits)) or 0
    put_away = update(Message).where(*waits).values(state=MessageState.SUPPRESSED, reason=RESTORED, final_at=at)
    session.execute(put_away.execution_options(synchronize_session=False))
    return count
