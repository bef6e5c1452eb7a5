"""A carrier that fails again and again is left alone but for a probe; a second one takes over what cannot wait."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.accounts import FIRST, SECOND
from base.database import reading, transaction
from base.queue import Lane
from base.settings import Settings
from base.wiring import settings
from messages import jobs
from messages.ledger import roads
from messages.ledger.claim import claim
from messages.ledger.paces import terms
from messages.lifecycle import MessageClass, MessageState
from messages.models import Attempt, Message
from telephony.breaker import OPENS_AFTER, PROBE_AFTER
from telephony.carrier import OutgoingCall, OutgoingText, SendOutcome, Unknown
from tests.messages.conftest import Ledger
from tests.messages.fake import FakeCarrier, a_call, a_text

STAFF, EMERGENCY, SERVICE = MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE
SECOND_NUMBER = "+85230001111"
SECOND_SETTINGS: dict[str, Any] = {
    "second_carrier_account_sid": "AC" + "2" * 32, "second_carrier_number": SECOND_NUMBER,
    "second_carrier_api_base": "http://127.0.0.1:9", "second_carrier_sms_rate": 0.0, "second_carrier_call_rate": 0.0,
}  # fmt: skip
Asked = OutgoingText | OutgoingCall


def dies(_asked: Asked) -> SendOutcome:
    return Unknown("TimeoutError")


def falls_silent(carrier: FakeCarrier) -> None:
    """From now on it answers nothing, lists included."""
    carrier.answers, carrier.lists_answer = [dies] * 1000, False


def is_back(carrier: FakeCarrier) -> None:
    carrier.answers, carrier.lists_answer = [], True


def has_failed(ledger: Ledger) -> None:
    """So many failed at the first that it is left alone."""
    falls_silent(ledger.carrier)
    with transaction() as session:
        for place in range(5):
            a_text(session, at=ledger.at, number=f"+86137000000{place:02}")
    ledger.work(Lane.NORMAL)
    assert [name for name, _ in alone()] == [FIRST]
    ledger.carrier.asked.clear()


def alone() -> list[tuple[str, Any]]:
    with reading() as session:
        return roads.left_alone(session)


def went_through(message: Message) -> list[str | None]:
    with reading() as session:
        of_it = select(Attempt.carrier).where(Attempt.message_id == message.id)
        return list(session.scalars(of_it.order_by(Attempt.began_at, Attempt.id)))


@pytest.fixture
def second(ledger: Ledger, app: Flask, no_limits: None) -> FakeCarrier:
    """A second carrier, for emergencies and staff."""
    known: Settings = app.extensions["settings"]
    # made anew: what a copy has worked out already it would keep
    app.extensions["settings"] = Settings(_env_file=None, **(known.model_dump() | SECOND_SETTINGS))
    app.extensions["second_carrier"] = carrier = FakeCarrier(clock=clock.now)
    return carrier


def test_after_five_failures_nothing_more_is_burnt_and_one_at_a_time_tries_it(ledger: Ledger, no_limits: None) -> None:
    has_failed(ledger)
    rows = [ledger.plan(a_text, number=f"+86138000000{place:02}") for place in range(10)]
    ledger.work()
    assert ledger.carrier.asked == []
    assert {ledger.now(row).attempts for row in rows} == {0}, "no attempt is burnt"
    for _ in range(3):
        ledger.waits(seconds=PROBE_AFTER * 8)
        ledger.work()
        ledger.work()
    assert len(ledger.carrier.asked) == 3, "a probe each time, whoever looks how often"
    is_back(ledger.carrier)
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.work()
    assert alone() == [], "one that it took opens the road"
    ledger.work()
    assert len({asked.number for asked in ledger.carrier.asked}) == 10


def test_what_it_refuses_for_the_message_or_takes_closes_the_breaker_and_failures_must_be_in_a_row(
    ledger: Ledger, no_limits: None
) -> None:
    for place in range(9):
        ledger.carrier.answers = [ledger.carrier.takes if place % 3 == 2 else dies]
        ledger.plan(a_text, number=f"+86138000000{place:02}")
        ledger.work(Lane.NORMAL)
    assert alone() == []


def is_slow_from(app: Flask, part: float) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"carrier_slow_part": part})


def test_one_that_is_slow_goes_on_where_no_other_can_take_over(ledger: Ledger, app: Flask, no_limits: None) -> None:
    is_slow_from(app, 1e-9)  # whatever it takes is slow
    for place in range(OPENS_AFTER):
        ledger.plan(a_text, number=f"+86138000000{place:02}")
    ledger.work(Lane.NORMAL)
    assert alone() == [], "slow is better than not at all"


def test_one_that_takes_everything_too_slowly_is_left_alone_until_it_is_quick_again(
    ledger: Ledger, app: Flask, second: FakeCarrier, no_limits: None
) -> None:
    is_slow_from(app, 1e-9)  # whatever it takes is slow
    rows = [ledger.plan(a_text, number=f"+86138000000{place:02}") for place in range(OPENS_AFTER)]
    ledger.work(Lane.NORMAL)
    assert {ledger.now(row).state for row in rows} == {MessageState.ACCEPTED}, "what it took is not sent again"
    assert [name for name, _ in alone()] == [FIRST]
    later = ledger.plan(a_text, number="+8613800000050")
    ledger.work(Lane.NORMAL)
    assert ledger.now(later).state is MessageState.PLANNED
    is_slow_from(app, 1.0)
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.work(Lane.NORMAL)
    assert ledger.now(later).state is MessageState.ACCEPTED
    assert alone() == []


def test_pages_always_try(ledger: Ledger, no_limits: None) -> None:
    has_failed(ledger)
    notice = ledger.plan(a_text, EMERGENCY, number="+8613800000001")
    page, call = ledger.plan(a_text, STAFF, number="+8613900000001"), ledger.plan(a_call, number="+8613900000001")
    is_back(ledger.carrier)
    ledger.work(Lane.URGENT)
    assert {ledger.now(row).state for row in (page, call)} == {MessageState.ACCEPTED}
    assert alone() == [], "and what a page found out holds for all"
    ledger.work(Lane.URGENT)
    assert ledger.now(notice).state is MessageState.ACCEPTED


def test_the_least_urgent_tries_first(ledger: Ledger, no_limits: None) -> None:
    has_failed(ledger)
    ledger.plan(a_text, EMERGENCY, number="+8613800000001")
    after_pages = ledger.plan(a_text, STAFF, number="+8613900000001", urgency=4)
    ledger.waits(seconds=PROBE_AFTER * 8)
    with transaction() as session:
        (tries,) = claim(session, Lane.URGENT, at=ledger.at, room=100, under=terms(settings())).rows
    assert tries.id == after_pages.id


def test_only_one_process_tries_it(ledger: Ledger, no_limits: None) -> None:
    has_failed(ledger)
    for place in range(3):
        ledger.plan(a_text, number=f"+86138000000{place:02}")
    ledger.waits(seconds=PROBE_AFTER * 8)
    claimed = []
    for _ in range(3):
        with transaction() as session:
            claimed += claim(session, Lane.NORMAL, at=ledger.at, room=100, under=terms(settings())).rows
    assert [(row.carrier, row.is_trial) for row in claimed] == [(FIRST, True)]


def test_a_second_carrier_takes_over_what_cannot_wait_from_its_own_number(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    pairs = [(make, kind) for make in (a_text, a_call) for kind in (EMERGENCY, STAFF)]
    rows = [ledger.plan(make, kind, number=f"+86138000000{n:02}") for n, (make, kind) in enumerate(pairs)]
    waits = ledger.plan(a_text, SERVICE, number="+8613800000099")
    ledger.work()
    assert ledger.carrier.asked == []
    assert {ledger.now(row).state for row in rows} == {MessageState.ACCEPTED}
    assert {asked.sender for asked in second.asked} == {SECOND_NUMBER}
    assert {through for row in rows for through in went_through(row)} == {SECOND}
    assert (ledger.now(waits).state, ledger.now(waits).attempts) == (MessageState.PLANNED, 0)


def test_while_the_first_answers_nothing_goes_through_the_second(ledger: Ledger, second: FakeCarrier) -> None:
    row = ledger.plan(a_text, EMERGENCY)
    ledger.work()
    assert second.asked == []
    assert went_through(row) == [None]


def test_an_emergency_is_never_the_probe_while_the_second_takes_it(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.plan(a_text, EMERGENCY)
    ledger.work()
    assert (len(second.asked), ledger.carrier.asked) == (1, [])
    probe = ledger.plan(a_text, SERVICE, number="+8613800000099")
    is_back(ledger.carrier)
    ledger.work()
    assert [asked.number for asked in ledger.carrier.asked] == [probe.number]
    ledger.plan(a_text, EMERGENCY, number="+8613800000002")
    ledger.work()
    assert (len(second.asked), len(ledger.carrier.asked)) == (1, 2), "and all go home"


def test_where_the_second_takes_everything_the_first_is_tried_with_what_can_wait(
    ledger: Ledger, second: FakeCarrier, app: Flask
) -> None:
    known: Settings = app.extensions["settings"]
    all_of_them = known.model_dump() | {"second_carrier_classes": "emergency,staff,service"}
    app.extensions["settings"] = Settings(_env_file=None, **all_of_them)
    has_failed(ledger)
    is_back(ledger.carrier)
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.plan(a_text, EMERGENCY, number="+8613800000001")
    ledger.work()
    assert (len(second.asked), ledger.carrier.asked) == (1, []), "nothing urgent is risked"
    older, newer = (ledger.plan(a_text, number=f"+861380000001{place}") for place in range(2))
    ledger.work()
    assert [asked.number for asked in ledger.carrier.asked] == [newer.number]
    assert went_through(older) == [SECOND], "all others have a road, and each goes once"
    assert ledger.now(older).attempts == ledger.now(newer).attempts == 1
    assert alone() == []


def test_what_nobody_knows_stays_at_the_carrier_it_went_through(ledger: Ledger, second: FakeCarrier) -> None:
    ledger.carrier.answers = [ledger.carrier.takes_silently]
    taken = ledger.plan(a_text, EMERGENCY)
    ledger.work()
    has_failed(ledger)
    for _ in range(60):
        ledger.waits(seconds=1)
        ledger.settle()
        ledger.work()
    assert ledger.now(taken).state is MessageState.UNKNOWN, "its own carrier's list does not answer"
    assert second.asked == [], "and it is not carried over"
    is_back(ledger.carrier)
    for _ in range(30):
        ledger.waits(seconds=1)
        ledger.settle()
    assert ledger.now(taken).state is MessageState.ACCEPTED
    assert len([seen for seen in ledger.carrier.listed if seen.number == taken.number]) == 1
    assert went_through(taken) == [None]


def test_what_the_second_took_silently_is_found_in_its_own_list(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    second.answers = [second.takes_silently]
    row = ledger.plan(a_text, EMERGENCY)
    ledger.work(Lane.URGENT)
    assert ledger.now(row).state is MessageState.UNKNOWN
    is_back(ledger.carrier)  # and its list knows nothing of this one
    for _ in range(40):
        ledger.waits(seconds=1)
        ledger.settle()
        ledger.work(Lane.URGENT)
    assert ledger.now(row).state is MessageState.ACCEPTED
    assert (went_through(row), len(second.listed)) == ([SECOND], 1)
    assert row.number not in {asked.number for asked in ledger.carrier.asked}


def test_a_missing_receipt_is_asked_for_where_the_message_went(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    row = ledger.plan(a_text, EMERGENCY)
    ledger.work(Lane.URGENT)
    (seen,) = second.listed
    second.listed = [type(seen)(seen.sid, seen.number, "delivered", seen.created_at, seen.body)]
    ledger.waits(seconds=61)
    jobs.ask_for_receipts()
    assert ledger.now(row).state is MessageState.DELIVERED


def test_a_call_is_stopped_where_it_rings(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    call = ledger.plan(a_call)
    ledger.work(Lane.URGENT)
    jobs.stop_ringing(call.id)
    assert (second.cancelled, ledger.carrier.cancelled) == ([ledger.now(call).sid], [])


def test_the_second_has_a_pace_of_its_own(ledger: Ledger, second: FakeCarrier, app: Flask) -> None:
    slow = {"second_carrier_sms_rate": 2.0, "second_carrier_call_rate": 1.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=slow)
    has_failed(ledger)
    with transaction() as session:
        for place in range(20):
            a_text(session, EMERGENCY, at=ledger.at, number=f"+86138000000{place:02}")
            a_call(session, EMERGENCY, at=ledger.at, number=f"+86138000001{place:02}")
    ledger.work(Lane.URGENT)
    texts = [asked for asked in second.asked if isinstance(asked, OutgoingText)]
    assert (len(texts), len(second.asked) - len(texts)) == (4, 2), "two seconds of each"


def test_where_neither_answers_pages_try_both_in_turns_and_the_rest_waits(ledger: Ledger, second: FakeCarrier) -> None:
    has_failed(ledger)
    second.answers = [dies] * 1000
    with transaction() as session:
        for place in range(5):
            a_text(session, EMERGENCY, at=ledger.at, number=f"+86138000000{place:02}")
    ledger.work(Lane.URGENT)
    assert [name for name, _ in alone()] == [FIRST, SECOND]
    second.asked.clear()
    waits = ledger.plan(a_text, EMERGENCY, number="+8613800000098")
    page = ledger.plan(a_text, STAFF, number="+8613900000001")
    ledger.work(Lane.URGENT)
    assert [asked.number for asked in ledger.carrier.asked] == [page.number]
    assert ledger.now(waits).attempts == 0
    ledger.change(page, state=MessageState.PLANNED, due_at=ledger.at)
    ledger.work(Lane.URGENT)
    assert [asked.number for asked in second.asked] == [page.number]
    second.answers = []
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.work(Lane.URGENT)
    assert [name for name, _ in alone()] == [FIRST], "the emergency tried the second one, which answers again"
    ledger.work(Lane.URGENT)
    assert ledger.now(waits).state is MessageState.ACCEPTED


def test_the_desk_the_doctor_and_the_numbers_say_so(ledger: Ledger, no_limits: None, app: Flask) -> None:
    has_failed(ledger)
    told = app.test_client().get("/metrics").text
    assert 'huiyin_carrier_left_alone{carrier="first"} 1.0' in told
    is_back(ledger.carrier)
    ledger.waits(seconds=PROBE_AFTER * 8)
    ledger.plan(a_text)
    ledger.work()
    assert 'huiyin_carrier_left_alone{carrier="first"} 0.0' in app.test_client().get("/metrics").text
