"""Drives `python -m dev.run` in a directory of its own, the way a person at a terminal would."""

import itertools
import os
import re
import secrets
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).with_name("standin.py")
TRACE = "HOUSE_TEST"  # in the environment of all that a test starts, however far it strays


class Runner:
    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home = home
        self.trace = secrets.token_hex(8)
        inherited = {name: value for name, value in os.environ.items() if name not in HOUSE_SETTINGS}
        self.output: list[str] = []
        self._unclaimed: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dev.run"],
            cwd=home,
            env=inherited | environment | {"PYTHONPATH": str(ROOT), TRACE: self.trace},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def says(self, pattern: str) -> re.Match[str]:
        """Return the next line that matches and was not returned before; wait for it until the runner ends.

        Processes speak in no fixed order, so lines that were passed over may still be asked for.
        """
        for line in itertools.chain(list(self._unclaimed), self._fresh()):
            if match := re.search(pattern, line):
                self._unclaimed.remove(line)
                return match
        raise AssertionError(f"the runner ended without saying {pattern!r}:\n{''.join(self.output)}")

    def _fresh(self) -> Iterator[str]:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output.append(line)
            self._unclaimed.append(line)
            yield line

    def pid(self, name: str, verb: str = "is") -> int:
        """Return the number of a stand-in (`is`) or of its child (`has`)."""
        return int(self.says(rf"\b{name} {verb} (\d+)")[1])

    def ends(self) -> int:
        """Wait for the end and return the exit code."""
        for _ in self._fresh():
            pass
        return self.process.wait()

    @property
    def text(self) -> str:
        return "".join(self.output)

    def children(self, word: str) -> list[int]:
        """Return the living children of the runner with `word` in their command line."""
        family = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in family if word.encode() in _file(int(pid), "cmdline")]

    def left_behind(self) -> set[int]:
        """Return the living processes that this run started."""
        wanted = f"{TRACE}={self.trace}".encode()
        return {pid for pid in _numbers() if wanted in _file(pid, "environ").split(b"\0")}


HOUSE_SETTINGS = {
    "PORT",
    "SANDBOX_PORT",
    "PUBLIC_URL",
    "TWILIO_API_BASE",
    "REDIS_URL",
    "HUIYIN_ENV",
    "MAKELEVEL",
}


def _numbers() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _file(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended
        return b""


@contextmanager
def running(home: Path, **environment: str) -> Iterator[Runner]:
    """Start the runner; afterwards kill what a failed test may have left, by number."""
    runner = Runner(home, environment)
    try:
        yield runner
    finally:
        for pid in runner.left_behind():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert runner.process.stdout
        runner.process.stdout.close()
        runner.process.wait()


def gone(pid: int) -> None:
    """Wait until a process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        select.select([handle], [], [])
    finally:
        os.close(handle)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def standin(name: str, *wishes: object) -> str:
    """Return a Procfile's line for a stand-in."""
    return f"{name}: python {STANDIN} {name} {' '.join(map(str, wishes))}\n"


def write_procfiles(home: Path, inside: str, outside: str = "") -> None:
    (home / "Procfile").write_text(inside)
    (home / "Procfile.dev").write_text(outside)
