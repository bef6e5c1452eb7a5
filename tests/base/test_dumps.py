"""A database that is damaged is not backed up: what nobody can read is no backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from base import dumps
from base.errors import Conflict


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A small database of its own: it is the copy of SQLite that is looked through row by row."""
    file = tmp_path / "ours.sqlite"
    with closing(sqlite3.connect(file)) as ours, ours:
        ours.execute("CREATE TABLE home (id INTEGER PRIMARY KEY)")
        ours.execute("CREATE TABLE ticket (home_id INTEGER REFERENCES home, level INTEGER CHECK (level < 4))")
        ours.execute("CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY)")
        ours.execute("INSERT INTO alembic_version VALUES ('0001')")
    engine = create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("damage", "is_damaged"),
    [
        ("INSERT INTO ticket VALUES (NULL, 3)", False),
        ("INSERT INTO ticket VALUES (NULL, 9)", True),  # breaks a rule of its table
        ("INSERT INTO ticket VALUES (1, 3)", True),  # of a home that is not there
    ],
)
def test_a_damaged_database_is_refused_and_says_so(
    engine: Engine, tmp_path: Path, damage: str, is_damaged: bool
) -> None:
    with closing(sqlite3.connect(str(engine.url.database))) as ours, ours:
        ours.execute("PRAGMA ignore_check_constraints = ON")
        ours.execute(damage)
    if is_damaged:
        with pytest.raises(Conflict, match="the database is damaged"):
            dumps.dump(engine, tmp_path / "copy.sqlite")
    else:
        assert dumps.dump(engine, tmp_path / "copy.sqlite").rows["ticket"] == 1
