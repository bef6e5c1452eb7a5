"""What the database says is due, so that the clock can hint at it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from base.queue import Lane
from messages.lifecycle import BatchState, MessageState
from messages.models import Batch, Message

MAY_GO = or_(Message.batch_id.is_(None), Batch.state == BatchState.APPROVED)
"""A message of a batch goes only while the batch is approved."""


def due_lanes(session: Session, at: datetime) -> list[Lane]:
    """Lanes with a message that may go at `at`, or a claim that ran out, the most urgent first."""
    return [lane for lane in Lane if _is_due(session, lane, at)]


def _is_due(session: Session, lane: Lane, at: datetime) -> bool:
    planned = (
        select(Message.id)
        .outerjoin(Batch, Batch.id == Message.batch_id)
        .where(Message.lane == lane, Message.state == MessageState.PLANNED, Message.due_at <= at, MAY_GO)
        .limit(1)
    )
    run_out = (
        select(Message.id)
        .where(Message.lane == lane, Message.state == MessageState.CLAIMED, Message.lease_until_at <= at)
        .limit(1)
    )
    return session.execute(planned).first() is not None or session.execute(run_out).first() is not None
