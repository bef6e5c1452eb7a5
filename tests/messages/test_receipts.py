"""Receipts: by rank, in any order, as often as the carrier likes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from base.database import reading, transaction
from base.queue import Lane
from directory.models import Number, Person
from messages import actions, jobs
from messages.ledger.receipts import Heard, apply, says_something_new
from messages.lifecycle import MessageClass, MessageState, Way, receipt_of
from messages.models import Message
from telephony.carrier import Sighting, Unknown
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, OWNER, a_call, a_text

Posts = Callable[..., TestResponse]

TEXT_WORDS = ["queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "nonsense"]
CALL_WORDS = ["initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]


def path_of(message: Message) -> str:
    kind = "sms/status" if message.way is Way.TEXT else "voice/placed"
    return f"/{kind}?m={message.id}&a={message.attempt_id}"


@pytest.fixture
def gone(ledger: Ledger) -> Message:
    """A text the carrier has taken."""
    message = ledger.plan(a_text)
    ledger.work(Lane.NORMAL)
    return ledger.now(message)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["sent"], MessageState.ACCEPTED),
        (["sent", "delivered"], MessageState.DELIVERED),
        (["delivered", "sent", "queued"], MessageState.DELIVERED),
        (["delivered", "undelivered"], MessageState.DELIVERED),
        (["undelivered", "delivered"], MessageState.DELIVERED),
        (["failed"], MessageState.FAILED),
        (["undelivered"], MessageState.UNDELIVERED),
        (["read"], MessageState.DELIVERED),
        (["something_new"], MessageState.ACCEPTED),
    ],
)
def test_texts(ledger: Ledger, gone: Message, carrier_posts: Posts, words: list[str], state: MessageState) -> None:
    for word in words:
        posted = carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus=word)
        assert (posted.status_code, posted.data) == (204, b"")
    assert ledger.now(gone).state is state


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["initiated", "ringing"], MessageState.ACCEPTED),
        (["ringing", "in-progress", "completed"], MessageState.ANSWERED),
        (["no-answer"], MessageState.NO_ANSWER),
        (["busy"], MessageState.BUSY),
        (["failed"], MessageState.FAILED),
        (["canceled"], MessageState.CANCELLED),
    ],
)
def test_placed_calls(ledger: Ledger, carrier_posts: Posts, words: list[str], state: MessageState) -> None:
    message = ledger.plan(a_call)
    ledger.work(Lane.URGENT)
    call = ledger.now(message)
    for word in words:
        assert carrier_posts(path_of(call), CallSid=str(call.sid), CallStatus=word).status_code == 204
    assert (ledger.now(call).state, ledger.now(call).heard_at) == (state, None)


def test_only_a_key_means_that_somebody_heard_it(ledger: Ledger) -> None:
    call = ledger.plan(a_call)
    with transaction() as session:
        actions.heard(session, call.id, at=AT)
        actions.heard(session, call.id, at=AT + timedelta(minutes=1))
    assert ledger.now(call).heard_at == AT


@pytest.mark.parametrize(
    "query",
    ["", "?m=999999&a=x", "?m=1", "?m=-1&a=x", "?m=99999999999999999999&a=x", "?m=%E4%B8%80&a=x", "?m=1&a=" + "x" * 99],
)
def test_receipts_about_nothing_we_know_are_taken_in_silence(
    ledger: Ledger, gone: Message, carrier_posts: Posts, query: str
) -> None:
    posted = carrier_posts("/sms/status" + query, MessageSid="SM" + "0" * 32, MessageStatus="delivered")
    assert (posted.status_code, posted.data) == (204, b"")
    assert ledger.now(gone).state is MessageState.ACCEPTED


def test_unsigned_receipts_change_nothing(ledger: Ledger, gone: Message, app: Flask) -> None:
    posted = app.test_client().post(path_of(gone), data={"MessageSid": gone.sid, "MessageStatus": "delivered"})
    assert (posted.status_code, posted.data) == (403, b"")
    assert ledger.now(gone).state is MessageState.ACCEPTED


def test_a_receipt_before_the_answer_is_kept_and_brings_the_sid(ledger: Ledger, carrier_posts: Posts) -> None:
    """The carrier is quicker with its receipt than with its answer."""
    message = ledger.plan(a_text)

    def receipt_first(asked: object) -> object:
        row = ledger.now(message)
        carrier_posts(path_of(row), MessageSid="SM" + "f" * 32, MessageStatus="delivered")
        outcome = ledger.carrier.takes(asked)  # type: ignore[arg-type]
        return type(outcome)("SM" + "f" * 32)  # type: ignore[call-arg]

    ledger.carrier.answers = [receipt_first]  # type: ignore[list-item]
    ledger.work()
    end = ledger.now(message)
    assert (end.state, end.sid) == (MessageState.DELIVERED, "SM" + "f" * 32)


@pytest.mark.parametrize("word", ["failed", "undelivered"])
def test_a_failure_before_the_answer_makes_it_go_once_more(ledger: Ledger, carrier_posts: Posts, word: str) -> None:
    message = ledger.plan(a_text)
    first = {"MessageSid": "SM" + "f" * 32, "MessageStatus": word, "ErrorCode": "30001"}
    paths = []

    def receipt_first(asked: object) -> object:
        paths.append(path_of(ledger.now(message)))
        carrier_posts(paths[0], **first)
        return type(ledger.carrier.takes(asked))("SM" + "f" * 32)  # type: ignore[call-arg,arg-type]

    def twice_more() -> tuple[MessageState, int, bool]:
        for _ in range(2):
            carrier_posts(paths[0], **first)
        row = ledger.now(message)
        return row.state, len(ledger.carrier.listed), row.is_doubtful

    ledger.carrier.answers = [receipt_first]  # type: ignore[list-item]
    ledger.work()
    assert twice_more() == (MessageState.PLANNED, 1, False)
    ledger.waits(minutes=6)
    ledger.work()
    assert twice_more() == (MessageState.ACCEPTED, 2, False)
    assert ledger.now(message).attempts == 2


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
@pytest.mark.parametrize(("make", "words"), [(a_text, TEXT_WORDS), (a_call, CALL_WORDS)])
def test_any_order_and_repetition_ends_the_same(
    ledger: Ledger, make: Callable[..., Message], words: list[str], data: st.DataObject
) -> None:
    heard = data.draw(st.lists(st.sampled_from(words), max_size=8), label="heard")
    again = data.draw(st.lists(st.sampled_from(heard), max_size=4)) if heard else []
    shuffled = data.draw(st.permutations(heard + again))
    answered_first = data.draw(st.booleans(), label="the answer came first")
    ends = []
    for order, is_answered in ((heard, True), (shuffled, answered_first)):
        ledger.carrier.answers = [] if is_answered else [Unknown("TimeoutError")]
        message = ledger.plan(make)
        ledger.waits(seconds=10)
        ledger.work(message.lane)
        row = ledger.now(message)
        for word in order:
            with transaction() as session:
                apply(session, Heard(row.id, row.attempt_id or "", row.sid or f"SM{row.id}", word), at=ledger.at)
        ends.append(ledger.now(message).state)
    way = Way.TEXT if make is a_text else Way.CALL
    ranked = sorted((r for word in heard if (r := receipt_of(way, word))), key=lambda r: r.rank)
    final = ranked[-1].state if ranked else None
    assert ends[0] == (final or MessageState.ACCEPTED)
    assert ends[1] == (final or (MessageState.ACCEPTED if ranked or answered_first else MessageState.UNKNOWN))


def test_what_says_nothing_new_needs_no_write(ledger: Ledger, gone: Message) -> None:
    def is_new(word: str, sid: str = str(gone.sid)) -> bool:
        with reading() as session:
            return says_something_new(session, Heard(gone.id, gone.attempt_id or "", sid, word))

    assert (is_new("sent"), is_new("delivered"), is_new("sent", "SMother"), is_new("what")) == (
        False, True, True, False,
    )  # fmt: skip


@pytest.mark.parametrize(("word", "code", "failures", "needs_check"), [
    ("undelivered", "30005", 2, True), ("undelivered", "30003", 2, True), ("undelivered", "30007", 1, False),
    ("delivered", "", 0, False),
])  # fmt: skip
def test_numbers_are_learnt_about(
    ledger: Ledger, gone: Message, carrier_posts: Posts, word: str, code: str, failures: int, needs_check: bool
) -> None:
    with transaction() as session:
        session.add(Person(name="李梅", numbers=[Number(number=OWNER, hard_failures=1)]))
    for _ in range(2):
        carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus=word, ErrorCode=code)
    with reading() as session:
        number = session.scalars(select(Number)).one()
    assert (number.hard_failures, number.needs_check) == (failures, needs_check)
    assert ledger.now(gone).error_code == code


@pytest.mark.parametrize("code", ["30001", "30003", "30005"])
def test_what_could_not_be_delivered_for_a_reason_that_passes_goes_once_more(
    ledger: Ledger, gone: Message, carrier_posts: Posts, code: str
) -> None:
    fails = {"MessageStatus": "undelivered", "ErrorCode": code}
    for _ in range(2):
        carrier_posts(path_of(gone), MessageSid=str(gone.sid), **fails)
    waiting = ledger.now(gone)
    assert (waiting.state, waiting.final_at, waiting.is_doubtful) == (MessageState.PLANNED, None, False)
    ledger.work()
    assert len(ledger.carrier.listed) == 1, "not at once"
    ledger.waits(minutes=6)
    ledger.work()
    again = ledger.now(gone)
    assert (again.state, len(ledger.carrier.listed)) == (MessageState.ACCEPTED, 2)
    for word in ("sent", "undelivered"):  # late and repeated words about the first attempt say nothing new
        carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus=word, ErrorCode=code)
    assert (ledger.now(gone).state, ledger.now(gone).is_doubtful) == (MessageState.ACCEPTED, False)
    carrier_posts(path_of(again), MessageSid=str(again.sid), **fails)
    assert ledger.now(gone).state is MessageState.UNDELIVERED
    ledger.waits(hours=1)
    ledger.work()
    assert len(ledger.carrier.listed) == 2, "twice is enough"


def test_a_text_that_arrived_after_all_does_not_go_again(ledger: Ledger, gone: Message, carrier_posts: Posts) -> None:
    carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus="undelivered", ErrorCode="30003")
    carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus="delivered")
    ledger.waits(minutes=6)
    ledger.work()
    assert (ledger.now(gone).state, len(ledger.carrier.listed)) == (MessageState.DELIVERED, 1)


def test_one_that_went_again_and_arrived_twice_is_marked(ledger: Ledger, gone: Message, carrier_posts: Posts) -> None:
    carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus="undelivered", ErrorCode="30003")
    ledger.waits(minutes=6)
    ledger.work()
    carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus="delivered")
    assert ledger.now(gone).is_doubtful


@pytest.mark.parametrize(("message_class", "again"), [
    (MessageClass.EMERGENCY, True), (MessageClass.STAFF, True), (MessageClass.SERVICE, False),
])  # fmt: skip
def test_where_the_carrier_cannot_say_only_what_is_urgent_goes_again_and_is_marked(
    ledger: Ledger, carrier_posts: Posts, message_class: MessageClass, again: bool
) -> None:
    message = ledger.plan(a_text, message_class)
    ledger.work()
    sent = ledger.now(message)
    carrier_posts(path_of(sent), MessageSid=str(sent.sid), MessageStatus="undelivered", ErrorCode="30008")
    ledger.waits(minutes=2)
    ledger.work()
    end = ledger.now(message)
    assert (len(ledger.carrier.listed) == 2, end.is_doubtful) == (again, again)
    assert end.state is (MessageState.ACCEPTED if again else MessageState.UNDELIVERED)


def test_what_is_no_longer_valid_by_then_does_not_go_again(ledger: Ledger, carrier_posts: Posts) -> None:
    message = ledger.plan(a_text, valid_until_at=AT + timedelta(minutes=4))
    ledger.work()
    sent = ledger.now(message)
    carrier_posts(path_of(sent), MessageSid=str(sent.sid), MessageStatus="undelivered", ErrorCode="30003")
    assert ledger.now(message).state is MessageState.UNDELIVERED


def test_a_missing_receipt_is_asked_for(ledger: Ledger, gone: Message) -> None:
    seen = ledger.carrier.listed[0]
    ledger.carrier.listed[0] = Sighting(seen.sid, seen.number, "delivered", seen.created_at)
    ledger.waits(seconds=299)
    jobs.ask_for_receipts()
    assert ledger.now(gone).state is MessageState.ACCEPTED
    ledger.waits(seconds=2)
    jobs.ask_for_receipts()
    assert ledger.now(gone).state is MessageState.DELIVERED


def test_silent_for_a_day_and_asked_for_is_final(ledger: Ledger, gone: Message) -> None:
    for hours in (1, 1, 21):
        ledger.waits(hours=hours)
        jobs.ask_for_receipts()
        assert ledger.now(gone).state is MessageState.ACCEPTED
    ledger.waits(hours=2)
    jobs.ask_for_receipts()
    assert ledger.now(gone).state is MessageState.NO_RECEIPT


def test_a_carrier_that_does_not_answer_was_not_asked(ledger: Ledger, gone: Message) -> None:
    ledger.carrier.lists_answer = False
    for _ in range(30):
        ledger.waits(hours=1)
        jobs.ask_for_receipts()
    assert (ledger.now(gone).state, ledger.now(gone).looks) == (MessageState.ACCEPTED, 0)


def test_a_receipt_after_all_that_silence_still_counts(ledger: Ledger, gone: Message, carrier_posts: Posts) -> None:
    ledger.change(gone, state=MessageState.NO_RECEIPT, final_at=AT)
    carrier_posts(path_of(gone), MessageSid=str(gone.sid), MessageStatus="delivered")
    assert ledger.now(gone).state is MessageState.DELIVERED
