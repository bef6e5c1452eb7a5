"""Whose turn it is to write: the lock on an SQLite file, and what it looks like when somebody else has the database."""

import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy.exc import OperationalError

from base.clock import ticks_s

BUSY_S = 3.0
"""How long a writer waits for its turn. Longer would cost a caller the carrier's patience (4 s, then 15 s)."""
LOOK_S = 0.001
"""How often a writer looks whether it can be the next."""
NEXT_LOOKS_S = 0.0002
"""How often the next looks whether the writer has let go: until then nobody writes."""


class WriteLock:
    """One writer at a time on SQLite, across threads and processes.

    SQLite's own busy handler sleeps up to 100 ms between tries: with threads it costs hundreds of milliseconds at
    the 99th percentile. The thread lock wakes whoever waits at once. The file locks between processes are tried again
    and again, because a lock that blocks has no time-out.

    There are two of them, as there is a door and a place before it. Whoever wants to write stands there first, and only
    who stands there tries the door: a job that writes row after row stands in line after each like everybody else, and
    does not slip in again before a caller who waits.
    """

    def __init__(self, path: Path | None) -> None:
        self._thread = threading.Lock()
        self._paths = (path, path.with_name(path.name + ".next")) if path else None
        self._files: tuple[int, int] | None = None
        self._opened_by = 0

    def __enter__(self) -> None:
        give_up_s = ticks_s() + BUSY_S
        if not self._thread.acquire(timeout=BUSY_S):
            raise _busy()
        try:
            if self._paths is not None:
                self._wait_for_processes(*self._open(*self._paths), give_up_s)
        except BaseException:
            self._thread.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._files is not None:
            fcntl.flock(self._files[0], fcntl.LOCK_UN)
        self._thread.release()

    @staticmethod
    def _wait_for_processes(writes: int, is_next: int, give_up_s: float) -> None:
        _take(is_next, LOOK_S, give_up_s)
        try:
            _take(writes, NEXT_LOOKS_S, give_up_s)
        finally:
            fcntl.flock(is_next, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files or ():
            os.close(file)
        self._files = None

    def _open(self, writes: Path, is_next: Path) -> tuple[int, int]:
        # a fork shares its parent's lock, so each process opens the files for itself
        if self._files is None or self._opened_by != os.getpid():
            self._files = _opened(writes), _opened(is_next)
            self._opened_by = os.getpid()
        return self._files


def _opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _take(file: int, look_s: float, give_up_s: float) -> None:
    """Lock it, looking every `look_s`. Raises `OperationalError` once the clock is past `give_up_s`."""
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if ticks_s() > give_up_s:
                raise _busy() from None
            time.sleep(look_s)


def _busy() -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, TimeoutError("another process keeps the database to itself"))


def is_busy(error: OperationalError) -> bool:
    """Whether it failed because somebody else had the database, or a row of it, for too long."""
    why = error.orig
    if isinstance(why, sqlite3.Error):
        return getattr(why, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    # not every installation has the driver, so by number: 55P03 lock not available, 40P01 deadlock
    return isinstance(why, TimeoutError) or getattr(why, "sqlstate", "") in {"55P03", "40P01"}
