"""Batches: what is planned into one is frozen, approved under its hash, and stopped, each by one row."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, literal, select, true, update
from sqlalchemy.orm import Session

from base.errors import Conflict, NotFound
from messages.ledger.plan import Draft, write
from messages.lifecycle import BatchState, MessageState
from messages.models import Batch, Message

BOUND = (
    Message.once_key, Message.way, Message.number, Message.sender, Message.body, Message.answer_path,
    Message.segments, Message.valid_until_at,
)  # fmt: skip
"""What an approval binds to: who gets what, by which way, from whom, at what cost, and until when."""
AT_ONCE = 1000
WITHDRAWN = "withdrawn"
NOT_CONCERNED = "not_concerned"


def plan_into(session: Session, batch_id: int, drafts: Sequence[Draft], *, at: datetime) -> None:
    """Plan messages (at most 1,000, all of this batch) while it is a draft nobody has frozen. Raises `Conflict`.

    The batch's row is held until the transaction ends: it cannot be frozen meanwhile.
    """
    batch = _held(session, batch_id)
    if batch.state is not BatchState.DRAFT or batch.hash:
        raise Conflict("这一批已经定稿，不能再加。This batch is frozen; nothing can be added.")
    if any(draft.batch_id != batch_id for draft in drafts):
        raise ValueError("a draft of another batch")
    write(session, drafts, at=at)


def freeze(session: Session, batch_id: int, terms: str = "") -> str:
    """Close a draft for good; answers the hash an approval must name. Twice answers the same.

    `terms` is what else an approval binds to, in words of the room above: it must be said again to approve.
    """
    batch = _held(session, batch_id)
    batch.hash = batch.hash or digest(session, batch_id, terms)
    session.flush()
    return batch.hash


def digest(session: Session, batch_id: int, terms: str = "") -> str:
    """SHA-256 over everything an approval binds to: the rows in the order of their once keys, then the `terms`."""
    rows = select(*BOUND).where(Message.batch_id == batch_id).order_by(Message.once_key)
    sha = hashlib.sha256()
    # rows of the connection, not of the session: there are very many, and on SQLite everybody waits meanwhile
    for row in session.connection().execute(rows.execution_options(yield_per=AT_ONCE)):
        sha.update(repr([str(value) for value in row]).encode())
    sha.update(terms.encode())
    return sha.hexdigest()


def approve(session: Session, batch_id: int, seen: str, terms: str = "") -> None:
    """Let a frozen batch go, if it and its `terms` are still what was `seen` (its hash then). Raises `Conflict`.

    Two at once: one approves, the other is told that it has been decided.
    """
    if seen != _held(session, batch_id).hash or seen != digest(session, batch_id, terms):
        raise Conflict("内容变了，请再看一遍。It has changed; please look again.")
    _move(session, batch_id, BatchState.DRAFT, BatchState.APPROVED)


def let_go(session: Session, batch_id: int) -> None:
    """Let a batch go whose messages are written one by one as they come due: what was approved is its words.

    Raises `Conflict`.
    """
    _move(session, batch_id, BatchState.DRAFT, BatchState.APPROVED)


def stop(session: Session, batch_id: int) -> None:
    """Nothing more of it leaves from the next claim on. What the carrier has stays there. Raises `Conflict`."""
    _move(session, batch_id, BatchState.APPROVED, BatchState.STOPPED)


def resume(session: Session, batch_id: int) -> None:
    """The rest may go after all. Raises `Conflict`."""
    _move(session, batch_id, BatchState.STOPPED, BatchState.APPROVED)


def leave_out(
    session: Session, batch_ids: Collection[int], numbers: Sequence[str], *, at: datetime, why: str = NOT_CONCERNED
) -> None:
    """What waits in these batches for these numbers never leaves; usually since it does not concern them any more."""
    for some in (numbers[i : i + AT_ONCE] for i in range(0, len(numbers), AT_ONCE)):
        waiting = update(Message).where(
            Message.batch_id.in_(batch_ids), Message.number.in_(some), Message.state == MessageState.PLANNED
        )
        session.execute(
            waiting.values(state=MessageState.CANCELLED, reason=why, final_at=at).execution_options(
                synchronize_session=False
            )
        )


def put_away(session: Session, batch_id: int, *, at: datetime, only: ColumnElement[bool] | None = None) -> bool:
    """Cancel up to a thousand messages (`only` some) of a batch that will never go on; says if there may be more.

    Their once keys are given back: what they were about may be planned anew.
    """
    some = (
        select(Message.id)
        .join(Batch, Batch.id == Message.batch_id)
        .where(Message.batch_id == batch_id, Message.state == MessageState.PLANNED, Batch.state != BatchState.APPROVED)
        .where(true() if only is None else only)
        .limit(AT_ONCE)
    )
    cancelled = (
        update(Message)
        .where(Message.id.in_(some))
        .values(
            state=MessageState.CANCELLED, reason=WITHDRAWN, final_at=at,
            once_key=literal("withdrawn/").concat(cast(Message.id, String)),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return bool(session.execute(cancelled).rowcount == AT_ONCE)  # type: ignore[attr-defined]  # an UPDATE has one


def hand_over(session: Session, batch_id: int, to_id: int, *, at: datetime) -> bool:
    """What waits in a stopped batch is left to one that has taken its place; says if there may be more.

    What was never tried is put away, for the other to plan it anew. What was goes on in the other as it is: somebody
    may have it after all, and only its own row can learn of that.
    """
    tried = (
        update(Message)
        .where(Message.batch_id == batch_id, Message.state == MessageState.PLANNED, Message.attempts > 0)
        .values(batch_id=to_id)
        .execution_options(synchronize_session=False)
    )
    session.execute(tried)
    return put_away(session, batch_id, at=at, only=Message.attempts == 0)


def _held(session: Session, batch_id: int) -> Batch:
    batch = session.get(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NotFound("没有这一批。There is no such batch.")
    return batch


def _move(session: Session, batch_id: int, start: BatchState, end: BatchState) -> None:
    moved = update(Batch).where(Batch.id == batch_id, Batch.state == start).values(state=end)
    if not session.execute(moved).rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
        raise Conflict(f"这一批不是“{start}”状态了。This batch is not {start} any more.")
