"""What the database says is due, so that the clock can hint at it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from base.queue import Lane
from messages.lifecycle import BatchState, MessageClass, MessageState
from messages.models import IS_MOVING, Batch, Message

MAY_GO = or_(Message.batch_id.is_(None), Batch.state == BatchState.APPROVED)
"""A message of a batch goes only while the batch is approved."""

ALL_LANES = list(Lane)
"""Named in queries over every lane, because the index begins with it."""


def due_lanes(session: Session, at: datetime) -> list[Lane]:
    """Lanes with a message that may go at `at`, the most urgent first."""
    return [lane for lane in Lane if lane_is_due(session, lane, at)]


def lane_is_due(session: Session, lane: Lane, at: datetime) -> bool:
    """Whether a lane has a message that may go at `at`."""
    due = (
        select(Message.id)
        .outerjoin(Batch, Batch.id == Message.batch_id)
        .where(Message.lane == lane, IS_MOVING, Message.state == MessageState.PLANNED, Message.due_at <= at, MAY_GO)
        .limit(1)
    )
    return session.execute(due).first() is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one class in one lane: how many should have been looked at, and since when the oldest should.

    Planned ones that may go, or (`unknown`) those of which nobody knows yet whether they went.
    """

    lane: Lane
    message_class: MessageClass
    state: MessageState
    count: int
    oldest_at: datetime


def waiting(session: Session, at: datetime) -> list[Waiting]:
    """What waits at `at`, the most urgent lane first."""
    query = (
        select(Message.lane, Message.message_class, Message.state, func.count(), func.min(Message.due_at))
        .outerjoin(Batch, Batch.id == Message.batch_id)
        .where(
            Message.lane.in_(ALL_LANES),
            IS_MOVING,
            Message.state.in_((MessageState.PLANNED, MessageState.UNKNOWN)),
            Message.due_at <= at,
            or_(Message.state == MessageState.UNKNOWN, MAY_GO),
        )
        .group_by(Message.lane, Message.message_class, Message.state)
    )
    found = [Waiting(*row) for row in session.execute(query)]
    return sorted(found, key=lambda one: (ALL_LANES.index(one.lane), one.message_class, one.state))
