"""What the database is asked, and how SQLite goes about it."""

import re
from collections.abc import Iterator
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
    def is_by_index(self) -> bool:
        """Whether it goes along an index, and may end early."""
        return " USING " in self.step


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
    found = []
    with reading() as session:
        for how, given in statements:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {how}", given).all()
            named = dict(re.findall(r'\b(?:FROM|JOIN) "?(\w+)"?(?: AS (\w+))?', how))
            tables = {alias or table: table for table, alias in named.items()}
            for step in plan:
                if scanned := re.match(r"SCAN (\w+)", step[3]):
                    found.append(Scan(tables.get(scanned[1], scanned[1]), step[3], how))
    return found
