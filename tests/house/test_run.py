"""What a person may rely on when they type `make run` and when they stop it."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.house.runner import free_port, gone, running, standin, write_procfiles

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux", reason="what is left behind is looked up in /proc"),
]

READY = "Huiyin is ready"


def test_steps_run_in_order_and_the_panel_comes_last(tmp_path: Path) -> None:
    """The outside and the release first, then what the outside is told, then ours, then where to look."""
    web, sandbox = free_port(), free_port()
    write_procfiles(
        tmp_path,
        "release: echo first\n" + standin("web", "listen", web),
        standin("sandbox", "listen", sandbox) + "release: echo second\nready: echo third\n",
    )
    (tmp_path / "var").mkdir()
    logins = '[{"name": "王芳", "role": "supervisor", "login": "wang", "password": "pw-123"}]'
    (tmp_path / "var" / "demo-logins.json").write_text(logins, encoding="utf-8")
    with running(tmp_path, PORT=str(web), SANDBOX_PORT=str(sandbox)) as runner:
        runner.says("Ctrl-C")
        runner.process.send_signal(signal.SIGINT)
        assert runner.ends() == 0
    said = ("first", "second", "third", "web is", READY, f":{sandbox}/", f":{web}/", "pw-123", "stopping")
    places = [runner.text.index(words) for words in said]
    assert places == sorted(places)


def test_a_killed_process_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    """One death does not stop the house."""
    write_procfiles(tmp_path, standin("lane"))
    with running(tmp_path) as runner:
        first = runner.pid("lane")
        os.kill(first, signal.SIGKILL)
        runner.says(r"lane was killed \(SIGKILL\); started again")
        assert runner.pid("lane") != first


def test_a_process_that_died_leaves_its_port_to_the_next(tmp_path: Path) -> None:
    """A killed server's own children hold no port when it is started again."""
    port = free_port()
    write_procfiles(tmp_path, standin("web", "listen", port, "fork"))
    with running(tmp_path, PORT=str(port)) as runner:
        first = runner.pid("web")
        runner.says(READY)
        os.kill(first, signal.SIGKILL)
        runner.says("web listens")
        runner.says("web listens")
        runner.process.send_signal(signal.SIGINT)
        assert runner.ends() == 0
        assert runner.text.count("started again") == 1


def test_the_outside_is_told_again_after_it_started_again(tmp_path: Path) -> None:
    """A sandbox that forgot our numbers hears of them again."""
    port = free_port()
    write_procfiles(tmp_path, "", standin("sandbox", "listen", port) + "ready: echo these are our numbers\n")
    with running(tmp_path, SANDBOX_PORT=str(port)) as runner:
        sandbox = runner.pid("sandbox")
        runner.says("these are our numbers")
        runner.says(READY)
        os.kill(sandbox, signal.SIGKILL)
        runner.says("these are our numbers")


def test_five_deaths_in_a_minute_stop_everything(tmp_path: Path) -> None:
    """The house does not restart a broken process for ever, and says which one it was."""
    write_procfiles(tmp_path, standin("steady", "offspring") + standin("broken", "die"))
    with running(tmp_path) as runner:
        assert runner.ends() == 1
        assert runner.text.count("broken ended with 3; started again") == 4
        assert "broken ended with 3, the fifth time in a minute: stopping everything" in runner.text
        assert not runner.left_behind()


