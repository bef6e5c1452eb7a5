"""Whose turn it is to write on SQLite: processes take turns."""

import subprocess
import sys
from pathlib import Path

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
