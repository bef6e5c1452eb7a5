"""Two colleagues merge the same two tickets into each other at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import Database
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_joining import a_double
from tests.console.test_ticket import ticket
from tests.waits import until_somebody_waits
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import Ticket

PATIENCE_S = 30


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

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            rows = {one.ref: one for one in session.scalars(select(Ticket).where(Ticket.ref.in_((first, second))))}
            assert rows[first].id < rows[second].id
            actions.get(session, rows[first].id)
            other = pool.submit(merges_back)
            until_somebody_waits("it waits for the ticket that is locked")
            actions.merge(session, rows[first].id, into=rows[second], at=evening.at)
        assert other.result(PATIENCE_S) == 409
    assert (ticket(first).status, ticket(second).status) == (Status.MERGED, Status.OPEN)
