"""The real Procfiles, with everything in them: however the runner ends, nothing of them is left running."""

import json
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.house.runner import ROOT, Runner, free_port, running
from tests.judges.wire import Listener

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux", reason="what is left behind is looked up in /proc"),
]

PATIENCE_S = 10.0
LANES = ("urgent", "normal", "bulk")
COMMANDS = ("gunicorn", "worker.py clock", "-m sandbox", "dev.valkey", *(f"worker.py {lane}" for lane in LANES))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with the real Procfiles and nobody's settings."""
    for name in ("Procfile", "Procfile.dev"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "worker.py").symlink_to(ROOT / "worker.py")
    return tmp_path


def test_nothing_is_left_after_sigkill_nor_after_ctrl_c_on_the_same_stores(home: Path) -> None:
    for sig in (signal.SIGKILL, signal.SIGINT):
        settings = places(home)
        with running(home, **settings) as runner:
            runner.says("Huiyin is ready")
            Listener(Carrier(f"http://127.0.0.1:{settings['SANDBOX_PORT']}/sandbox")).judge()
            at_work = {command for command in COMMANDS if commands_with(runner, command)}
            assert at_work == set(COMMANDS)
            runner.process.send_signal(sig)
            assert runner.ends() == (-sig if sig is signal.SIGKILL else 0)
            nobody_is_left(runner)


@dataclass(frozen=True)
class Carrier:
    """The sandbox of a house, asked from outside."""

    address: str

    def ask(self, method: str, path: str) -> Any:
        with urlopen(Request(self.address + path, method=method)) as answer:
            return json.load(answer)


def places(home: Path) -> dict[str, str]:
    """Free ports, and a place of its own for everything that is written."""
    var = home / "var"
    return {
        "PORT": str(free_port()), "SANDBOX_PORT": str(free_port()), "VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{var / 'huiyin.db'}", "RECORDINGS_URL": str(var / "recordings"),
        "SANDBOX_PHONES": str(var / "phones.json"),
    }  # fmt: skip


def commands_with(runner: Runner, words: str) -> list[str]:
    """The command lines of this run's living processes that have these words in them."""
    lines = []
    for pid in runner.left_behind():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if words in line:
            lines.append(line)
    return lines


def nobody_is_left(runner: Runner) -> None:
    gives_up = time.monotonic() + PATIENCE_S
    while left := runner.left_behind():
        assert time.monotonic() < gives_up, f"still running: {commands_with(runner, '')} of {left}"
        time.sleep(0.02)
