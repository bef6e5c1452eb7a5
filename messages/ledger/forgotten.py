"""Messages to the numbers of somebody who is forgotten: what waits does not go, and what went says to whom no more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, case, cast, func, literal, select, update
from sqlalchemy.orm import Session

from messages.ever import TABLES
from messages.ledger.due import ALL_LANES
from messages.lifecycle import MessageState
from messages.models import IS_MOVING, Message

FORGOTTEN = "forgotten"


def under_way(session: Session, numbers: Sequence[str]) -> int:
    """How many messages to these numbers are on their way: somebody waits for their receipts."""
    moving = select(func.count()).where(
        Message.lane.in_(ALL_LANES), IS_MOVING, Message.state != MessageState.PLANNED, Message.number.in_(numbers)
    )
    return session.scalar(moving) or 0


def forget(session: Session, numbers: Sequence[str], *, at: datetime) -> None:
    """Cancel what is planned to these numbers, and empty what went to them, also in the archive; no row goes.

    Some keys that make twice impossible hold the number: they give way to one that holds the message's own.
    """
    planned = update(Message).where(Message.number.in_(numbers), Message.state == MessageState.PLANNED)
    cancelled = planned.values(state=MessageState.CANCELLED, reason=FORGOTTEN, final_at=at)
    session.execute(cancelled.execution_options(synchronize_session=False))
    for number in numbers:
        for table in TABLES:
            key = case(
                (
                    table.c.once_key.contains(number, autoescape=True),
                    literal(f"{FORGOTTEN}/").concat(cast(table.c.id, String)),
                ),
                else_=table.c.once_key,
            )
            gone = update(table).where(table.c.number == number)
            session.execute(gone.values(number="", body="", once_key=key))
