"""What nobody can say is settled by a receipt or by the carrier's own list; only then does it go again."""

import asyncio
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from base import clock
from base.database import Database, reading, transaction
from base.queue import Lane
from base.wiring import settings
from messages import jobs
from messages.ledger import record as records
from messages.ledger.claim import claim
from messages.ledger.paces import terms
from messages.ledger.receipts import Heard, apply
from messages.ledger.record import Ended, record
from messages.ledger.settle import AT_ONCE
from messages.ledger.taking import Claimed
from messages.lifecycle import MessageClass, MessageState, Outcome, Way
from messages.models import Attempt, Message
from telephony.carrier import Accepted, Rejected, Sighting, Unknown
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, FakeCarrier, a_call, a_text

STAFF, EMERGENCY, SERVICE, SURVEY = (
    MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE, MessageClass.SURVEY,
)  # fmt: skip
MAKES = [a_text, a_call]


def sent(ledger: Ledger) -> int:
    """How often the carrier took something."""
    return len(ledger.carrier.listed)


def work_and_settle(ledger: Ledger, *, for_s: int) -> None:
    """Time passes; every second both jobs run, as the clock has them run."""
    for _ in range(for_s):
        ledger.waits(seconds=1)
        ledger.settle()
        ledger.work_what_is_due()


@pytest.mark.parametrize("make", MAKES)
def test_taken_but_the_answer_was_lost_is_found_in_the_list(ledger: Ledger, make: object) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    message = ledger.plan(make)  # type: ignore[arg-type]
    ledger.work()
    assert ledger.now(message).state is MessageState.UNKNOWN
    work_and_settle(ledger, for_s=40)
    settled = ledger.now(message)
    assert (settled.state, settled.sid, sent(ledger)) == (
        MessageState.ACCEPTED, ledger.carrier.listed[0].sid, 1,
    )  # fmt: skip


@pytest.mark.parametrize("make", MAKES)
def test_not_in_the_list_twice_goes_again(ledger: Ledger, make: object) -> None:
    ledger.carrier.answers = [Unknown("ServerDisconnectedError")]
    message = ledger.plan(make)  # type: ignore[arg-type]
    ledger.work()
    work_and_settle(ledger, for_s=40)
    again = ledger.now(message)
    assert (again.state, again.attempts, sent(ledger), again.is_doubtful) == (MessageState.ACCEPTED, 2, 1, False)


def test_the_first_look_waits_for_the_list_and_the_second_ten_seconds_more(ledger: Ledger) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    looks = {}
    for second in range(1, 30):
        ledger.waits(seconds=1)
        ledger.settle()
        looks[second] = (ledger.now(message).looks, ledger.now(message).state)
    assert looks[12] == (0, MessageState.UNKNOWN)
    assert looks[13] == (1, MessageState.UNKNOWN)
    assert looks[22] == (1, MessageState.UNKNOWN)
    assert looks[23] == (0, MessageState.PLANNED)


def test_a_list_that_is_late_once_is_believed_the_second_time(ledger: Ledger) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    message = ledger.plan(a_text)
    ledger.work()
    late = ledger.carrier.listed.pop()
    work_and_settle(ledger, for_s=15)
    ledger.carrier.listed.append(late)
    work_and_settle(ledger, for_s=20)
    assert (ledger.now(message).state, len(ledger.carrier.asked)) == (MessageState.ACCEPTED, 1)


def test_an_older_text_with_the_same_words_is_not_taken_for_it(ledger: Ledger) -> None:
    body = "【回音物业】您好"
    ledger.carrier.listed.append(Sighting("SMold", OWNER, "delivered", AT - timedelta(minutes=5), body))
    ledger.carrier.listed.append(Sighting("SMother", OWNER, "queued", AT + timedelta(seconds=1), "别的话"))
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    work_and_settle(ledger, for_s=40)
    assert ledger.now(message).attempts == 2


