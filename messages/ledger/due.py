"""What the database says is due, so that the clock can hint at it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from base.queue import Lane
from messages.lifecycle import BatchState, MessageState
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
