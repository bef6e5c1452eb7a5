"""The carrier on Twilio's API: against the sandbox for what it does, against a bare socket for how it fails."""

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs

import pytest
import uvloop

from base.errors import NotFound, Unavailable
from base.settings import SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_NUMBER, Settings
from sandbox import Sandbox
from telephony.carrier import Accepted, OutgoingCall, OutgoingText, Rejected, SendOutcome, Unknown
from telephony.refusals import Fact, fact, meaning
from telephony.twilio import TwilioCarrier, TwilioLine
from telephony.twilio_http import Wire
from tests.judges.wire import Listener

OWNER = "+8613800138000"
TEXT = OutgoingText(OWNER, SANDBOX_NUMBER, "您好 & 再见=1+1", "/sms/status?m=1&a=x-1", valid_s=60)
CALL = OutgoingCall(OWNER, SANDBOX_NUMBER, "/voice/page/1", "/voice/placed?m=2&a=x-2", ring_s=25)
T = TypeVar("T")


def settings_for(base: str, **more: object) -> Settings:
    return Settings(_env_file=None, twilio_api_base=base, public_url="http://127.0.0.1:8000", **more)  # type: ignore[arg-type]


def on(settings: Settings, ask: Callable[[TwilioLine], Awaitable[T]]) -> T:
    """Ask one thing on a line of its own."""

    async def asking() -> T:
        async with TwilioCarrier(settings).line() as line:
            return await ask(line)

    return uvloop.run(asking())


@pytest.fixture(scope="module")
def network() -> Iterator[Sandbox]:
    with Sandbox(account=SANDBOX_ACCOUNT_SID, token=SANDBOX_AUTH_TOKEN, clock="manual") as running:
        on(settings_for(running.url), lambda line: line.connect_number(SANDBOX_NUMBER, {}, may_buy=True))
        yield running
        Listener(running).judge()


@pytest.fixture
def sandbox(network: Sandbox) -> Settings:
    network.ask("PUT", "/faults", {"rules": []})
    return settings_for(network.url)


def last_request(network: Sandbox, ending: str) -> dict[str, list[str]]:
    """The fields of the last request to an address, as they came over the wire."""
    exchanges = network.ask("GET", "/wire?after=0")["exchanges"]
    found = [one for one in exchanges if one["url"].endswith(ending) and one["method"] == "POST"][-1]
    fields: dict[str, list[str]] = {}
    for name, value in found["params"]:
        fields.setdefault(name, []).append(value)
    return fields


def test_a_text_is_created_as_the_carrier_wants_it(sandbox: Settings, network: Sandbox) -> None:
    assert isinstance(on(sandbox, lambda line: line.send_text(TEXT)), Accepted)
    assert last_request(network, "/Messages.json") == {
        "To": [OWNER], "From": [SANDBOX_NUMBER], "Body": ["您好 & 再见=1+1"], "ValidityPeriod": ["60"],
        "StatusCallback": ["http://127.0.0.1:8000/sms/status?m=1&a=x-1#rc=5&rp=all"],
    }  # fmt: skip


def test_a_text_may_leave_the_choice_of_the_number_to_the_carrier() -> None:
    by_service = OutgoingText(OWNER, "MG" + "0" * 32, "您好", "/sms/status?m=1&a=x-1")
    heard: list[bytes] = []
    with answering(201, "", '{"sid": "SM1"}', heard) as base:
        assert on(settings_for(base), lambda line: line.send_text(by_service)) == Accepted("SM1")
    fields = parse_qs(heard[0].decode(), strict_parsing=True)
    assert (fields.get("From"), fields["MessagingServiceSid"]) == (None, ["MG" + "0" * 32])


