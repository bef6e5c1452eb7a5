"""The database: one engine a process, one transaction a unit of work."""

import select
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from flask import current_app
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Index,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase

from base.clock import ticks_s
from base.cursors import QuickCursor
from base.errors import SettingsError
from base.work import Reading, Writing
from base.write_lock import BUSY_S, WriteLock

RESTED_S = 1.0
"""A connection that rested longer is asked whether it still lives before it is used."""
STATEMENTS = 1000
"""So many statements stay put together: all that calls and pages ask. (On SQLite each twice, to read and to write.)"""
ROWS_ANALYSED = 1000
"""Of each index, as SQLite advises: some milliseconds in which nobody else writes, however large the file is."""
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit TO off")


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
        if value.tzinfo is not UTC:
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
        self._by_text = {word.value: word for word in words}  # an enum's own look-up takes longer than the rest

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse what is not one of the words."""
        return None if value is None else str(self._word(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """The word itself."""
        return None if value is None else self._word(value)

    def _word(self, value: str) -> StrEnum:
        return self._by_text.get(value) or self.words(value)


def index_where(name: str, *columns: str, where: str) -> Index:
    """An index over some of the rows, for both databases: those of which `where`, as SQL, is true."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def tail_of(column: str) -> str:
    """The last four digits of a number, as SQL that both databases know and keep an index by.

    What asks by such an index must say it in these very words.
    """
    return f"substr({column}, length({column}) - 3)"


class Database:
    """An engine and its transactions. Opens nothing until the first transaction (worker parents fork)."""

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # the same connections; on SQLite whoever may write takes the write lock before it reads anything
        self._writing = _begins(self.engine.execution_options(), "BEGIN IMMEDIATE") if self.is_sqlite else self.engine
        file = self.engine.url.database if self.is_sqlite else None
        self._write_lock = WriteLock(Path(file + ".lock") if file and file != ":memory:" else None)

    def close(self) -> None:
        """Close every connection that nobody is using."""
        self.engine.dispose()
        self._write_lock.close()

    def transaction(self, *, waits_for_disk: bool = True) -> Writing:
        """One unit of work that may write; commits at the end, then does what was put off until then.

        One that does not wait for its disk is undone, whole, if PostgreSQL crashes within the next second: only for
        what can be found out again. (SQLite waits always.)
        """
        if self.is_sqlite:
            return Writing(self._writing, turn=self._write_lock)
        return Writing(self.engine, begins_with=None if waits_for_disk else _DO_NOT_WAIT)

    def reading(self) -> Reading:
        """A unit of work that only reads: on SQLite it waits for no writer."""
        return Reading(self.engine)


def database() -> Database:
    """The database of this process's application."""
    return cast(Database, current_app.extensions["database"])


def transaction(*, waits_for_disk: bool = True) -> Writing:
    """`with transaction() as session:` at the edge of a request or job. Actions never commit."""
    return database().transaction(waits_for_disk=waits_for_disk)


def reading() -> Reading:
    """`with reading() as session:` for units of work that write nothing."""
    return database().reading()


def refresh_statistics() -> None:
    """Have SQLite note how much there is of what: without, its planner may go through a whole table for a few rows.
    PostgreSQL does so by itself.
    """
    if database().is_sqlite:
        with transaction() as session:
            session.execute(text(f"PRAGMA analysis_limit = {ROWS_ANALYSED}"))
            session.execute(text("ANALYZE"))


def _make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        connect_args = {"timeout": BUSY_S, "isolation_level": None}
        engine = create_engine(
            parsed, connect_args=connect_args, hide_parameters=True, query_cache_size=2 * STATEMENTS
        )  # fmt: skip
        event.listen(engine, "connect", _prepare_sqlite)
        return _begins(engine, "BEGIN DEFERRED")
    engine = create_engine(
        parsed,
        pool_size=10,
        pool_timeout=BUSY_S,
        # an error's parameters hold telephone numbers
        hide_parameters=True,
        query_cache_size=STATEMENTS,
        # a caller is waiting: a server that hangs or vanished must fail while the carrier still listens
        # 4, the server's own figure for a page out of turn, is that of a turning disk: for a hundred rows it would
        # walk through a whole table
        connect_args={
            "cursor_factory": QuickCursor,
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


def _begins(engine: Engine, words: str) -> Engine:
    """The engine, whose transactions on SQLite begin with these words: the driver itself begins none for a SELECT.

    Not by an event: an engine with one looks before and after every statement whether somebody waits for it.
    """
    kind = type(engine.dialect)
    ours = {"do_begin": lambda _self, one: one.execute(words), "supports_statement_cache": True}
    dialect: Any = object.__new__(type(kind.__name__, (kind,), ours))
    dialect.__dict__ = vars(engine.dialect)  # one memory for all: what the first connection teaches, all know
    engine.dialect = dialect
    return engine


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
