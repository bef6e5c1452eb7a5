"""Ask for receipts that are missing; what stays silent for a day is final too."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from base.accounts import FIRST
from messages import pacing
from messages.ledger.due import ALL_LANES
from messages.ledger.receipts import Heard, apply
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import IS_MOVING, Attempt, Message
from telephony.carrier import Sighting

MOST = 100
AWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Silent:
    """An accepted message of which we have heard nothing final for too long."""

    message_id: int
    attempt_id: str
    message_class: MessageClass
    way: Way
    sid: str
    ring_s: int
    asked: int
    accepted_at: datetime
    carrier: str


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether some accepted message should be asked about."""
    found = select(Message.id).where(
        Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.ACCEPTED, Message.due_at <= at
    )
    return session.execute(found.limit(1)).first() is not None


def silent(session: Session, *, at: datetime) -> list[Silent]:
    """Accepted messages to ask about now, taken so that nobody else asks about the same at the same time."""
    due = (
        select(
            Message.id.label("message_id"), Message.attempt_id, Message.message_class, Message.way, Message.sid,
            Message.ring_s, Message.looks.label("asked"), Message.accepted_at,
            func.coalesce(Attempt.carrier, FIRST).label("carrier"),
        )
        .outerjoin(Attempt, Attempt.id == Message.attempt_id)
        .where(Message.lane.in_(ALL_LANES), IS_MOVING, Message.state == MessageState.ACCEPTED, Message.due_at <= at)
        .order_by(Message.urgency, Message.due_at)
        .limit(MOST)
        .with_for_update(skip_locked=True, of=Message)
    )  # fmt: skip
    found = [Silent(**row._mapping) for row in session.execute(due)]
    if found:
        away = update(Message).where(Message.id.in_([one.message_id for one in found]))
        session.execute(away.values(due_at=at + AWAY).execution_options(synchronize_session=False))
    return found


def answer(session: Session, one: Silent, sighting: Sighting | None, *, at: datetime) -> None:
    """Apply what the carrier said about it (None: it does not know it any more)."""
    if sighting is not None:
        heard = Heard(one.message_id, one.attempt_id, one.sid, sighting.status, sighting.error_code)
        apply(session, heard, at=at)
    asked = one.asked + 1
    for_good = pacing.is_silent_for_good(one.accepted_at, asked, at)
    change = (
        {"state": MessageState.NO_RECEIPT, "final_at": at, "looks": asked}
        if for_good
        else {"looks": asked, "due_at": pacing.ask_at(one.message_class, one.way, one.ring_s, one.accepted_at, asked)}
    )
    session.execute(
        update(Message)
        .where(
            Message.id == one.message_id, Message.attempt_id == one.attempt_id,
            Message.state == MessageState.ACCEPTED,
        )
        .values(**change)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