def test_a_call_is_created_as_the_carrier_wants_it(sandbox: Settings, network: Sandbox) -> None:
    assert isinstance(on(sandbox, lambda line: line.place_call(CALL)), Accepted)
    assert last_request(network, "/Calls.json") == {
        "To": [OWNER], "From": [SANDBOX_NUMBER], "Timeout": ["25"],
        "Url": ["http://127.0.0.1:8000/voice/page/1#rt=4000&rc=2&rp=ct,rt,5xx"],
        "StatusCallback": ["http://127.0.0.1:8000/voice/placed?m=2&a=x-2#rc=5&rp=all"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "refuse", "code": 21211}, Rejected("21211", is_permanent=True)),
        ({"kind": "refuse", "code": 21610}, Rejected("21610", is_permanent=True)),
        ({"kind": "refuse", "code": 30008}, Rejected("30008", is_permanent=False, retry_after_s=60)),
        ({"kind": "rate_limited"}, Rejected("20429", is_permanent=False, retry_after_s=2, counts=False)),
        ({"kind": "error_after_accept"}, Unknown("answer 500")),
        ({"kind": "drop_after_accept"}, Unknown("ServerDisconnectedError")),
        ({"kind": "drop_before_accept"}, Unknown("ServerDisconnectedError")),
    ],
)
def test_what_an_answer_means(sandbox: Settings, network: Sandbox, fault: dict[str, Any], outcome: SendOutcome) -> None:
    network.ask("PUT", "/faults", {"rules": [fault]})
    assert on(sandbox, lambda line: line.send_text(TEXT)) == outcome
    assert on(sandbox, lambda line: line.place_call(CALL)) == outcome


def test_a_carrier_that_is_slow_after_taking_it_leaves_an_unknown(network: Sandbox) -> None:
    network.ask("PUT", "/faults", {"rules": [{"kind": "timeout_after_accept", "next": 1}]})
    quick = settings_for(network.url, carrier_answer_s=1.5)
    assert on(quick, lambda line: line.send_text(TEXT)) == Unknown("TimeoutError")


def test_nobody_there_means_that_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        nowhere = settings_for(f"http://127.0.0.1:{taken.getsockname()[1]}")
        refused = on(nowhere, lambda line: line.send_text(TEXT))
        assert refused == Rejected("no_connection", is_permanent=False, retry_after_s=2.0, counts=False)
        with pytest.raises(Unavailable):
            on(nowhere, lambda line: line.sent_to("text", OWNER, datetime.now(UTC)))
        with pytest.raises(Unavailable):
            on(nowhere, lambda line: line.cancel_call("CA" + "0" * 32))


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        (201, "", '{"sid": "SM1"}', Accepted("SM1")),
        (201, "", "no json", Unknown("answer not understood: JSONDecodeError")),
        (201, "", "{}", Unknown("answer without a sid")),
        (201, "", "[]", Unknown("answer not understood: AttributeError")),
        (302, "Location: http://127.0.0.1:1/\r\n", "", Unknown("answer 302")),
        (401, "", '{"code": 20003}', Rejected("20003", False, 60, counts=False)),
        (429, "Retry-After: 7\r\n", '{"code": 20429}', Rejected("20429", False, 7, counts=False)),
        (429, "", "busy", Rejected("429", False, 2, counts=False)),
        (400, "", '{"code": 99999}', Rejected("99999", True)),
        (400, "", "[]", Rejected("400", True)),
        (503, "Retry-After: 1\r\n", "{}", Unknown("answer 503")),
    ],
)
def test_what_a_strange_answer_means(status: int, headers: str, body: str, outcome: SendOutcome) -> None:
    with answering(status, headers, body) as base:
        assert on(settings_for(base), lambda line: line.send_text(TEXT)) == outcome


@pytest.mark.parametrize("base", ["https://api.twilio.com", "http://192.0.2.1:8001"])
def test_demo_people_are_never_sent_to_outside_this_machine(base: str) -> None:
    demo_text = OutgoingText(OWNER, SANDBOX_NUMBER, "您好", "/", is_demo=True)
    demo_call = OutgoingCall(OWNER, SANDBOX_NUMBER, "/", "/", is_demo=True)
    outside = settings_for(base)
    refused = Rejected("demo_person", is_permanent=True)
    assert on(outside, lambda line: line.send_text(demo_text)) == refused
    assert on(outside, lambda line: line.place_call(demo_call)) == refused


