"""The database: one engine a process, one transaction a unit of work."""

import fcntl
import os
import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from flask import current_app
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from base.clock import ticks_s
from base.errors import SettingsError

BUSY_S = 3.0
"""How long a writer waits for its turn. Longer would cost a caller the carrier's patience (4 s, then 15 s)."""
LOOK_S = 0.001
"""How often a writer looks whether another process has let go."""
RESTED_S = 1.0
"""A connection that rested longer is asked whether it still lives before it is used."""


class Base(DeclarativeBase):
    """All tables; constraints have predictable names so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive datetime is refused: nobody can know what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite keeps UTC without an offset so that text order is time order."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One of our words (a StrEnum) kept as plain text, so that adding a word needs no migration."""

    impl = String(20)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse what is not one of the words."""
        return None if value is None else str(self.words(value).value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """The word itself."""
        return None if value is None else self.words(value)


class _WriteLock:
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


class Database:
    """An engine and its transactions. Opens nothing until the first transaction (worker parents fork)."""

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # the same connections; on SQLite whoever may write takes the write lock before it reads anything
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        file = self.engine.url.database if self.is_sqlite else None
        self._write_lock = _WriteLock(Path(file + ".lock") if file and file != ":memory:" else None)

    def close(self) -> None:
        """Close every connection that nobody is using."""
        self.engine.dispose()
        self._write_lock.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work that may write; commits at the end, then does what was put off until then."""
        if self.is_sqlite:
            with self._write_lock:
                session = Session(self._writing, expire_on_commit=False)
                yield from self._work(session)
        else:
            session = Session(self.engine, expire_on_commit=False)
            yield from self._work(session)
        for call in cast(list[Callable[[], object]], session.info.pop("after_commit", [])):
            call()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that only reads: on SQLite it waits for no writer."""
        # closing rolls back, and leaves what was read readable (a rollback of the session would forget it)
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @staticmethod
    def _work(session: Session) -> Iterator[Session]:
        with session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise


def after_commit(session: Session, call: Callable[[], object]) -> None:
    """Do `call` once this session's transaction is safely committed; never if it is rolled back."""
    session.info.setdefault("after_commit", []).append(call)


def database() -> Database:
    """The database of this process's application."""
    return cast(Database, current_app.extensions["database"])


def transaction() -> Any:
    """`with transaction() as session:` at the edge of a request or job. Actions never commit."""
    return database().transaction()


def reading() -> Any:
    """`with reading() as session:` for units of work that write nothing."""
    return database().reading()


def _make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        connect_args = {"timeout": BUSY_S, "isolation_level": None}
        engine = create_engine(parsed, connect_args=connect_args, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        parsed,
        pool_size=10,
        pool_timeout=BUSY_S,
        # an error's parameters hold telephone numbers
        hide_parameters=True,
        # a caller is waiting: a server that hangs or vanished must fail while the carrier still listens
        # 4, the server's own figure for a page out of turn, is that of a turning disk: for a hundred rows it would
        # walk through a whole table
        connect_args={
            "connect_timeout": 3,
            "tcp_user_timeout": 3000,
            "keepalives_idle": 5,
            "options": "-c lock_timeout=3000 -c statement_timeout=8000 -c random_page_cost=1.1",
        },
    )
    _never_give_out_the_dead(engine)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: 建不了文件夹 / cannot make {folder}: {error.strerror}") from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a claim that a power cut forgets could be sent twice
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    begin = f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}"
    try:
        connection.connection.execute(begin)
    except sqlite3.Error as error:
        raise OperationalError(begin, None, error) from error


def _never_give_out_the_dead(engine: Engine) -> None:
    """A connection that died at rest (the database was restarted) is replaced before anybody uses it.

    Asking it costs a round trip. One that was used just now is asked only when its socket has something to say:
    a server that ends a connection closes it, and then there is an end to read.
    """

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since_s"] = ticks_s()

    @event.listens_for(engine, "checkout")
    def is_given_out(connection: Any, record: Any, _proxy: object) -> None:
        rested_s = ticks_s() - record.info.get("rests_since_s", ticks_s())
        try:
            if rested_s > RESTED_S or _has_something_to_say(connection.fileno()):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool opens another


def _has_something_to_say(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
