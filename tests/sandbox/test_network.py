"""The network as a whole: clock, log, settings, reset, who may come in."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox import CannotStart, NotDone, Sandbox
from tests.judges.wire import Listener
from tests.sandbox.application import Answer, Application, until
from tests.sandbox.desk import ACCOUNT, HOTLINE, OWNER, TOKEN, Desk


def ask_clock(desk: Desk, **turn: object) -> dict[str, object]:
    shown: dict[str, object] = desk.network.ask("POST" if turn else "GET", "/clock", turn or None)
    return shown


def test_nothing_timed_happens_until_the_clock_is_turned(desk: Desk) -> None:
    desk.application.says("/voice", "<Pause length='20'/><Say>later</Say>")
    desk.dials()
    before = ask_clock(desk)
    assert before["kind"] == "manual"
    assert before["busy"] == 0
    due = datetime.fromisoformat(str(before["next_timer_at"]))
    assert due - datetime.fromisoformat(str(before["now"])) == timedelta(seconds=20)
    after = ask_clock(desk, advance_s=20)
    assert after["next_timer_at"] is None
    assert desk.hears(OWNER) == ["later"]


def test_turning_the_clock_waits_for_the_webhooks_it_causes(desk: Desk) -> None:
    step = "<Pause length='5'/><Redirect>/{}</Redirect>"
    desk.application.says("/voice", step.format("one"))
    desk.application.says("/one", step.format("two"))
    desk.application.says("/two", "<Say>there</Say>")
    desk.dials()
    desk.passes(10)
    assert desk.hears(OWNER) == ["there"]
    began = datetime.fromisoformat(desk.call(OWNER)["at"])
    assert datetime.fromisoformat(desk.call(OWNER)["ended_at"]) - began == timedelta(seconds=10)


def test_the_clock_is_busy_while_a_webhook_is_out(desk: Desk) -> None:
    hold = threading.Event()
    desk.application.answers("/voice", Answer("<Response/>", hold=hold))
    desk.network.ask("POST", f"/phones/{OWNER}/dial".replace("+", "%2B"), {"to": HOTLINE})
    until(lambda: bool(desk.application.of("/voice")))
    assert ask_clock(desk)["busy"] == 1
    hold.set()
    until(lambda: ask_clock(desk)["busy"] == 0)


def test_the_clock_is_set_to_a_moment(desk: Desk) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    assert ask_clock(desk, now=moment.isoformat().replace("+00:00", "Z"))["now"] == moment.isoformat()


@pytest.mark.parametrize("turn", [{"advance_s": -1}, {"now": "2026-11-22T10:00:00"}, {"now": "soon"}])
def test_a_moment_that_cannot_be_is_refused(desk: Desk, turn: dict[str, object]) -> None:
    with pytest.raises(NotDone) as refused:
        ask_clock(desk, **turn)
    assert refused.value.status == 400


def test_the_clock_does_not_go_back_over_what_is_planned(desk: Desk) -> None:
    desk.application.says("/voice", "<Pause length='20'/>")
    desk.dials()
    with pytest.raises(NotDone):
        ask_clock(desk, now="2001-01-01T00:00:00+00:00")


def test_a_real_clock_goes_by_itself_and_cannot_be_turned(application: Application) -> None:
    with (
        Sandbox(account=ACCOUNT, token=TOKEN, clock="real", speed=50.0) as network,
        Desk(network, application) as desk,
    ):
        application.says("/voice", "<Pause length='5'/><Say>later</Say>")
        network.ask("POST", f"/phones/{OWNER}/dial".replace("+", "%2B"), {"to": HOTLINE})
        until(lambda: bool(desk.phone(OWNER)["calls"]) and desk.hears(OWNER) == ["later"])
        with pytest.raises(NotDone):
            network.ask("POST", "/clock", {"advance_s": 1})
        Listener(network).judge()


def test_the_log_has_every_exchange_in_both_directions(desk: Desk) -> None:
    desk.application.says("/voice", "<Say>hi</Say>")
    desk.dials()
    bought, voice, status = desk.wire()
    assert (bought["direction"], bought["method"], bought["status"]) == ("api", "POST", 201)
    assert ["PhoneNumber", HOTLINE] in bought["params"]
    assert (voice["direction"], voice["kind"], voice["status"]) == ("webhook", "voice", 200)
    assert voice["body"] == "<Response><Say>hi</Say></Response>"
    assert status["kind"] == "call-status"
    after = desk.network.ask("GET", f"/wire?after={voice['id']}")["exchanges"]
    assert [x["id"] for x in after] == [status["id"]]


def test_waiting_for_news_ends_when_there_is_some(desk: Desk) -> None:
    version = desk.network.ask("GET", "/state")["version"]
    news: list[int] = []
    waiter = threading.Thread(
        target=lambda: news.append(desk.network.ask("GET", f"/events?version={version}")["version"])
    )
    waiter.start()
    desk.dials()
    waiter.join(10)
    assert news
    assert news[0] > version


def test_a_reset_forgets_everything_but_the_clock(desk: Desk) -> None:
    desk.application.says("/voice", "<Pause length='60'/>")
    desk.dials()
    desk.fault("busy")
    desk.passes(10)
    now = ask_clock(desk)["now"]
    desk.network.ask("DELETE", "")
    state = desk.network.ask("GET", "/state")
    assert state["counts"] == {"calls": 0, "messages": 0, "recordings": 0}
    assert state["numbers"] == []
    assert state["live_calls"] == []
    assert state["clock"]["now"] == now
    assert desk.network.ask("GET", "/faults")["rules"] == []


def test_nothing_in_the_network_has_stumbled(desk: Desk) -> None:
    desk.application.says("/voice", "<Record/>")
    sid = desk.dials()
    desk.does(sid, "hangup")
    desk.passes(60)
    assert desk.network.ask("GET", "/state")["crashes"] == []


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/calls/CA0/press", {"keys": "1"}, 404),
        ("/phones/%2B8613800006021/dial", {"to": "+15550001111"}, 400),
        ("/phones/%2B8613800006021/dial", {}, 400),
        ("/phones/%2B8613800006021/text", {"to": "+15550001111", "body": "x"}, 409),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(desk: Desk, path: str, data: dict[str, str], status: int) -> None:
    with pytest.raises(NotDone) as refused:
        desk.network.ask("POST", path, data)
    assert refused.value.status == status
    assert refused.value.sentence


def test_keys_that_are_none_and_calls_that_are_over_are_refused(desk: Desk) -> None:
    desk.application.says("/voice", "<Hangup/>")
    sid = desk.dials()
    for what, data in (("press", {"keys": "1"}), ("answer", {}), ("hangup", {}), ("speak", {"text": "x"})):
        with pytest.raises(NotDone) as refused:
            desk.network.ask("POST", f"/calls/{sid}/{what}", data)
        assert refused.value.status == 409


@pytest.mark.parametrize("setting", [{"say": -1}, {"mode": "sideways"}, {"colour": 1}, {"cps": True}])
def test_an_unknown_setting_is_refused(desk: Desk, setting: dict[str, object]) -> None:
    with pytest.raises(NotDone) as refused:
        desk.network.ask("PUT", "/settings", setting)
    assert refused.value.status == 400


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_nobody_comes_in_by_another_name(network: Sandbox, header: dict[str, str]) -> None:
    assert requests.get(f"{network.url}/sandbox/state", headers=header, timeout=5).status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(CannotStart, match="loopback only"):
        Sandbox(account=ACCOUNT, token=TOKEN, host=host).start()


def test_a_port_in_use_is_one_clear_sentence(network: Sandbox) -> None:
    port = network.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port], check=False, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use; choose another with --port or SANDBOX_PORT.\n"


def test_it_starts_from_the_environment_shows_people_and_ends_when_asked(tmp_path: Path) -> None:
    people = tmp_path / "phones.json"
    people.write_text(json.dumps([{"number": OWNER, "name": "林婷", "note": "3-2-0902", "group": "owner"}]))
    environment = {
        **os.environ,
        "SANDBOX_PORT": "0",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SANDBOX_PHONES": str(people),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        state = requests.get(f"{url}/sandbox/state", timeout=5).json()
        assert (state["account"], state["people"][0]["name"]) == (ACCOUNT, "林婷")
        people.write_text(json.dumps([]))
        os.utime(people, (1, 1))
        assert requests.get(f"{url}/sandbox/state", timeout=5).json()["people"] == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
