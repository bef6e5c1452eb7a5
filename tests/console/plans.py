"""What the database is asked, and how SQLite goes about it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from base.database import reading

Asked = list[tuple[str, Any]]
PLANNED = ("SELECT", "WITH", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Scan:
    """A step that reads through a table, as SQLite says it, and the statement it is a part of."""

    table: str
    step: str
    statement: str

    @property
    def ends_early(self) -> bool:
        """Whether it goes along an index for the first few rows in the order asked for."""
        return " USING " in self.step and "ORDER BY" in self.statement and "LIMIT" in self.statement


@contextmanager
def asked() -> Iterator[Asked]:
    """Every statement that has a plan, with what it was given."""
    found: Asked = []

    def listen(_conn: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        if statement.lstrip().startswith(PLANNED):
            found.append((statement, given))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def scans(statements: Asked) -> list[Scan]:
    """All that is read through, by an index or not, in the order in which it was asked."""
    with reading() as session:
        plans = [
            (how, session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {how}", given).all())
            for how, given in statements
        ]
    return [scan for how, plan in plans for scan in scans_of(how, [row[3] for row in plan])]


def scans_of(how: str, steps: Iterable[str]) -> list[Scan]:
    """What of the plan of one statement reads through a table, by whatever name the statement gives it."""
    named = re.findall(r'\b(?:FROM|JOIN) "?(\w+)"?(?: AS (\w+))?', how)
    tables = {alias or table: table for table, alias in named}
    scanned = ((step, re.match(r"SCAN (\w+)", step)) for step in steps)
    return [Scan(tables.get(scan[1], scan[1]), step, how) for step, scan in scanned if scan]