def test_what_was_sent_to_a_number_is_found_oldest_first(sandbox: Settings, network: Sandbox) -> None:
    began_at = datetime.fromisoformat(network.ask("GET", "/clock")["now"])
    number = "+8613800138111"
    bodies = [f"第{i}条" for i in range(60)]  # more than a page
    for body in bodies:
        text = OutgoingText(number, SANDBOX_NUMBER, body, "/sms/status?m=1&a=1")
        assert isinstance(on(sandbox, lambda line, text=text: line.send_text(text)), Accepted)
    call = OutgoingCall(number, SANDBOX_NUMBER, "/voice/page/1", "/voice/placed?m=1&a=1")
    placed = on(sandbox, lambda line: line.place_call(call))
    assert on(sandbox, lambda line: line.sent_to("text", number, began_at)) == []  # lists are late
    network.ask("POST", "/clock", {"advance_s": 2})
    since_at = began_at - timedelta(seconds=5)
    found = on(sandbox, lambda line: line.sent_to("text", number, since_at))
    assert [seen.body for seen in found] == bodies
    calls = on(sandbox, lambda line: line.sent_to("call", number, since_at))
    assert isinstance(placed, Accepted)
    assert [seen.sid for seen in calls] == [placed.sid]
    assert on(sandbox, lambda line: line.sent_to("text", number, began_at + timedelta(hours=1))) == []


def test_one_thing_is_looked_up_by_its_sid(sandbox: Settings) -> None:
    taken = on(sandbox, lambda line: line.send_text(TEXT))
    assert isinstance(taken, Accepted)
    seen = on(sandbox, lambda line: line.look_up("text", taken.sid))
    assert seen is not None
    assert (seen.number, seen.body, seen.sender) == (OWNER, TEXT.body, SANDBOX_NUMBER)
    assert seen.created_at.tzinfo is not None
    assert on(sandbox, lambda line: line.look_up("text", "SM" + "0" * 32)) is None
    assert on(sandbox, lambda line: line.look_up("call", "CA" + "0" * 32)) is None


def test_a_ringing_call_is_ended_and_one_that_is_over_stays_so(sandbox: Settings) -> None:
    placed = on(sandbox, lambda line: line.place_call(CALL))
    assert isinstance(placed, Accepted)
    for _ in range(2):
        on(sandbox, lambda line: line.cancel_call(placed.sid))
    seen = on(sandbox, lambda line: line.look_up("call", placed.sid))
    assert seen is not None
    assert seen.status == "canceled"


