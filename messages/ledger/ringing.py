"""Whose telephone rings already, or is being spoken on: what can wait does not ring it a second time meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from messages.ledger.plan import IN_FLIGHT
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Attempt, Message

RINGS = "rings_already"
"""Why a call waits: we are calling the same number about something else."""
NEVER_WAIT = frozenset({MessageClass.STAFF, MessageClass.EMERGENCY})
A_LITTLE = timedelta(minutes=2)
LONGEST_CALL = timedelta(minutes=30)
"""A call that was begun longer ago than this is over, whether or not we were told."""


def until_free(session: Session, rows: Sequence[Row[Any]], at: datetime) -> dict[int, datetime]:
    """Which calls wait, and until when. Pages do not, nor do notices of trouble: one may follow upon another."""
    looked_at = [row for row in rows if row.way is Way.CALL and row.message_class not in NEVER_WAIT]
    if not looked_at:
        return {}
    in_the_air = (
        select(Message.number)
        .join(Attempt, Attempt.id == Message.attempt_id)
        .where(
            Message.number.in_({row.number for row in looked_at}), Message.way == Way.CALL,
            Message.state.in_((*IN_FLIGHT, MessageState.ACCEPTED)), Attempt.began_at > at - LONGEST_CALL,
        )
    )  # fmt: skip
    rung, found = set(session.scalars(in_the_air)), {}
    for row in looked_at:
        if row.number in rung:
            found[row.id] = at + A_LITTLE
        rung.add(row.number)
    return found
