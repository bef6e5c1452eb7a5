"""What is long over moves out of the way; what still moves, or is young, or is the newest, stays."""

from datetime import timedelta

from sqlalchemy import select

from base.database import reading, transaction
from base.queue import Lane
from messages import jobs
from messages.ledger.archive import archive
from messages.lifecycle import MessageState
from messages.models import ATTEMPT_ARCHIVE, MESSAGE_ARCHIVE, Attempt, Message
from tests.messages.conftest import Ledger
from tests.messages.fake import a_text

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
