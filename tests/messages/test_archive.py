"""What is long over moves out of the way; what still moves, or is young, or is the newest, stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.database import reading, transaction
from base.queue import Lane
from messages import jobs
from messages.ledger.archive import archive
from messages.lifecycle import BatchState, MessageClass, MessageState
from messages.models import ATTEMPT_ARCHIVE, MESSAGE_ARCHIVE, Attempt, Batch, Message
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, a_text

KEEP = timedelta(days=400)


def ids(column: object) -> list[object]:
    with reading() as session:
        return list(session.scalars(select(column).order_by(column)))


def sent(ledger: Ledger, count: int) -> list[Message]:
    messages = [ledger.plan(a_text) for _ in range(count)]
    ledger.waits(seconds=5)
    ledger.work(Lane.NORMAL)
    for message in messages:
        ledger.change(message, state=MessageState.DELIVERED, final_at=ledger.at)
    return messages


def test_old_final_messages_move_with_their_attempts_and_every_word(ledger: Ledger, no_limits: None) -> None:
    first, second, last = sent(ledger, 3)
    before = ledger.now(first)
    ledger.waits(days=401)
    jobs.archive_old()
    assert ids(MESSAGE_ARCHIVE.c.id) == [first.id, second.id]
    assert ids(Message.id) == [last.id], "the newest number is never given again"
    assert len(ids(ATTEMPT_ARCHIVE.c.id)) == 2
    assert ids(Attempt.message_id) == [last.id]
    with reading() as session:
        row = session.execute(select(MESSAGE_ARCHIVE).where(MESSAGE_ARCHIVE.c.id == first.id)).one()
    assert {name: getattr(before, name) for name in row._mapping} == dict(row._mapping)


def test_young_ones_and_those_still_on_their_way_stay(ledger: Ledger, no_limits: None) -> None:
    first, second, third, _newest = sent(ledger, 4)
    ledger.change(second, state=MessageState.ACCEPTED, final_at=None)
    ledger.waits(days=401)
    ledger.change(third, final_at=ledger.at)
    jobs.archive_old()
    assert ids(MESSAGE_ARCHIVE.c.id) == [first.id]
    jobs.archive_old()
    assert ids(MESSAGE_ARCHIVE.c.id) == [first.id]


def test_what_is_young_or_on_its_way_is_not_locked(ledger: Ledger, no_limits: None, database_kind: str) -> None:
    if database_kind == "sqlite":
        return  # one writer at a time
    old, young, _newest = sent(ledger, 3)
    ledger.waits(days=401)
    ledger.change(young, final_at=ledger.at)
    with transaction() as session:
        archive(session, at=ledger.at, keep=KEEP)
        with transaction() as other:
            row = select(Message.id).where(Message.id.in_([old.id, young.id])).with_for_update(skip_locked=True)
            assert list(other.scalars(row)) == [young.id]


@pytest.mark.parametrize("state", list(BatchState))
def test_what_may_never_go_any_more_is_put_away(
    ledger: Ledger, state: BatchState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messages.ledger.archive.PIECE", 2)
    hour = timedelta(hours=1)
    with transaction() as session:
        short, long = (
            Batch(
                lane=Lane.NORMAL, message_class=MessageClass.SERVICE, planned_at=AT, state=state, valid_until_at=until
            )
            for until in (AT + hour, AT + 9 * hour)
        )
        session.add_all([short, long])
        session.flush()
    late = [ledger.plan(in_batch, batch_id=short.id) for _ in range(3)]
    late.append(ledger.plan(in_batch, batch_id=long.id, valid_until_at=AT + hour))
    in_time = ledger.plan(in_batch, batch_id=long.id)
    ledger.waits(hours=1)
    jobs.archive_old()
    for row in map(ledger.now, late):
        assert (row.state, row.reason, row.final_at) == (MessageState.EXPIRED, "valid_until", ledger.at)
    assert ledger.now(in_time).state is MessageState.PLANNED


def in_batch(session: Session, *, batch_id: int, **how: object) -> Message:
    message = a_text(session, **how)  # type: ignore[arg-type]
    message.batch_id = batch_id
    return message


def test_others_get_their_turn_between_two_pieces(
    ledger: Ledger, no_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messages.ledger.archive.archive.__kwdefaults__", {"after_id": 0, "piece": 2})
    pauses: list[float] = []
    monkeypatch.setattr("messages.jobs.time.sleep", pauses.append)
    sent(ledger, 5)
    ledger.waits(days=401)
    jobs.archive_old()
    assert pauses == [jobs.PAUSE_S] * 3


def test_it_goes_piece_by_piece_and_stops_where_the_rest_is_young(ledger: Ledger, no_limits: None) -> None:
    old = [message.id for message in sent(ledger, 5)]
    ledger.waits(days=401)
    young = [message.id for message in sent(ledger, 3)]
    after_id: int | None = 0
    steps = []
    while after_id is not None:
        with transaction() as session:
            after_id = archive(session, at=ledger.at, keep=KEEP, after_id=after_id, piece=2)
        steps.append(after_id)
    assert steps == [old[1], old[3], None]
    assert ids(MESSAGE_ARCHIVE.c.id) == old
    assert ids(Message.id) == young
