"""What stands on the page of one thing is found by indexes, however much the house has ever sent, heard and done."""

import pytest

from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.plans import asked, scans, scans_of

GROWS = ("message", "message_archive", "ticket", "ticket_event", "call", "call_event", "recording", "audit")
"""What grows by every call and text: none of it is read through for one page."""


@pytest.mark.parametrize("role", ["agent", "manager"])
@pytest.mark.parametrize("page", ["ticket", "case", "person", "message"])
def test_no_page_of_one_thing_reads_through_what_grows(
    logged_in: LogIn, evening: Evening, role: str, page: str, database_kind: str
) -> None:
    if database_kind == "postgres":
        pytest.skip("with so few rows PostgreSQL reads the tables, and rightly")
    browser = logged_in(role)
    address = {
        "ticket": f"/tickets/{evening.refs['lift']}", "case": f"/tickets/{evening.refs['lift']}/case",
        "person": f"/people/{evening.owner}", "message": f"/messages/{evening.messages['refused']}",
    }[page]  # fmt: skip

    with asked() as statements:
        assert browser.get(address).status_code == 200
    assert len(statements) > 3
    read_through = [one for one in scans(statements) if one.table in GROWS and not one.ends_early]
    assert read_through == []


@pytest.mark.parametrize(
    ("how", "step", "table", "ends_early"),
    [
        ("SELECT id FROM ticket", "SCAN ticket", "ticket", False),
        ("SELECT t.id FROM ticket AS t", "SCAN t USING COVERING INDEX ix_ticket_ref", "ticket", False),
        ("SELECT a.id FROM call AS a JOIN call AS b", "SCAN a", "call", False),
        ("SELECT a.id FROM call AS a JOIN call AS b", "SCAN b USING INDEX ix_call_ticket", "call", False),
        ("SELECT id FROM call ORDER BY id LIMIT 1", "SCAN call USING INDEX ix_call_began", "call", True),
        ("SELECT id FROM call ORDER BY id LIMIT 1", "SCAN call", "call", False),
    ],
)
def test_what_is_read_through_is_known_by_its_plan(how: str, step: str, table: str, ends_early: bool) -> None:
    assert [(one.table, one.ends_early) for one in scans_of(how, [step])] == [(table, ends_early)]
    assert scans_of(how, [step.replace("SCAN", "SEARCH")]) == []
