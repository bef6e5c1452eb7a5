"""A call is taken back when it is about to leave, or has left: it does not go again, and it does not ring on."""

from datetime import timedelta

import pytest
from flask import Flask

import worker
from base.clock import now
from base.database import reading, transaction
from base.queue import Lane
from messages import actions, jobs
from messages.ledger.plan import overtaken_calls
from messages.ledger.receipts import Heard, apply
from messages.lifecycle import MessageClass, MessageState
from telephony.carrier import Rejected, SendOutcome, Unknown
from tests.messages.conftest import Ledger
from tests.messages.fake import Asked, a_call, a_text


def takes_back() -> None:
    """Somebody has taken the ticket."""
    with transaction() as session:
        actions.cancel(session, about="ticket:1", at=now())


def while_asked(ledger: Ledger, outcome: SendOutcome | None) -> None:
    """The next request is answered only after the call was taken back; None: the carrier takes it."""

    def answer(asked: Asked) -> SendOutcome:
        takes_back()
        return ledger.carrier.takes(asked) if outcome is None else outcome

    ledger.carrier.answers = [answer]


def test_the_carrier_takes_it_all_the_same_and_it_is_stopped(ledger: Ledger) -> None:
    while_asked(ledger, None)
    call = ledger.plan(a_call)
    ledger.work()
    placed = ledger.now(call)
    assert placed.state is MessageState.ACCEPTED
    jobs.stop_overtaken()
    assert ledger.carrier.cancelled == [placed.sid]


def test_the_clock_sees_it_until_it_is_over(ledger: Ledger) -> None:
    while_asked(ledger, None)
    call = ledger.plan(a_call)
    ledger.work()
    assert overtaken(ledger) == [call.id]
    ledger.change(call, state=MessageState.CANCELLED, final_at=ledger.at)
    assert overtaken(ledger) == []


def test_without_a_queue_it_is_stopped_too(ledger: Ledger) -> None:
    while_asked(ledger, None)
    call = ledger.plan(a_call)
    worker.work_alone()
    assert ledger.carrier.cancelled == [ledger.now(call).sid]


@pytest.mark.parametrize("outcome", [Rejected("20429", is_permanent=False), Unknown("TimeoutError")])
def test_one_that_did_not_get_through_does_not_go_again(ledger: Ledger, outcome: SendOutcome) -> None:
    while_asked(ledger, outcome)
    call = ledger.plan(a_call)
    for _ in range(60):
        ledger.waits(seconds=1)
        ledger.settle()
        ledger.work(Lane.URGENT)
    assert (ledger.now(call).state, len(ledger.carrier.asked)) == (MessageState.EXPIRED, 1)


def test_one_found_in_the_carriers_list_is_stopped(ledger: Ledger) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    call = ledger.plan(a_call)
    ledger.work()
    assert ledger.now(call).state is MessageState.UNKNOWN
    takes_back()
    while ledger.now(call).state is MessageState.UNKNOWN:
        ledger.waits(seconds=1)
        ledger.settle()
    jobs.stop_overtaken()
    assert ledger.carrier.cancelled == [ledger.now(call).sid]


def test_where_the_hint_is_lost_it_is_stopped_once(ledger: Ledger, app: Flask) -> None:
    call = ledger.plan(a_call)
    ledger.work()
    ledger.waits(seconds=3)
    takes_back()
    app.extensions["hints"].connection.flushall()
    for _ in range(3):
        ledger.waits(seconds=1)
        jobs.stop_overtaken()
    assert ledger.carrier.cancelled == [ledger.now(call).sid]


def test_a_text_that_the_carrier_had_does_not_go_again(ledger: Ledger) -> None:
    text = ledger.plan(a_text, MessageClass.STAFF)
    ledger.work()
    sent = ledger.now(text)
    takes_back()
    with transaction() as session:
        apply(session, Heard(sent.id, sent.attempt_id or "", sent.sid or "", "undelivered", "30003"), at=ledger.at)
    assert ledger.now(text).state is MessageState.UNDELIVERED


def test_a_call_whose_time_is_up_while_it_rings_rings_on(ledger: Ledger) -> None:
    ledger.plan(a_call, valid_until_at=ledger.at + timedelta(seconds=5))
    ledger.work()
    ledger.waits(seconds=10)
    assert overtaken(ledger) == []


def test_a_call_that_nobody_took_back_rings_on(ledger: Ledger) -> None:
    call = ledger.plan(a_call, valid_until_at=ledger.at + timedelta(minutes=10))
    ledger.work()
    assert ledger.now(call).state is MessageState.ACCEPTED
    assert overtaken(ledger) == []


def overtaken(ledger: Ledger) -> list[int]:
    with reading() as session:
        return overtaken_calls(session, at=ledger.at)
