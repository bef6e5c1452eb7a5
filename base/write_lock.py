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
"""How often a writer looks whether another process has let go."""


class WriteLock:
    """One writer at a time on SQLite, across threads and processes.

    SQLite's own busy handler sleeps up to 100 ms between tries: with threads it costs hundreds of milliseconds at
    the 99th percentile. The thread lock wakes whoever waits at once. The file lock between processes is tried every
    millisecond, because a lock that blocks has no time-out: whoever tries first after it is let go gets it.
    """

    def __init__(self, path: Path | None) -> None:
        self._thread = threading.Lock()
        self._path = path
        self._file: int | None = None
        self._opened_by = 0

    def __enter__(self) -> None:
        give_up_s = ticks_s() + BUSY_S
        if not self._thread.acquire(timeout=BUSY_S):
            raise _busy()
        try:
            if self._path is not None:
                self._wait_for_processes(self._open(self._path), give_up_s)
        except BaseException:
            self._thread.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()

    @staticmethod
    def _wait_for_processes(file: int, give_up_s: float) -> None:
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if ticks_s() > give_up_s:
                    raise _busy() from None
                time.sleep(LOOK_S)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self, path: Path) -> int:
        # a fork shares its parent's lock, so each process opens the file for itself
        if self._file is None or self._opened_by != os.getpid():
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            self._opened_by = os.getpid()
        return self._file


def _busy() -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, TimeoutError("another process keeps the database to itself"))


def is_busy(error: OperationalError) -> bool:
    """Whether it failed because somebody else had the database, or a row of it, for too long."""
    why = error.orig
    if isinstance(why, sqlite3.Error):
        return getattr(why, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    # not every installation has the driver, so by number: 55P03 lock not available, 40P01 deadlock
    return isinstance(why, TimeoutError) or getattr(why, "sqlstate", "") in {"55P03", "40P01"}
