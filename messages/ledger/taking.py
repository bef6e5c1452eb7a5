"""Take what was chosen to go: an attempt id and a lease for each row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Row, String, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from base.accounts import FIRST
from base.database import Moment
from base.rows import table_of
from messages import pacing
from messages.ledger.roads import Roads
from messages.ledger.together import ATTEMPT_ID, MESSAGE_ID, SAID, state_in
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Attempt, Message


class Claimed(NamedTuple):
    """One message that this process, and no other, may hand to the carrier once."""

    id: int
    attempt_id: str
    message_class: MessageClass
    urgency: int
    way: Way
    number: str
    sender: str
    body: str
    answer_path: str
    ring_s: int
    is_demo: bool
    attempts: int
    valid_until_at: datetime | None
    segments: int
    carrier: str
    is_trial: bool


# the statements of the hot path are put together once
_TAKE = (
    update(Message)
    .where(Message.id == MESSAGE_ID, state_in((MessageState.PLANNED,)))
    .values(
        state=MessageState.CLAIMED,
        attempt_id=ATTEMPT_ID,
        attempts=Message.attempts + 1,
        lease_until_at=bindparam("until"),
        looks=0,
        receipt_rank=0,
        sid=None,
        error_code="",
        reason="",
    )
    .returning(Message.id)
    .execution_options(synchronize_session=False)
)
_BEGIN = insert(table_of(Attempt)).from_select(
    ["id", "message_id", "began_at", "carrier"],
    select(ATTEMPT_ID, Message.id, bindparam("at", type_=Moment), bindparam("carrier", type_=String))
    .select_from(SAID)
    .join(Message, and_(Message.id == MESSAGE_ID, Message.attempt_id == ATTEMPT_ID)),
)


def rehearse(session: Session, *, at: datetime) -> None:
    """Say both statements about nothing: what is put together for them stays with the engine."""
    session.connection().execute(_TAKE, {"said": {}, "until": at})
    session.connection().execute(_BEGIN, {"said": {}, "at": at, "carrier": None})


def take(
    session: Session, rows: Sequence[Row[Any]], at: datetime, patience: pacing.Patience, roads: Roads
) -> list[Claimed]:
    """Claim these; the rows stay in their order, and as they were read: they are locked since."""
    if not rows:
        return []
    token, until = uuid4().hex[:16], at + timedelta(seconds=patience.lease_s)
    said = {f"{token}-{row.id}": [row.id] for row in rows}
    connection = session.connection()
    taken = set(connection.execute(_TAKE, {"said": said, "until": until}).scalars())
    claimed = [_claimed(row, f"{token}-{row.id}", roads) for row in rows if row.id in taken]
    for carrier in {one.carrier for one in claimed}:
        theirs = {one.attempt_id: said[one.attempt_id] for one in claimed if one.carrier == carrier}
        connection.execute(_BEGIN, {"said": theirs, "at": at, "carrier": None if carrier == FIRST else carrier})
    return claimed


def _claimed(row: Row[Any], attempt_id: str, roads: Roads) -> Claimed:
    return Claimed(
        row.id, attempt_id, row.message_class, row.urgency, row.way, row.number, roads.sender_of(row), row.body,
        row.answer_path, row.ring_s, row.is_demo, row.attempts + 1, row.valid_until_at, row.segments,
        roads.of(row) or FIRST, roads.is_trial(row),
    )  # fmt: skip
