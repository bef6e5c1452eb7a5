"""What stands on the page of one thing is found by indexes, however much the house has ever sent, heard and done."""

import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from base.database import reading
from tests.console.conftest import LogIn
from tests.console.evening import Evening

GROWS = ("message", "message_archive", "ticket", "ticket_event", "call", "call_event", "recording", "audit")
"""What grows by every call and text: none of it is read through for one page."""


@pytest.mark.parametrize("role", ["agent", "manager"])
@pytest.mark.parametrize("page", ["ticket", "case", "person", "message"])
def test_no_page_of_one_thing_reads_through_what_grows(
    logged_in: LogIn, evening: Evening, role: str, page: str, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the tables, and rightly
    browser, asked = logged_in(role), list[tuple[str, Any]]()
    address = {
        "ticket": f"/tickets/{evening.refs['lift']}", "case": f"/tickets/{evening.refs['lift']}/case",
        "person": f"/people/{evening.owner}", "message": f"/messages/{evening.messages['refused']}",
    }[page]  # fmt: skip

    def listen(_conn: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        assert browser.get(address).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    selects = [(how, given) for how, given in asked if how.lstrip().startswith(("SELECT", "WITH"))]
    assert len(selects) > 3
    read_through = []
    with reading() as session:
        for how, given in selects:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {how}", given).all()
            named = dict(re.findall(r'\b(?:FROM|JOIN) "?(\w+)"?(?: AS (\w+))?', how))
            tables = {alias or table: table for table, alias in named.items()}
            for step in plan:
                scanned = re.match(r"SCAN (\w+)$", step[3])
                if scanned and tables.get(scanned[1], scanned[1]) in GROWS:
                    read_through.append((step[3], how))
    assert read_through == []
