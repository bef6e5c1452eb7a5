"""Two colleagues merge the same two tickets into each other at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select, text

from base.database import Database
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_joining import a_double
from tests.console.test_ticket import ticket
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import Ticket

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
PATIENCE_S = 30


def until_somebody_waits(engine: Engine) -> None:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        with engine.connect() as looks:
            if looks.scalar(WAITS):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the ticket that is locked")


@pytest.mark.parametrize("through", ["page", "api"])
def test_a_merge_that_waits_for_one_ticket_holds_not_the_other(
    app: Flask,
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
    database_kind: str,
    through: str,
) -> None:
    if database_kind == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    database: Database = app.extensions["database"]
    first, second = evening.refs["mine"], a_double(evening)
    browser, script = logged_in("supervisor"), program("supervisor")
    browser.token("/oncall")

    def merges_back() -> int:
        if through == "page":
            return browser.sends(f"/tickets/{second}/merge", number=first).status_code
        return script.posts(f"/tickets/{second}/events", type="merge", into=first).status_code

    looks_on = create_engine(database.engine.url)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            rows = {one.ref: one for one in session.scalars(select(Ticket).where(Ticket.ref.in_((first, second))))}
            assert rows[first].id < rows[second].id
            actions.get(session, rows[first].id)
            other = pool.submit(merges_back)
            until_somebody_waits(looks_on)
            actions.merge(session, rows[first].id, into=rows[second], at=evening.at)
        assert other.result(PATIENCE_S) == 409
    looks_on.dispose()
    assert (ticket(first).status, ticket(second).status) == (Status.MERGED, Status.OPEN)
