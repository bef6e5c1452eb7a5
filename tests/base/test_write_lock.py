"""Whose turn it is to write on SQLite: processes take turns."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from base import write_lock
from base.write_lock import WriteLock

GREEDY = """
import sys, time
from pathlib import Path
from base.write_lock import WriteLock
lock = WriteLock(Path(sys.argv[1]))
with open(sys.argv[2], "ab", buffering=0) as told:
    while True:
        with lock:
            told.write(b".")
            time.sleep(0.01)
"""
HOLDS = """
import sys
from pathlib import Path
from base.write_lock import WriteLock
lock = WriteLock(Path(sys.argv[1]))
with lock:
    print("held", flush=True)
    sys.stdin.readline()
"""
NEVER_S = 60.0
TURNS = 10
AT_MOST = 2
"""For each turn of ours: one between our look at it and our standing in line, and the one that was standing there."""


def test_a_process_that_writes_row_after_row_does_not_slip_in_again_before_who_waits(tmp_path: Path) -> None:
    path, told = tmp_path / "house.db.lock", tmp_path / "told"
    greedy = subprocess.Popen([sys.executable, "-c", GREEDY, str(path), str(told)])
    try:
        told.touch()
        ours, theirs = WriteLock(path), []
        for _ in range(TURNS):
            before = told.stat().st_size
            while told.stat().st_size == before:
                assert greedy.poll() is None
            before = told.stat().st_size
            with ours:
                theirs.append(told.stat().st_size - before)
        ours.close()
    finally:
        greedy.kill()
        greedy.wait()
    assert sum(theirs) <= AT_MOST * TURNS, theirs


@contextmanager
def another_holds(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes until it is told to let go, or is killed."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], text=True, **pipes) as holder:  # type: ignore[call-overload]
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_who_waits_is_woken_when_the_writer_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "house.db.lock"
    monkeypatch.setattr(write_lock, "LOOK_S", NEVER_S)
    monkeypatch.setattr(write_lock, "BUSY_S", NEVER_S / 2)
    lock = WriteLock(path)
    for _ in range(2):  # the second time old rings are there that nobody waited for
        with another_holds(path) as holder:
            holder.stdin.write("let go\n")
            holder.stdin.flush()
            with lock:
                assert holder.wait() == 0
        with lock:
            pass
    lock.close()


def test_who_waits_has_its_turn_although_the_writer_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "house.db.lock"
    monkeypatch.setattr(write_lock, "BUSY_S", NEVER_S)
    lock = WriteLock(path)
    with another_holds(path) as holder:
        holder.kill()
        with lock:
            assert holder.wait() < 0
    lock.close()


def test_where_a_folder_takes_no_pipe_who_waits_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pipes(*_: object) -> None:
        raise PermissionError("no pipes here")

    monkeypatch.setattr("os.mkfifo", no_pipes)
    monkeypatch.setattr(write_lock, "BUSY_S", NEVER_S)
    path = tmp_path / "house.db.lock"
    lock = WriteLock(path)
    with lock:
        assert not [file for file in tmp_path.iterdir() if file.is_fifo()]
    with another_holds(path) as holder:
        holder.stdin.write("let go\n")
        holder.stdin.flush()
        with lock:
            assert holder.wait() == 0
    lock.close()
