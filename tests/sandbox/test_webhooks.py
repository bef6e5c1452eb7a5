"""Webhooks: signed, patient only so long, tried again as their address says."""

import socket
import threading
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from sandbox import NotDone
from sandbox.address import overrides
from sandbox.signature import sign
from tests.sandbox.application import Answer
from tests.sandbox.desk import HOTLINE, OWNER, TOKEN, Desk

JUDGE = RequestValidator(TOKEN)


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://example.com/voice", {"To": "+8613800006021", "From": "+1", "Body": "水已恢复 😀", "Empty": ""}),
        ("https://example.com:8443/voice?a=%E5%9B%9E&b=%2F%7E", {"b": "1", "B": "2", "a": "3"}),
        ("http://user:pass@127.0.0.1:8000/x?y=", {}),
    ],
)
def test_the_signature_is_what_twilios_library_computes(url: str, params: dict[str, str]) -> None:
    assert sign(TOKEN, url, params.items()) == JUDGE.compute_signature(url, params)


def test_repeated_values_count_once_and_are_sorted() -> None:

    pairs = [("a", "2"), ("a", "1"), ("a", "2"), ("b", "x")]
    assert sign(TOKEN, "http://x/", pairs) == JUDGE.compute_signature("http://x/", MultiDict(pairs))


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_every_webhook_carries_a_signature_that_twilios_library_accepts(desk: Desk, method: str) -> None:
    url = desk.at("/voice/%E5%9B%9E%E9%9F%B3?p=%2F%7E#rc=2&rp=all")
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_url=url, voice_method=method)
    desk.application.says("/voice/%E5%9B%9E%E9%9F%B3", '<Gather numDigits="1" action="key?step=1"/>')
    desk.application.says("/voice/key", f"<Dial><Number statusCallback='/leg'>{HOTLINE[:-1]}5</Number></Dial>")
    sid = desk.dials()
    desk.press(sid, "1")
    desk.does(sid, "hangup")
    desk.client.messages.create(to=OWNER, from_=HOTLINE, body="x", status_callback=desk.at("/receipt"))
    desk.passes(5)
    assert {r.path for r in desk.application.asked} >= {"/voice/key", "/leg", "/status", "/receipt"}
    for asked in desk.application.asked:
        params = asked.params if asked.method == "POST" else {}
        assert JUDGE.validate(asked.url, params, asked.headers["X-Twilio-Signature"]), asked.path


def test_a_number_asks_with_everything_that_is_known(desk: Desk) -> None:
    desk.dials()
    asked = desk.application.last("/voice")
    assert asked["CallStatus"] == "ringing"
    assert asked["ApiVersion"] == "2010-04-01"
    assert (asked["Caller"], asked["Called"]) == (OWNER, HOTLINE)
    assert asked["FromCountry"] == "CN"
    assert asked["CallerCity"] == ""


def test_a_call_that_another_number_sent_on_says_so(desk: Desk) -> None:
    management = "+862155550100"
    desk.dials(forwarded_from=management)
    assert desk.application.last("/voice")["ForwardedFrom"] == management
    desk.passes(2)
    assert desk.client.calls.list()[0].forwarded_from == management
    desk.dials()
    assert "ForwardedFrom" not in desk.application.last("/voice")
    with pytest.raises(NotDone):
        desk.dials(forwarded_from="reception")


def test_the_end_of_a_call_is_told_with_everything_that_is_known(desk: Desk) -> None:
    desk.application.says("/voice", '<Record action="/done"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text="x", seconds=61)
    desk.passes(61)
    desk.does(sid, "hangup")
    told = desk.application.last("/status")
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "61", "2")
    assert (told["CallbackSource"], told["SequenceNumber"]) == ("call-progress-events", "1")
    assert told["SipResponseCode"] == "200"
    assert parsedate_to_datetime(told["Timestamp"]).utcoffset() == timedelta(0)
    assert told["RecordingSid"] == desk.application.last("/done")["RecordingSid"]
    assert told["CallSid"] == sid


def test_news_that_nobody_takes_go_nowhere_else(desk: Desk) -> None:
    desk.application.says("/voice", "<Hangup/>")
    desk.application.answers("/status", Answer(status=500))
    desk.dials()
    assert len(desk.application.of("/status")) == 1
    assert desk.application.of("/fallback") == []


def test_the_overrides_are_read_from_the_fragment() -> None:
    read = overrides("https://x/y#ct=2000&rt=4000&rc=2&rp=ct,rt,5xx")
    assert (read.connect_s, read.read_s, read.retries) == (2.0, 4.0, 2)
    assert [read.again_after(f) for f in ("ct", "rt", "4xx", "5xx")] == [True, True, False, True]
    usual = overrides("https://x/y")
    assert (usual.connect_s, usual.read_s, usual.retries) == (5.0, 15.0, 1)
    assert [usual.again_after(f) for f in ("ct", "rt", "5xx")] == [True, False, False]


def at_voice(desk: Desk, fragment: str) -> None:
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_url=desk.at("/voice") + fragment)


def test_a_slow_answer_is_given_up_and_not_tried_again_by_default(desk: Desk) -> None:
    hold = threading.Event()
    at_voice(desk, "#rt=200")
    desk.application.answers("/voice", Answer("<Response/>", hold=hold))
    desk.application.says("/fallback", "<Say>rescued</Say>")
    desk.dials()
    hold.set()
    assert len(desk.application.of("/voice")) == 1
    assert desk.application.last("/fallback")["ErrorCode"] == "11200"
    assert desk.hears(OWNER) == ["rescued"]


def test_it_is_tried_again_with_the_same_token_where_the_address_says_so(desk: Desk) -> None:
    at_voice(desk, "#rc=2&rp=5xx")
    desk.application.answers(
        "/voice", Answer(status=500), Answer(status=503), Answer("<Response><Say>third</Say></Response>")
    )
    desk.dials()
    asked = desk.application.of("/voice")
    assert len(asked) == 3
    assert len({r.headers["I-Twilio-Idempotency-Token"] for r in asked}) == 1
    assert [x["repeat"] for x in desk.wire("voice")] == [False, True, True]
    assert desk.hears(OWNER) == ["third"]


def test_nobody_listening_is_tried_twice_and_then_the_fallback(desk: Desk) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/voice"
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_url=nowhere)
    desk.dials()
    assert [x["url"] for x in desk.wire("voice")] == [nowhere, nowhere, desk.at("/fallback")]
    assert desk.application.last("/fallback")["ErrorCode"] == "11205"


def test_a_redirect_loses_the_parameters(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather numDigits="1" action="/old"/>')
    desk.application.answers("/old", Answer(status=302, headers={"Location": "/new"}))
    desk.application.says("/new", "<Say>moved</Say>")
    desk.press(desk.dials(), "1")
    asked = desk.application.of("/new")[0]
    assert (asked.method, asked.params) == ("GET", {})
    assert desk.hears(OWNER) == ["moved"]


def test_a_login_in_the_address_is_given_only_when_asked_for(desk: Desk) -> None:
    url = desk.at("/voice").replace("http://", "http://me:secret@")
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_url=url)
    desk.application.answers("/voice", Answer(status=401), Answer("<Response><Say>in</Say></Response>"))
    desk.dials()
    assert ["Authorization" in r.headers for r in desk.application.of("/voice")] == [False, True]
    assert desk.hears(OWNER) == ["in"]