def test_a_failed_step_stops_everything(tmp_path: Path) -> None:
    """A migration that fails is not papered over."""
    write_procfiles(tmp_path, "release: sh -c 'echo no such table; exit 4'\n" + standin("lane"), standin("valkey"))
    with running(tmp_path) as runner:
        assert runner.ends() == 1
        assert "no such table" in runner.text
        assert "ended with 4: stopping everything" in runner.text
        assert "lane is" not in runner.text
        assert not runner.left_behind()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_nothing_behind(tmp_path: Path, sig: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and a closed terminal end grandchildren in their own sessions too."""
    write_procfiles(tmp_path, standin("lane", "offspring"), "valkey: python -m dev.valkey\n")
    with running(tmp_path) as runner:
        runner.pid("lane", "has")
        runner.says(READY)
        runner.process.send_signal(sig)
        assert runner.ends() == 0
        assert not runner.left_behind()


def test_killed_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGKILL of the runner ends the embedded store, the processes and their stubborn children."""
    write_procfiles(tmp_path, standin("lane", "offspring"), "valkey: python -m dev.valkey\n")
    with running(tmp_path) as runner:
        lane, child = runner.pid("lane"), runner.pid("lane", "has")
        runner.says(READY)
        runner.process.kill()
        for pid in (lane, child):
            gone(pid)
        runner.ends()  # everybody who held its output has ended
        assert not runner.left_behind()


def test_a_killed_watchman_is_replaced(tmp_path: Path) -> None:
    """Nobody is left behind because the one who sweeps was killed first."""
    write_procfiles(tmp_path, standin("lane", "offspring"))
    with running(tmp_path) as runner:
        child = runner.pid("lane", "has")
        runner.says(READY)
        (watchman,) = runner.children("dev.sweep")
        os.kill(watchman, signal.SIGKILL)
        while runner.children("dev.sweep") in ([], [watchman]):
            pass
        runner.process.kill()
        gone(child)
        runner.ends()
        assert not runner.left_behind()


def test_killed_while_a_step_runs_it_leaves_nothing_behind(tmp_path: Path) -> None:
    """A migration in the middle ends with the runner."""
    write_procfiles(tmp_path, standin("release", "offspring") + standin("lane"))
    with running(tmp_path) as runner:
        step, child = runner.pid("release"), runner.pid("release", "has")
        runner.process.kill()
        gone(step)
        gone(child)
        runner.ends()
        assert not runner.left_behind()


def test_after_a_kill_the_next_run_starts_at_once_with_the_same_store(tmp_path: Path) -> None:
    """The next run waits for the sweep instead of complaining of a run that is no more."""
    write_procfiles(tmp_path, standin("lane", "offspring"), "valkey: python -m dev.valkey\n")
    with running(tmp_path) as first:
        first.says(READY)
        first.process.kill()
        with running(tmp_path) as second:
            second.says(READY)
            second.process.send_signal(signal.SIGTERM)
            assert second.ends() == 0


def test_a_second_run_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Two houses on one database would start everything twice."""
    write_procfiles(tmp_path, standin("lane"))
    with running(tmp_path) as first:
        first.says(READY)
        with running(tmp_path) as second:
            assert second.ends() == 1
            assert f"already runs from this directory (process {first.process.pid})" in second.text
            assert "Traceback" not in second.text


@pytest.mark.parametrize(("name", "setting"), [("web", "PORT"), ("sandbox", "SANDBOX_PORT")])
def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path, name: str, setting: str) -> None:
    """A clear sentence, not a trace, and nothing is started."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        write_procfiles(tmp_path, standin("web"), standin("sandbox"))
        with running(
            tmp_path, **{"PORT": str(free_port()), "SANDBOX_PORT": str(free_port()), setting: str(port)}
        ) as runner:
            assert runner.ends() == 1
            assert f"Port {port}, which {name} needs, is taken" in runner.text
            assert f"{setting}={port + 10} make run" in runner.text
            assert "Traceback" not in runner.text
            assert f"{name} is" not in runner.text


@pytest.mark.parametrize("port", ["eighty", "70000"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    """A slip in .env is answered with a sentence, not a trace."""
    write_procfiles(tmp_path, standin("web"))
    (tmp_path / ".env").write_text(f"PORT={port}\n")
    with running(tmp_path) as runner:
        assert runner.ends() == 1
        assert f"PORT={port} is not a port" in runner.text
        assert "Traceback" not in runner.text


@pytest.mark.parametrize(
    "setting",
    [
        {"HUIYIN_ENV": "production"},
        {"PUBLIC_URL": "https://huiyin.example"},
        {"TWILIO_API_BASE": "https://api.twilio.com"},
    ],
)
def test_settings_that_reach_beyond_this_machine_are_refused(tmp_path: Path, setting: dict[str, str]) -> None:
    """Development values hold on loopback only."""
    write_procfiles(tmp_path, standin("lane"))
    with running(tmp_path, **setting) as runner:
        assert runner.ends() == 1
        assert "reaches beyond it" in runner.text
        assert "Traceback" not in runner.text


def test_secrets_are_random_kept_and_private(tmp_path: Path) -> None:
    """Two runs share their secrets; nobody else may read them."""
    write_procfiles(tmp_path, "release: sh -c 'echo key=$SECRET_KEY seed=$DEMO_PASSWORD_SEED'\n")
    seen = []
    for _ in range(2):
        with running(tmp_path) as runner:
            match = runner.says(r"key=(\S{40,}) seed=(\S{40,})")
            seen.append(match.groups())
            runner.says(READY)
            runner.process.send_signal(signal.SIGTERM)
            assert runner.ends() == 0
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[0][1]
    assert (tmp_path / "var" / "dev.env").stat().st_mode & 0o777 == 0o600


def test_a_redis_of_ones_own_is_used(tmp_path: Path) -> None:
    """With REDIS_URL set the embedded store is not started."""
    write_procfiles(tmp_path, "release: sh -c 'echo at $REDIS_URL'\n", standin("valkey"))
    with running(tmp_path, REDIS_URL="redis://127.0.0.1:6390/5") as runner:
        runner.says("at redis://127.0.0.1:6390/5")
        runner.says(READY)
        assert "valkey is" not in runner.text
