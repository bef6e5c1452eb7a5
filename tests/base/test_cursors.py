"""What PostgreSQL's cursors say of a result is what psycopg says of it, once somebody asks."""

from collections.abc import Iterator

import psycopg
import pytest

from base.cursors import QuickCursor
from dev.postgres import Server


@pytest.fixture
def connection(postgres_server: Server) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    address = f"host={postgres_server.socket_directory} user=postgres dbname=postgres"
    with psycopg.connect(address, cursor_factory=QuickCursor) as connection:
        yield connection


def test_the_columns_of_a_result_are_those_that_psycopg_names(connection) -> None:
    asked = "SELECT 1 AS first, 'two'::varchar(20) AS second, now() AS third"
    ours = connection.cursor().execute(asked)
    theirs = psycopg.Cursor(connection).execute(asked)
    columns = [tuple(column) for column in theirs.description]
    assert [tuple(column) for column in ours.description] == columns
    assert (len(ours.description), tuple(ours.description[1]), ours.description[0].name) == (3, columns[1], "first")
    assert [column.name for column in ours.description[1:]] == ["second", "third"]


def test_what_returns_no_rows_has_no_columns(connection) -> None:
    cursor = connection.cursor()
    assert cursor.description is None
    assert cursor.execute("SET LOCAL lock_timeout = 0").description is None
    assert list(cursor.execute("SELECT").description) == []


def test_what_was_said_of_one_result_is_not_said_of_the_next(connection) -> None:
    cursor = connection.cursor()
    read, unread = cursor.execute("SELECT 1 AS old").description, cursor.description
    assert read[0].name == "old"
    cursor.execute("SELECT 2 AS new")
    assert read[0].name == "old"
    with pytest.raises(psycopg.InterfaceError, match="gone on"):
        len(unread)
