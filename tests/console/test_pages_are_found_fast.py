"""What stands on the page of one thing is found by indexes, however much the house has ever sent, heard and done."""

import pytest

from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.plans import asked, scans

GROWS = ("message", "message_archive", "ticket", "ticket_event", "call", "call_event", "recording", "audit")
"""What grows by every call and text: none of it is read through for one page."""


@pytest.mark.parametrize("role", ["agent", "manager"])
@pytest.mark.parametrize("page", ["ticket", "case", "person", "message"])
def test_no_page_of_one_thing_reads_through_what_grows(
    logged_in: LogIn, evening: Evening, role: str, page: str, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the tables, and rightly
    browser = logged_in(role)
    address = {
        "ticket": f"/tickets/{evening.refs['lift']}", "case": f"/tickets/{evening.refs['lift']}/case",
        "person": f"/people/{evening.owner}", "message": f"/messages/{evening.messages['refused']}",
    }[page]  # fmt: skip

    with asked() as statements:
        assert browser.get(address).status_code == 200
    assert len(statements) > 3
    read_through = [one for one in scans(statements) if one.table in GROWS and not one.is_by_index]
    assert read_through == []
