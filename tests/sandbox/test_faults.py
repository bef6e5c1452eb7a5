"""Every fault switch: what it breaks, for whom, how often, and that it is counted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from sandbox import NotDone
from tests.sandbox.application import until
from tests.sandbox.desk import ACCOUNT, HOTLINE, OWNER, SECOND, TECHNICIAN, TOKEN, Desk


def send(desk: Desk, to: str = OWNER) -> str:
    made = desk.client.messages.create(to=to, from_=HOTLINE, body="x", status_callback=desk.at("/receipt"))
    return str(made.sid)


def place(desk: Desk, to: str = OWNER) -> str:
    made = desk.client.calls.create(to=to, from_=HOTLINE, url=desk.at("/spoken"), timeout=20)
    desk.passes(0)
    return str(made.sid)


def post(desk: Desk, timeout: float = 10) -> requests.Response:
    url = f"{desk.network.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    data = {"To": OWNER, "From": HOTLINE, "Body": "x"}
    return requests.post(url, data, auth=(ACCOUNT, TOKEN), timeout=timeout)


def accepted(desk: Desk, number: str = OWNER) -> int:
    return int(desk.phone(number)["accepted"])


def hits(desk: Desk, kind: str) -> int:
    return int(desk.network.ask("GET", "/faults")["hits"].get(kind, 0))


def states(desk: Desk) -> list[str]:
    return [r.params["MessageStatus"] for r in desk.application.of("/receipt")]


def test_refuse_takes_nothing_and_says_why(desk: Desk) -> None:
    desk.fault("refuse", code=30007, on="messages", next=1)
    with pytest.raises(TwilioRestException) as refused:
        send(desk)
    assert (refused.value.code, refused.value.status) == (30007, 400)
    assert accepted(desk) == 0
    send(desk)
    assert (accepted(desk), hits(desk, "refuse")) == (1, 1)


def test_rate_limited_says_too_many_and_when_to_come_again(desk: Desk) -> None:
    desk.fault("rate_limited")
    answer = post(desk)
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert answer.headers["Retry-After"] == "1"
    assert accepted(desk) == 0
    desk.network.ask("PUT", "/faults", {"rules": [{"kind": "rate_limited", "seconds": 7}]})
    assert post(desk).headers["Retry-After"] == "7"


@pytest.mark.parametrize(("kind", "taken"), [("drop_before_accept", 0), ("drop_after_accept", 1)])
def test_a_dropped_connection_tells_nothing(desk: Desk, kind: str, taken: int) -> None:
    desk.fault(kind)
    with pytest.raises(requests.ConnectionError):
        post(desk)
    assert (accepted(desk), hits(desk, kind)) == (taken, 1)


def test_an_error_before_accepting_has_accepted_nothing(desk: Desk) -> None:
    desk.fault("error_before_accept", next=1)
    assert post(desk).status_code == 500
    assert accepted(desk) == 0
    assert (post(desk).status_code, accepted(desk)) == (201, 1)


def test_an_outage_refuses_everything_lists_too(desk: Desk) -> None:
    sid = send(desk)
    desk.passes(1)
    desk.fault("outage")
    asked = [post(desk), desk.rest("GET", "/Messages.json"), desk.rest("GET", f"/Messages/{sid}.json")]
    asked.append(desk.rest("GET", "/Calls.json"))
    assert [answer.status_code for answer in asked] == [503, 503, 503, 503]
    assert (accepted(desk), hits(desk, "outage")) == (1, 4)


def test_a_list_can_be_away_while_texts_are_taken(desk: Desk) -> None:
    desk.fault("lists_away", on="messages")
    sid = send(desk)
    desk.passes(5)
    assert desk.rest("GET", "/Messages.json").status_code == 503
    assert desk.rest("GET", "/Calls.json").status_code == 200
    assert desk.client.messages(sid).fetch().status == "delivered"


def test_a_list_can_be_late(desk: Desk) -> None:
    desk.fault("lists_late", seconds=10)
    send(desk)
    place(desk)
    desk.passes(10.5)
    assert (desk.client.messages.list(to=OWNER), desk.client.calls.list(to=OWNER)) == ([], [])
    desk.passes(1)
    assert (len(desk.client.messages.list(to=OWNER)), len(desk.client.calls.list(to=OWNER))) == (1, 1)


def test_a_receipt_overtakes_the_answer(desk: Desk) -> None:
    desk.fault("receipt_first", seconds=30)
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(send, desk)
        until(lambda: hits(desk, "receipt_first") == 1)
        assert not answer.done()
        desk.passes(0.5)
        sid = answer.result(10)
    assert [(r.params["MessageSid"], r.params["MessageStatus"]) for r in desk.application.of("/receipt")] == [
        (sid, "sending")
    ]


def test_an_error_after_accepting_has_accepted(desk: Desk) -> None:
    desk.fault("error_after_accept")
    assert post(desk).status_code == 500
    assert accepted(desk) == 1


def test_a_time_out_after_accepting_has_accepted_and_is_found_in_the_list(desk: Desk) -> None:
    desk.fault("timeout_after_accept", number=OWNER)
    with pytest.raises(requests.ReadTimeout):
        post(desk, timeout=0.3)
    assert accepted(desk) == 1
    desk.passes(1)
    assert len(desk.client.messages.list(to=OWNER)) == 1
    send(desk, TECHNICIAN)


def test_latency_only_takes_time(desk: Desk) -> None:
    desk.fault("latency", seconds=0.05)
    send(desk)
    assert (accepted(desk), hits(desk, "latency")) == (1, 1)


def test_an_answer_can_be_late_for_what_is_taken_at_once(desk: Desk) -> None:
    desk.fault("answer_late", seconds=1.0)
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(send, desk)
        until(lambda: accepted(desk) == 1)
        assert not answer.done()
        assert answer.result(10)


def test_a_placed_call_can_time_out_after_it_was_accepted(desk: Desk) -> None:
    desk.fault("error_after_accept", on="calls")
    with pytest.raises(TwilioRestException):
        place(desk)
    send(desk)
    desk.passes(1)
    assert [c.to for c in desk.client.calls.list()] == [OWNER]


@pytest.mark.parametrize("kind", ["webhook_twice", "webhook_twice_at_once"])
def test_every_webhook_comes_twice_with_one_token_and_the_call_goes_on_once(desk: Desk, kind: str) -> None:
    desk.fault(kind)
    desk.application.says("/voice", '<Gather numDigits="1" action="/key"><Say>hi</Say></Gather>')
    desk.application.says("/key", "<Say>bye</Say>")
    desk.press(desk.dials(), "1")
    for path in ("/voice", "/key", "/status"):
        asked = desk.application.of(path)
        assert len(asked) == 2
        assert asked[0].pairs == asked[1].pairs
    assert desk.hears(OWNER) == ["hi", "bye"]
    assert sum(x["repeat"] for x in desk.wire("voice")) == 2


def test_receipts_come_twice(desk: Desk) -> None:
    desk.fault("receipt_duplicate")
    send(desk)
    desk.passes(5)
    assert sorted(states(desk)) == ["delivered", "delivered", "sending", "sending", "sent", "sent"]


def test_receipts_come_in_the_wrong_order(desk: Desk) -> None:
    desk.fault("receipt_reorder")
    send(desk)
    desk.passes(10)
    assert states(desk) == ["delivered", "sent", "sending"]


def places_with_receipts(desk: Desk) -> list[str]:
    """A call that is answered and over within ten seconds; what its receipts said, in their order."""
    desk.sets(OWNER, answers="answer", after_s=1)
    desk.application.says("/spoken", "<Say>hi</Say>")
    events = ["initiated", "ringing", "answered", "completed"]
    desk.client.calls.create(
        to=OWNER, from_=HOTLINE, url=desk.at("/spoken"), timeout=20, status_callback=desk.at("/placed"),
        status_callback_event=events,
    )  # fmt: skip
    desk.passes(10)
    return [r.params["CallStatus"] for r in desk.application.of("/placed")]


TOLD = ["queued", "ringing", "in-progress", "completed"]


def test_receipts_of_placed_calls_get_lost(desk: Desk) -> None:
    desk.fault("receipt_lose", on="calls")
    assert places_with_receipts(desk) == []


def test_receipts_of_placed_calls_come_twice(desk: Desk) -> None:
    desk.fault("receipt_duplicate", on="calls")
    assert sorted(places_with_receipts(desk)) == sorted(TOLD * 2)


def test_receipts_of_placed_calls_come_in_the_wrong_order(desk: Desk) -> None:
    desk.fault("receipt_reorder", on="calls")
    assert places_with_receipts(desk) == TOLD[::-1]


def test_receipts_of_placed_calls_come_late(desk: Desk) -> None:
    desk.fault("receipt_delay", on="calls", seconds=30)
    assert places_with_receipts(desk) == []
    desk.passes(30)
    assert sorted(r.params["CallStatus"] for r in desk.application.of("/placed")) == sorted(TOLD)


def test_the_end_of_a_call_that_came_in_is_told_whatever_happens_to_receipts(desk: Desk) -> None:
    desk.fault("receipt_lose")
    desk.application.says("/voice", "<Hangup/>")
    desk.dials()
    until(lambda: len(desk.application.of("/status")) == 1)


def test_receipts_come_late(desk: Desk) -> None:
    desk.fault("receipt_delay", seconds=30)
    send(desk)
    desk.passes(29)
    assert states(desk) == []
    desk.passes(5)
    assert states(desk) == ["sending", "sent", "delivered"]


def test_receipts_get_lost_and_the_text_can_still_be_asked_for(desk: Desk) -> None:
    desk.fault("receipt_lose")
    sid = send(desk)
    desk.passes(60)
    assert states(desk) == []
    assert desk.client.messages(sid).fetch().status == "delivered"


def test_a_text_is_not_delivered(desk: Desk) -> None:
    desk.fault("undelivered", code=30005, number=OWNER)
    sid = send(desk)
    send(desk, TECHNICIAN)
    desk.passes(5)
    found = desk.client.messages(sid).fetch()
    assert (found.status, found.error_code) == ("undelivered", 30005)
    assert sorted(states(desk)).count("delivered") == 1
    assert {r.params.get("ErrorCode") for r in desk.application.of("/receipt")} == {None, "30005"}


@pytest.mark.parametrize(("kind", "status"), [("busy", "busy"), ("no_answer", "no-answer"), ("failed", "failed")])
def test_a_called_number_does_not_answer(desk: Desk, kind: str, status: str) -> None:
    desk.sets(OWNER, answers="answer")
    desk.fault(kind)
    sid = place(desk)
    desk.passes(20)
    assert desk.client.calls(sid).fetch().status == status
    assert desk.application.of("/spoken") == []


def test_voicemail_hears_the_message_and_the_call_counts_as_completed(desk: Desk) -> None:
    desk.fault("voicemail")
    desk.application.says("/spoken", '<Gather numDigits="1" action="/key"><Say>接单请按1</Say></Gather>')
    sid = place(desk)
    desk.passes(20)
    assert desk.client.calls(sid).fetch().status == "completed"
    assert desk.hears(OWNER) == ["接单请按1"]
    assert desk.call(OWNER)["voicemail"]
    assert desk.application.of("/key") == []


def test_a_fault_can_be_for_one_number_and_for_a_number_of_times(desk: Desk) -> None:
    desk.fault("busy", number=TECHNICIAN, next=1)
    assert [desk.client.calls(place(desk, n)).fetch().status for n in (SECOND, TECHNICIAN, TECHNICIAN)] == [
        "ringing",
        "busy",
        "ringing",
    ]


def test_a_fault_can_hit_a_share(desk: Desk) -> None:
    desk.fault("error_after_accept", rate=0.5)
    answers = [post(desk).status_code for _ in range(40)]
    assert 5 < answers.count(500) < 35
    assert hits(desk, "error_after_accept") == answers.count(500)
    assert accepted(desk) == 40


def test_faults_are_replaced_as_a_whole(desk: Desk) -> None:
    desk.fault("busy")
    shown = desk.network.ask("PUT", "/faults", {"rules": [{"kind": "voicemail"}]})
    assert [r["kind"] for r in shown["rules"]] == ["voicemail"]
    assert "webhook_twice" in shown["kinds"]


@pytest.mark.parametrize("rule", [{"kind": "plague"}, {"kind": "busy", "colour": "red"}, {}])
def test_an_unknown_fault_is_refused_and_nothing_changes(desk: Desk, rule: dict[str, str]) -> None:
    desk.fault("busy")
    with pytest.raises(NotDone) as refused:
        desk.network.ask("PUT", "/faults", {"rules": [rule]})
    assert refused.value.status == 400
    assert [r["kind"] for r in desk.network.ask("GET", "/faults")["rules"]] == ["busy"]


def test_two_webhooks_at_once_are_really_at_once(desk: Desk) -> None:
    desk.fault("webhook_twice_at_once")
    desk.application.says("/voice", "<Hangup/>")
    desk.dials()
    until(lambda: len(desk.application.of("/status")) == 2)
    assert [x["repeat"] for x in desk.wire("voice")] == [False, True]
