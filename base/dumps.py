"""The database as one file: copied while the service writes, and brought back. On either kind of database."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from psycopg import pq
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, table, text
from sqlalchemy.orm import Session

from base import migrations, pgtools
from base.clock import now
from base.errors import Conflict
from base.pulse import Pulse, last_beat

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
"""What the file is called, by the kind of database it came from."""
VERSION_TABLE = "alembic_version"
ALIVE = timedelta(seconds=60)
"""A clock that has beaten within this time says that the service runs."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds: the number of its newest migration and how many rows of each table."""

    migration: str
    rows: Mapping[str, int]


def dump(engine: Engine, file: Path) -> Dumped:
    """Copy everything that is committed at one moment to `file`, and hold up nobody. The file is looked through.

    Raises `Conflict` for a database that has no tables of ours or is damaged, `Unavailable` without the programs of
    PostgreSQL.
    """
    return (_dump_sqlite if engine.dialect.name == "sqlite" else _dump_postgresql)(engine, file)


def restore(engine: Engine, file: Path) -> None:
    """Put what `file` holds in the place of everything the database holds, wholly or not at all."""
    if engine.dialect.name == "sqlite":
        with closing(_opened(file)) as copy, closing(engine.raw_connection()) as ours:
            copy.backup(ours.driver_connection)  # type: ignore[arg-type]
    else:
        with engine.connect() as connection:
            major = _major(connection)
        pgtools.restore(_where(engine), major, file)
    engine.dispose()  # what these connections remember of the tables is no longer true


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has, by its name; empty where there is none."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def found(engine: Engine) -> Dumped:
    """What the database holds now."""
    with engine.connect() as connection:
        _be_patient(connection)
        return Dumped(migrations.current_on(connection) or "", count_rows(connection))


def is_worked(engine: Engine) -> bool:
    """Whether a service runs on this database: its clock has just beaten."""
    if not inspect(engine).has_table(Pulse.__tablename__):
        return False
    with Session(engine) as session:
        beat_at = last_beat(session, "clock")
    return beat_at is not None and now() - beat_at < ALIVE


def _dump_sqlite(engine: Engine, file: Path) -> Dumped:
    with closing(sqlite3.connect(file)) as copy, closing(engine.raw_connection()) as ours:
        ours.driver_connection.backup(copy)  # type: ignore[union-attr]  # all pages in one read: writers go on
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        faults = copy.execute("PRAGMA integrity_check").fetchall() + copy.execute("PRAGMA foreign_key_check").fetchall()
    if faults != [("ok",)]:
        raise Conflict(f"数据库已损坏 / the database is damaged: {faults[0]}")
    looked_at = create_engine(f"sqlite:///{file}")
    try:
        with looked_at.connect() as connection:
            return _whole(connection)
    finally:
        looked_at.dispose()


def _dump_postgresql(engine: Engine, file: Path) -> Dumped:
    # counted in the very moment that is dumped
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        _be_patient(connection)
        dumped = _whole(connection)
        snapshot = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        pgtools.dump(_where(engine), _major(connection), file, snapshot=snapshot)
    return dumped


def _whole(connection: Connection) -> Dumped:
    migration = migrations.current_on(connection)
    if migration is None:
        raise Conflict("数据库是空的，没有可备份的 / the database is empty: there is nothing to back up")
    return Dumped(migration, count_rows(connection))


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _be_patient(connection: Connection) -> None:
    """To count many rows takes longer than a caller waits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _major(connection: Connection) -> int:
    return int((connection.dialect.server_version_info or (0,))[0])


def _where(engine: Engine) -> dict[str, str]:
    """The database as libpq reads it from the environment."""
    names = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    _, given = engine.dialect.create_connect_args(engine.url)
    return {variable.decode(): str(given[name]) for name, variable in names.items() if variable and name in given}
