"""Write messages that shall leave the house, and take back those that have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.queue import Lane
from base.rows import insert, table_of
from messages import pacing
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import IS_MOVING, Attempt, Message

MOST_ROWS = 1000
"""Rows one transaction may plan: on SQLite a caller's webhook waits for it."""
RINGS_AT_MOST = timedelta(seconds=60)
"""A call the carrier took longer ago has rung out."""
IN_FLIGHT = (MessageState.CLAIMED, MessageState.UNKNOWN)

_MESSAGES = table_of(Message)
_PLAN = insert(_MESSAGES).on_conflict_do_nothing(index_elements=["once_key"]).returning(_MESSAGES.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message as it shall be written; frozen from here on."""

    once_key: str
    about: str
    lane: Lane
    message_class: MessageClass
    urgency: int
    way: Way
    number: str
    sender: str
    due_at: datetime
    valid_until_at: datetime | None
    body: str = ""
    segments: int = 1
    answer_path: str = ""
    ring_s: int = 30
    batch_id: int | None = None
    is_demo: bool = False


def plan(session: Session, drafts: Sequence[Draft], *, at: datetime) -> list[int]:
    """Write these messages (at most 1,000) and return the ids of the new ones.

    A draft whose once_key is known changes nothing: whoever comes second has nothing to do.
    """
    if len(drafts) > MOST_ROWS:
        raise ValueError(f"{len(drafts)} messages in one transaction; at most {MOST_ROWS}")
    if not drafts:
        return []
    return list(session.execute(_PLAN, [_row(draft, at) for draft in drafts]).scalars())


def take_back(session: Session, about: str, *, at: datetime) -> int:
    """Cancel what is planned about something and has not left; says how many.

    A message whose earlier attempt may still turn out to have arrived keeps its history. One whose request is
    under way is no longer valid from now on: it does not go again, and its call is stopped once it has a sid.
    """
    in_flight = update(Message).where(Message.about == about, Message.state.in_(IN_FLIGHT)).values(valid_until_at=at)
    session.execute(in_flight.execution_options(synchronize_session=False))
    cancelled = (
        update(Message)
        .where(Message.about == about, Message.state == MessageState.PLANNED)
        .values(state=MessageState.CANCELLED, reason="taken back", final_at=at)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(cancelled).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def still_ringing(session: Session, about: str) -> list[int]:
    """Placed calls about something that the carrier has, or may have, and nobody has answered yet."""
    found = select(Message.id).where(
        Message.about == about, Message.way == Way.CALL, Message.state.in_((MessageState.ACCEPTED, *IN_FLIGHT))
    )
    return list(session.execute(found).scalars())


def overtaken_calls(session: Session, *, at: datetime) -> list[int]:
    """Pages' calls that were taken back while their request was under way, and that the carrier took all the same."""
    found = select(Message.id).where(
        Message.lane == Lane.URGENT, IS_MOVING, Message.state == MessageState.ACCEPTED,
        Message.urgency == pacing.URGENCY[MessageClass.STAFF, Way.CALL], Message.way == Way.CALL,
        Message.accepted_at >= Message.valid_until_at, Message.accepted_at > at - RINGS_AT_MOST,
    )  # fmt: skip
    return list(session.execute(found).scalars())


def attempts_of(session: Session, message_id: int) -> list[Attempt]:
    """Every request made about a message, oldest first."""
    found = select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.began_at)
    return list(session.execute(found).scalars())


def _row(draft: Draft, at: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(draft, name) for name in Draft.__slots__}
    return row | {
        "state": MessageState.PLANNED,
        "planned_at": at,
        "reason": "",
        "error_code": "",
        "attempts": 0,
        "looks": 0,
        "receipt_rank": 0,
        "is_doubtful": False,
    }
