"""The same webhook twice, raced, late, out of order, forged or absurd: one ticket, the same answer, never an error."""

import threading

import pytest

from base.wiring import settings as here
from hotline.models import Call, CallEvent, Recording
from messages.models import Message
from oncall.models import Page
from tests.conftest import SigningCarrier
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import FIRST, OWNER, STRANGER
from tickets.models import Ticket

SID = "CA" + "7" * 32
CALL = {"CallSid": SID, "From": OWNER, "To": HOTLINE, "CallStatus": "in-progress"}


@pytest.fixture
def at_once(app, settings):
    """Post the same webhook from several threads in one moment; all bodies."""

    def post(path: str, times: int = 4, **form: str) -> list[bytes]:
        start, bodies = threading.Barrier(times), []

        def one() -> None:
            start.wait()
            answer = SigningCarrier(app.test_client(), settings)(path, **form)
            bodies.append((answer.status_code, answer.get_data()))

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status for status, _ in bodies} <= {200, 204}
        return [body for _, body in bodies]

    return post


def test_the_first_webhook_raced_is_one_call_and_one_answer(at_once, estate, only):
    assert len(set(at_once("/voice/incoming", **CALL))) == 1
    assert (only(Call).steps, only(CallEvent).step) == (1, 0)


def test_zero_raced_is_one_ticket_one_ring_one_answer(at_once, dials, estate, only):
    call = dials(OWNER)
    bodies = at_once(call.verb.get("action"), **{**CALL, "CallSid": call.sid, "Digits": "0"})
    assert len(set(bodies)) == 1
    assert FIRST.encode() in bodies[0]
    assert only(Ticket)
    assert only(Page)


def test_the_end_of_a_message_raced_is_one_text(at_once, dials, estate, only):
    call = dials(OWNER).presses("1", "4")
    form = {**CALL, "CallSid": call.sid, "RecordingSid": "RE" + "5" * 32, "RecordingDuration": "5"}
    assert len(set(at_once(call.verb.get("action"), **form))) == 1
    at_once(call.verb.get("recordingStatusCallback"), **form, RecordingStatus="completed")
    assert only(Ticket)
    assert only(Message)
    assert only(Recording)


def test_a_hang_up_raced_is_one_missed_call(at_once, dials, estate, only):
    call = dials(OWNER)
    at_once("/voice/status", CallSid=call.sid, From=OWNER, To=HOTLINE, CallStatus="completed", Direction="inbound")
    assert only(Ticket)
    assert only(Message)


def test_every_webhook_delivered_twice_gets_the_same_answer(dials, estate, every):
    call = dials(OWNER)
    first = call.answer
    assert call.rings().answer == first
    for key in ("1", "4"):
        path = call.verb.get("action")
        answer = call.presses(key).answer
        assert call.post(path, Digits=key).answer == answer
        assert call.post(path, Digits="9").answer == answer, "other keys for an old step change nothing"
    assert len(every(Ticket)) == 1
    assert [e.step for e in every(CallEvent)] == [0, 1, 2]


def test_a_step_that_is_ahead_gets_the_last_answer(dials, estate, only):
    call = dials(OWNER)
    first = call.answer
    for step in (2, 9, 2**31, 2**40):
        assert call.post(f"/voice/call/{only(Call).id}/{step}", Digits="0").answer == first
    assert only(CallEvent).step == 0


def test_a_step_of_a_call_we_do_not_know_reaches_the_duty_phone(carrier_posts, estate, dials, every):
    for path in ("/voice/call/77/1", f"/voice/call/{2**31}/1", f"/voice/call/{2**70}/1"):
        answer = carrier_posts(path, **CALL, Digits="1")
        assert answer.status_code == 200
        assert here().duty_phone.encode() in answer.get_data()
    assert every(Call) == []
    other = dials(STRANGER)
    assert here().duty_phone.encode() in carrier_posts(other.verb.get("action"), **CALL, Digits="1").get_data()


def test_the_end_may_overtake_the_last_key(dials, estate, every):
    call = dials(OWNER)
    path = call.verb.get("action")
    call.hangs_up()
    call.post(path, Digits="0", CallStatus="in-progress")
    kinds = sorted(t.kind for t in every(Ticket))
    assert kinds == ["emergency", "help"], "the emergency is not lost in the missed call"


def test_the_end_may_overtake_the_message(dials, estate, only):
    call = dials(OWNER).presses("1", "4")
    call.hangs_up()
    call.says().hears("已受理")
    assert only(Recording).ticket_id == only(Ticket).id
    assert only(Message)


@pytest.mark.parametrize(
    "keys", ["", "#", "ABCD", "12345678901234567890123456789", "一", "<Say>", "1 ", "\u0000", "**"]
)
def test_no_keys_are_too_strange(dials, estate, keys):
    call = dials(OWNER)
    assert call.post(call.verb.get("action"), Digits=keys).verb.tag in {"Gather", "Dial"}


def test_a_call_without_a_sid_reaches_the_duty_phone(carrier_posts, estate, every):
    for sid in ("", "x", "?" * 30, "C" * 500):
        answer = carrier_posts("/voice/incoming", CallSid=sid, From=OWNER, To=HOTLINE)
        assert answer.status_code == 200
        assert here().duty_phone.encode() in answer.get_data()
    assert every(Call) == []


@pytest.mark.parametrize(
    "path", ["/voice/incoming", "/voice/call/1/1", "/voice/status", "/voice/recorded/1/1", "/voice/fallback"]
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(client, estate, every, settings, path):
    form = {**CALL, "AccountSid": settings.account_sid}
    for answer in (client.post(path, data=form), client.post(path, data=form, headers={"X-Twilio-Signature": "x"})):
        assert (answer.status_code, answer.get_data()) == (403, b"")
    assert every(Call) == []


def test_another_account_is_refused(client, estate, every, settings):
    posts = SigningCarrier(client, settings)
    assert posts("/voice/incoming", **{**CALL, "AccountSid": "AC" + "0" * 32}).status_code == 403
    assert every(Call) == []
