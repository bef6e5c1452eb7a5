"""Ends everything that one run of the house started, children of children in their own sessions included.

Each process of a run inherits a marker in its environment, which no fork and no session of its own can shed.
`python -m dev.sweep MARKER` is the watchman: it sweeps when its input closes, however the runner ended.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARKER = "HUIYIN_RUN"
GRACE_S = 1.5
POLL_S = 0.02
PROC = Path("/proc")


def marked(marker: str) -> set[int]:
    """Return the numbers of the living processes that carry `marker`, except this one."""
    wanted = f"{MARKER}={marker}".encode()
    found = _from_proc(wanted) if PROC.joinpath("self/environ").exists() else _from_ps(wanted)
    return {pid for pid in found if pid != os.getpid()}


def _from_proc(wanted: bytes) -> Iterator[int]:
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is somebody else's
            continue
        if wanted in variables:
            yield int(entry.name)


def _from_ps(wanted: bytes) -> Iterator[int]:
    listing = subprocess.run(["ps", "-axEww", "-o", "pid=,command="], capture_output=True, check=True).stdout
    for line in listing.splitlines():
        words = line.split()
        if wanted in words:
            yield int(words[0])


def sweep(marker: str, grace_s: float = GRACE_S) -> None:
    """Ask every marked process to end, and after `grace_s` kill what is left, until there is none."""
    deadline = time.monotonic() + grace_s
    asked: set[int] = set()
    while left := marked(marker):
        if time.monotonic() > deadline:
            _signal(left, signal.SIGKILL)
        else:
            _signal(left - asked, signal.SIGTERM)
            asked |= left
        time.sleep(POLL_S)


def _signal(pids: set[int], sig: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            continue


def main() -> None:
    """Wait for the runner to go, then sweep."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)
    sys.stdin.buffer.read()
    sweep(sys.argv[1])


if __name__ == "__main__":
    main()
