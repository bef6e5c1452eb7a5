"""Write messages that shall leave the house, and take back those that have not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import false, literal_column, or_, select, update
from sqlalchemy.orm import Session

from base.accounts import FIRST
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
TAKEN_BACK, STOPPED = "taken back", "stopped ringing"

_MESSAGES = table_of(Message)
# what is the same for every new row is part of the statement: there it is put together once
_WRITE = (
    insert(_MESSAGES)
    .values(
        state=literal_column(f"'{MessageState.PLANNED.value}'"), reason=literal_column("''"),
        error_code=literal_column("''"), attempts=literal_column("0"), looks=literal_column("0"),
        receipt_rank=literal_column("0"), is_doubtful=false(),
    )
    .on_conflict_do_nothing(index_elements=["once_key"])
)  # fmt: skip
_PLAN = _WRITE.returning(_MESSAGES.c.id)


class Draft(NamedTuple):
    """One message as it shall be written. A tuple: there are very many."""

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
    _check_few(drafts)
    if not drafts:
        return []
    rows = [_row(draft, at) for draft in drafts]
    # one goes as it is: making a list ready for a statement takes as long as writing it
    return list(session.connection().execute(_PLAN, rows if len(rows) > 1 else rows[0]).scalars())


def write(session: Session, drafts: Sequence[Draft], *, at: datetime) -> None:
    """Write these messages (at most 1,000) as `plan` does, without asking for their ids: several times as fast."""
    _check_few(drafts)
    if drafts:
        session.connection().execute(_WRITE, [_row(draft, at) for draft in drafts])


def take_back(session: Session, about: str, *, at: datetime) -> int:
    """Cancel what is planned about something and has not left; says how many.

    A message whose earlier attempt may still turn out to have arrived keeps its history. One whose request is
    under way, or that the carrier has, is no longer valid from now on: it does not go again, whatever its receipt
    says, and its call is stopped once it has a sid.
    """
    for states, change in ((IN_FLIGHT, {}), ((MessageState.ACCEPTED,), {"reason": TAKEN_BACK})):
        invalid = update(Message).where(Message.about == about, Message.state.in_(states))
        session.execute(invalid.values(valid_until_at=at, **change).execution_options(synchronize_session=False))
    cancelled = (
        update(Message)
        .where(Message.about == about, Message.state == MessageState.PLANNED)
        .values(state=MessageState.CANCELLED, reason=TAKEN_BACK, final_at=at)
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
    """Pages' calls that were taken back, that may ring all the same, and that the carrier was not told to end.

    Either it took them only afterwards, or it had them and the hint to stop them was lost. That their validity
    passes while they ring is no reason to stop them.
    """
    found = select(Message.id).where(
        Message.lane == Lane.URGENT, IS_MOVING, Message.state == MessageState.ACCEPTED,
        Message.urgency == pacing.URGENCY[MessageClass.STAFF, Way.CALL], Message.way == Way.CALL,
        or_(Message.accepted_at >= Message.valid_until_at, Message.reason == TAKEN_BACK),
        Message.reason != STOPPED, Message.accepted_at > at - RINGS_AT_MOST,
    )  # fmt: skip
    return list(session.execute(found).scalars())


def carrier_of(session: Session, message: Message) -> str:
    """Through which carrier its last attempt went."""
    went = select(Attempt.carrier).where(Attempt.id == message.attempt_id)
    return session.scalars(went).one_or_none() or FIRST


def stopped(session: Session, message_id: int) -> None:
    """The carrier was told to end this call: once is enough."""
    told = update(Message).where(Message.id == message_id, Message.state == MessageState.ACCEPTED)
    session.execute(told.values(reason=STOPPED).execution_options(synchronize_session=False))


def _check_few(drafts: Sequence[Draft]) -> None:
    if len(drafts) > MOST_ROWS:
        raise ValueError(f"{len(drafts)} messages in one transaction; at most {MOST_ROWS}")


def _row(draft: Draft, at: datetime) -> dict[str, Any]:
    return {**draft._asdict(), "planned_at": at}
