"""Whose turn it is to write: the lock on an SQLite file, and what it looks like when somebody else has the database."""

import contextlib
import fcntl
import os
import select
import sqlite3
import threading
from pathlib import Path

from sqlalchemy.exc import OperationalError

from base.clock import ticks_s

BUSY_S = 3.0
"""How long a writer waits for its turn. Longer would cost a caller the carrier's patience (4 s, then 15 s)."""
_RINGS = 65536
"""As many as a pipe holds: rings that nobody waited for are heard together."""
LOOK_S = 0.005
"""How often a writer who heard no bell looks all the same: whoever was killed while it wrote rang none."""


class WriteLock:
    """One writer at a time on SQLite, across threads and processes.

    SQLite's own busy handler sleeps up to 100 ms between tries: with threads it costs hundreds of milliseconds at
    the 99th percentile. The thread lock wakes whoever waits at once, and so do the gates between processes.

    There are two of them, as there is a door and a place before it. Whoever wants to write stands there first, and only
    who stands there tries the door: a job that writes row after row stands in line after each like everybody else, and
    does not slip in again before a caller who waits.
    """

    def __init__(self, path: Path | None) -> None:
        self._thread = threading.Lock()
        self._path = path
        self._gates: tuple[_Gate, _Gate] | None = None
        self._opened_by = 0

    def __enter__(self) -> None:
        give_up_s = ticks_s() + BUSY_S
        if not self._thread.acquire(timeout=BUSY_S):
            raise _busy()
        try:
            if self._path is not None:
                door, place = self._open(self._path)
                place.take(give_up_s)
                try:
                    door.take(give_up_s)
                finally:
                    place.let_go()
        except BaseException:
            self._thread.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            if self._gates is not None:
                self._gates[0].let_go()
        finally:
            self._thread.release()

    def close(self) -> None:
        """Let go of the files."""
        for gate in self._gates or ():
            gate.close()
        self._gates = None

    def _open(self, path: Path) -> "tuple[_Gate, _Gate]":
        # a fork shares its parent's lock, so each process opens the files for itself
        if self._gates is None or self._opened_by != os.getpid():
            self._gates = _Gate(path), _Gate(path.with_name(f"{path.name}.next"))
            self._opened_by = os.getpid()
        return self._gates


class _Gate:
    """A lock between processes, and a bell for those who wait for it.

    The lock is a file's: the kernel takes it from a process that dies. But one that blocks has no time-out, and to look
    again and again costs the processor more than what is waited for. So whoever lets go rings, a byte into a pipe, and
    whoever waits sleeps until the pipe has one. A byte is only a hint to try again: whoever takes one tries next, and
    either has the lock or knows that its holder will ring.
    """

    def __init__(self, path: Path) -> None:
        self._lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._bell = _bell(path.with_name(f"{path.name}.bell"))
        self._rings = select.poll()
        if self._bell is not None:
            self._rings.register(self._bell, select.POLLIN)

    def take(self, give_up_s: float) -> None:
        """Have the lock. Raises `OperationalError` once the clock is past `give_up_s`."""
        while True:
            try:
                return fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if ticks_s() > give_up_s:
                    raise _busy() from None
            if self._rings.poll(LOOK_S * 1000) and self._bell is not None:
                with contextlib.suppress(BlockingIOError):  # another heard it too, and took it
                    os.read(self._bell, _RINGS)

    def let_go(self) -> None:
        """Let the next one have it."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        if self._bell is not None:
            with contextlib.suppress(BlockingIOError):  # a pipe full of rings rings
                os.write(self._bell, b"!")

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._lock)
        if self._bell is not None:
            os.close(self._bell)


def _bell(path: Path) -> int | None:
    """The pipe, which processes share by its name; None where the file system knows no such thing (some that are
    mounted from elsewhere): there whoever waits looks every `LOOK_S`.
    """
    try:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None


def _busy() -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, TimeoutError("another process keeps the database to itself"))


def is_busy(error: OperationalError) -> bool:
    """Whether it failed because somebody else had the database, or a row of it, for too long."""
    why = error.orig
    if isinstance(why, sqlite3.Error):
        return getattr(why, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    # not every installation has the driver, so by number: 55P03 lock not available, 40P01 deadlock
    return isinstance(why, TimeoutError) or getattr(why, "sqlstate", "") in {"55P03", "40P01"}