def test_texts_that_came_in_are_found_behind_everything_that_went_out(
    sandbox: Settings, network: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.twilio.MOST_ROWS", 2)
    began_at = datetime.fromisoformat(network.ask("GET", "/clock")["now"]) - timedelta(seconds=1)
    for words in ("电梯坏了", "在三号楼", "有两个人"):
        network.ask("POST", "/phones/%2B8613800138222/text", {"to": SANDBOX_NUMBER, "body": words})
    for _ in range(6):
        on(sandbox, lambda line: line.send_text(TEXT))
    network.ask("POST", "/clock", {"advance_s": 2})
    found = on(sandbox, lambda line: line.received("text", SANDBOX_NUMBER, began_at))
    assert [(seen.sender, seen.body) for seen in found] == [
        ("+8613800138222", words) for words in ("电梯坏了", "在三号楼", "有两个人")
    ]
    assert on(sandbox, lambda line: line.received("text", "+862155550001", began_at)) == []


@pytest.mark.parametrize("sid", ["", "RE123", "RE" + "0" * 31 + "/", "../../Messages/SM1", "CA" + "0" * 32])
def test_a_recording_is_fetched_by_its_sid_and_nothing_else(sandbox: Settings, network: Sandbox, sid: str) -> None:
    before = len(network.ask("GET", "/wire?after=0")["exchanges"])
    with pytest.raises(NotFound):
        on(sandbox, lambda line: line.fetch_recording(sid))
    assert len(network.ask("GET", "/wire?after=0")["exchanges"]) == before


def test_a_recording_that_does_not_exist_is_not_found_and_needs_no_deleting(sandbox: Settings) -> None:
    with pytest.raises(NotFound):
        on(sandbox, lambda line: line.fetch_recording("RE" + "0" * 32))
    on(sandbox, lambda line: line.delete_recording("RE" + "0" * 32))
    assert on(sandbox, lambda line: line.recordings(datetime.now(UTC) - timedelta(days=1))) == []


def test_numbers_are_connected_and_bought_only_on_a_desk(sandbox: Settings) -> None:
    addresses = {"voice_url": "http://127.0.0.1:8000/voice/incoming", "sms_url": "http://127.0.0.1:8000/sms/incoming"}
    new = "+862155550001"

    def connect(may_buy: bool) -> str:
        return on(sandbox, lambda line: line.connect_number(new, addresses, may_buy=may_buy))

    assert [connect(False), connect(True), connect(False)] == ["missing", "bought", "unchanged"]
    addresses["voice_url"] += "?again"
    assert connect(False) == "connected"


def test_outside_this_machine_no_number_is_bought() -> None:
    with answering(200, "", '{"incoming_phone_numbers": [], "next_page_uri": null}') as base:
        elsewhere = settings_for(base)

        async def connect() -> str:
            async with TwilioCarrier(elsewhere).line() as line:
                line._reaches_demo = False  # as it is for every base that is not loopback
                return await line.connect_number("+862155550001", {}, may_buy=True)

        assert uvloop.run(connect()) == "missing"


def test_the_account_says_how_it_is(sandbox: Settings) -> None:
    assert on(sandbox, lambda line: line.check_account()) == "active"


def test_requests_go_to_the_configured_base_and_nowhere_else() -> None:
    wire = Wire("http://127.0.0.1:1", "AC", "token", answer_s=8)
    assert wire.address("https://api.twilio.com/2010-04-01/x.json") == "http://127.0.0.1:1/2010-04-01/x.json"
    assert wire.address("http://127.0.0.1:1/2010-04-01/y.json") == "http://127.0.0.1:1/2010-04-01/y.json"
    for elsewhere in ("https://api.twilio.com.example.org/x", "https://example.org/", "http://127.0.0.1:12/"):
        with pytest.raises(ValueError, match="not an address"):
            wire.address(elsewhere)


@pytest.mark.parametrize(
    ("code", "is_permanent", "what"),
    [
        ("21211", True, Fact.WRONG_NUMBER), ("30003", False, Fact.UNREACHABLE), ("30005", False, Fact.UNREACHABLE),
        ("30006", True, Fact.LANDLINE), ("21614", True, Fact.LANDLINE), ("21635", True, Fact.LANDLINE),
        ("21610", True, Fact.OPTED_OUT), ("30007", True, Fact.FILTERED), ("30004", True, Fact.NOTHING),
        ("30001", False, Fact.NOTHING), ("30008", False, Fact.IN_DOUBT), ("21408", True, Fact.OUR_SETTINGS),
        ("00000", True, Fact.NOTHING),
    ],
)  # fmt: skip
def test_every_code_of_the_table(code: str, is_permanent: bool, what: Fact) -> None:
    assert (meaning(code).is_permanent, fact(code)) == (is_permanent, what)


@contextmanager
def answering(status: int, headers: str, body: str, heard: list[bytes] | None = None) -> Iterator[str]:
    """A server that reads one whole request at a time (its body into `heard`) and always answers the same."""
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\n{headers}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    answer = head.encode() + b"Connection: close\r\n\r\n" + data
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(
            target=_answer_all, args=(server, answer, [] if heard is None else heard), daemon=True
        )
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _answer_all(server: socket.socket, answer: bytes, heard: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as request:
            length = 0
            while (line := request.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            heard.append(request.read(length))
            connection.sendall(answer)