def test_each_sid_settles_one_attempt_only(ledger: Ledger) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently, Unknown("TimeoutError")]
    first, second = ledger.plan(a_text), ledger.plan(a_text)
    ledger.work()
    work_and_settle(ledger, for_s=60)
    rows = [ledger.now(first), ledger.now(second)]
    assert sorted(row.attempts for row in rows) == [1, 2]
    assert {row.sid for row in rows} == {seen.sid for seen in ledger.carrier.listed}
    assert sent(ledger) == 2


def test_a_claim_that_ran_out_becomes_unknown_never_planned(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    take(ledger)
    ledger.waits(seconds=19)
    ledger.settle()
    assert ledger.now(message).state is MessageState.CLAIMED
    ledger.waits(seconds=2)
    ledger.settle()
    assert ledger.now(message).state is MessageState.UNKNOWN
    work_and_settle(ledger, for_s=20)
    assert (ledger.now(message).state, sent(ledger)) == (MessageState.ACCEPTED, 1)


def test_an_answer_that_comes_after_the_claim_ran_out_still_counts(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    row = take(ledger)
    ledger.waits(seconds=21)
    ledger.settle()
    write(ledger, row, Accepted("SMlate"))
    assert (ledger.now(message).state, ledger.now(message).sid) == (MessageState.ACCEPTED, "SMlate")


def test_an_answer_proves_what_a_list_only_guessed(ledger: Ledger) -> None:
    """Two messages of the same words; the list gave the sid of the slower answer to the other one."""
    guessed, slow = ledger.plan(a_text), ledger.plan(a_text)
    ledger.change(slow, due_at=AT + timedelta(hours=1))
    take(ledger)
    ledger.waits(seconds=21)
    ledger.settle()
    ledger.change(slow, due_at=AT)
    row = take(ledger)
    ledger.change(guessed, state=MessageState.ACCEPTED, sid="SMslow", accepted_at=ledger.at)
    write(ledger, row, Accepted("SMslow"))
    assert (ledger.now(slow).state, ledger.now(slow).sid) == (MessageState.ACCEPTED, "SMslow")
    assert (ledger.now(guessed).state, ledger.now(guessed).sid) == (MessageState.UNKNOWN, None)


def test_an_answer_proves_what_an_older_attempt_was_given(ledger: Ledger) -> None:
    """The other message has gone on to a new attempt: its old one still has the sid."""
    guessed, slow = ledger.plan(a_text), ledger.plan(a_text)
    ledger.change(slow, due_at=AT + timedelta(hours=1))
    old = take(ledger)
    ledger.waits(seconds=3)
    ledger.change(slow, due_at=AT)
    row = take(ledger)
    with transaction() as session:
        session.get_one(Attempt, old.attempt_id).sid = "SMslow"
    write(ledger, row, Accepted("SMslow"))
    assert (ledger.now(slow).state, ledger.now(slow).sid) == (MessageState.ACCEPTED, "SMslow")
    with reading() as session:
        assert session.get_one(Attempt, old.attempt_id).sid is None
    assert ledger.now(guessed).sid is None


def test_where_receipts_came_first_their_answers_are_written_down_together_all_the_same(
    app: Flask, ledger: Ledger, no_limits: None
) -> None:
    numbers = [f"+86138000010{n:02d}" for n in range(20)]
    messages = [ledger.plan(a_text, number=number) for number in numbers]
    with transaction() as session:
        rows = claim(session, Lane.NORMAL, at=ledger.at, room=len(numbers), under=terms(settings())).rows
    assert len(rows) == len(numbers)
    for n, row in enumerate(rows[:15]):
        with transaction() as session:
            apply(session, Heard(row.id, row.attempt_id, f"SM{n}", "sent" if n % 2 else "delivered"), at=ledger.at)
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    database: Database = app.extensions["database"]
    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        answers = [Ended(row, Accepted(f"SM{n}"), ledger.at) for n, row in enumerate(rows)]
        record(answers, at=ledger.at, under=terms(settings()))
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
    assert len(said) < 10, "a few statements, not some for each"
    ends = [ledger.now(message) for message in messages]
    assert {one.state for one in ends} == {MessageState.DELIVERED, MessageState.ACCEPTED}
    assert sorted(one.sid or "" for one in ends) == sorted(f"SM{n}" for n in range(20))
    assert not any(one.is_doubtful for one in ends)
    with reading() as session:
        attempts = session.execute(select(Attempt.outcome, Attempt.sid, Attempt.ended_at)).all()
    assert {outcome for outcome, _, _ in attempts} == {Outcome.ACCEPTED}
    assert all(sid and ended_at for _, sid, ended_at in attempts)


def test_a_record_row_by_row_and_a_receipt_do_not_wait_for_each_other(
    app: Flask, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = ledger.plan(a_text)
    row = take(ledger)
    began, is_locked, failed = threading.Event(), threading.Event(), list[Exception]()
    row_by_row = records._accept_each

    def all_at_once(*_given: object) -> None:
        raise records._Unusual

    def once_the_receipt_is_there(*given: Any) -> None:
        began.set()
        is_locked.wait(1)  # on a file the receipt waits for the record, and not the other way round
        row_by_row(*given)

    def writes() -> None:
        try:
            with app.app_context():
                write(ledger, row, Accepted("SM1"))
        except Exception as error:
            failed.append(error)

    monkeypatch.setattr(records, "_accept_all", all_at_once)
    monkeypatch.setattr(records, "_accept_each", once_the_receipt_is_there)
    writer = threading.Thread(target=writes)
    writer.start()
    began.wait(5)
    with transaction() as session:
        session.execute(select(Message.id).where(Message.id == message.id).with_for_update())
        is_locked.set()
        time.sleep(0.3)
        apply(session, Heard(message.id, row.attempt_id, "SM1", "delivered"), at=ledger.at)
    writer.join()
    assert failed == []
    assert (ledger.now(message).state, ledger.now(message).sid) == (MessageState.DELIVERED, "SM1")


def test_no_guess_while_the_same_words_are_under_way(ledger: Ledger) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    ledger.waits(seconds=12)
    ledger.plan(a_text)
    row = take(ledger)
    ledger.carrier.listed.append(Sighting("SMtheirs", OWNER, "queued", ledger.at, row.body))
    ledger.waits(seconds=2)
    ledger.settle()
    assert ledger.now(message).state is MessageState.UNKNOWN
    write(ledger, row, Accepted("SMtheirs"))
    work_and_settle(ledger, for_s=40)
    assert ledger.now(message).attempts == 2


@pytest.mark.parametrize(
    ("message_class", "goes_again"), [(STAFF, True), (EMERGENCY, True), (SERVICE, False), (SURVEY, False)]
)
@pytest.mark.parametrize("make", MAKES)
def test_without_a_list_only_emergencies_and_staff_go_once_more_and_are_marked(
    ledger: Ledger, make: object, message_class: MessageClass, goes_again: bool
) -> None:
    ledger.carrier.lists_answer = False
    ledger.carrier.answers = [Unknown("TimeoutError")] * 2
    message = ledger.plan(make, message_class)  # type: ignore[arg-type]
    for _ in range(50):
        ledger.waits(minutes=4 if goes_again else 20)
        ledger.settle()
        ledger.work_what_is_due()
    end = ledger.now(message)
    assert len(ledger.carrier.asked) == (2 if goes_again else 1)
    assert (end.state, end.reason, end.is_doubtful) == (MessageState.FAILED, "unsettled", goes_again)


def test_a_page_in_doubt_goes_again_after_a_minute_not_before(ledger: Ledger) -> None:
    ledger.carrier.lists_answer = False
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text, STAFF)
    ledger.work()
    work_and_settle(ledger, for_s=58)
    assert len(ledger.carrier.asked) == 1
    work_and_settle(ledger, for_s=10)
    assert (len(ledger.carrier.asked), ledger.now(message).is_doubtful) == (2, True)


def test_a_receipt_settles_at_once(ledger: Ledger) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    message = ledger.plan(a_text)
    ledger.work()
    hear(ledger, message, "sent", sid=ledger.carrier.listed[0].sid)
    assert ledger.now(message).state is MessageState.ACCEPTED
    ledger.carrier.listed.clear()
    work_and_settle(ledger, for_s=60)
    assert len(ledger.carrier.asked) == 1


def test_a_receipt_that_comes_while_it_waits_to_go_again_keeps_it_here(ledger: Ledger) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    for _ in range(25):
        ledger.waits(seconds=1)
        ledger.settle()
    assert ledger.now(message).state is MessageState.PLANNED
    hear(ledger, message, "delivered", sid="SMold")
    ledger.work()
    assert (ledger.now(message).state, len(ledger.carrier.asked)) == (MessageState.DELIVERED, 1)


def test_a_receipt_of_an_earlier_attempt_after_it_went_again_is_admitted(ledger: Ledger) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    first = ledger.now(message).attempt_id
    work_and_settle(ledger, for_s=40)
    hear(ledger, message, "delivered", sid="SMold", attempt=first)
    end = ledger.now(message)
    assert (end.is_doubtful, end.state, end.sid) == (True, MessageState.ACCEPTED, ledger.carrier.listed[0].sid)


def test_a_refusal_after_the_claim_ran_out_is_an_answer_too(ledger: Ledger) -> None:
    message = ledger.plan(a_text)
    row = take(ledger)
    ledger.waits(seconds=21)
    ledger.settle()
    write(ledger, row, Rejected("21211", is_permanent=True))
    assert ledger.now(message).state is MessageState.FAILED


def test_settling_twice_at_the_same_time_changes_nothing(ledger: Ledger) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    message = ledger.plan(a_text)
    ledger.work()
    ledger.waits(seconds=14)
    for _ in range(3):
        ledger.settle()
    assert ledger.now(message).looks == 1


def take(ledger: Ledger) -> Claimed:
    """Claim as a process does that is killed or frozen afterwards."""
    with transaction() as session:
        return claim(session, Lane.NORMAL, at=ledger.at, room=1, under=terms(settings())).rows[0]


def write(ledger: Ledger, row: Claimed, outcome: Accepted | Rejected) -> None:
    record([Ended(row, outcome, ledger.at)], at=ledger.at, under=terms(settings()))


def hear(ledger: Ledger, message: Message, word: str, *, sid: str, attempt: str | None = None) -> None:
    with transaction() as session:
        attempt_id = attempt or ledger.now(message).attempt_id or ""
        apply(session, Heard(message.id, attempt_id, sid, word), at=ledger.at)


class _Lists(FakeCarrier):
    """A carrier of whose lists is written down how many are asked for at the same time."""

    under_way = most = so_far = 0

    async def sent_to(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        self.under_way, self.so_far = self.under_way + 1, self.so_far + 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return await super().sent_to(way, number, since_at)


@pytest.mark.parametrize(("answers", "asked"), [(True, 70), (False, AT_ONCE)])
def test_a_slow_carrier_is_asked_about_a_few_at_a_time_and_a_silent_one_about_no_more(
    ledger: Ledger, app: Flask, no_limits: None, answers: bool, asked: int
) -> None:
    with transaction() as session:
        for place in range(70):
            a_text(session, at=ledger.at, number=f"+86138000001{place:02}")
    with transaction() as session:
        assert len(claim(session, Lane.NORMAL, at=ledger.at, room=100, under=terms(settings())).rows) == 70
    app.extensions["carrier"] = lists = _Lists(clock=clock.now, lists_answer=answers)
    ledger.waits(seconds=30)
    jobs.settle_unknown()
    assert (lists.so_far, lists.most) == (asked, AT_ONCE)
