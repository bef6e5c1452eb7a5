"""Two burst pipes of one building: whoever is on duty is paged once, hears of both, and the watch forgets neither."""

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from oncall import actions
from oncall.audit import Fault
from tests.make import a_home
from tests.oncall.estate import Estate, a_stuck_lift, an_estate, calls_to, later, pages, texts_to
from tickets.lifecycle import Kind, Level, Status
from tickets.models import Ticket


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


def a_leak(session: Session, estate: Estate, home: str, at_s: float, **more: object) -> Ticket:
    values: dict[str, object] = {
        "kind": Kind.REPAIR, "category": "burst_pipe", "at": later(at_s), "caller_number": f"+86137000{at_s:05.0f}",
        "home_id": a_home(session, estate.project, home).id,
    }  # fmt: skip
    return a_stuck_lift(session, estate, **values | more)


def the_clock_looks(session: Session, at_s: float) -> None:
    for id in tickets.actions.pages_due(session, at=later(at_s)):
        actions.climb(session, id, at=later(at_s))
    for id in tickets.actions.groups_due(session, at=later(at_s)):
        actions.mind_group(session, id, at=later(at_s))
    session.expire_all()


def test_two_homes_one_page_and_whoever_takes_it_has_both(session: Session, estate: Estate) -> None:
    first = a_leak(session, estate, "3-1-101", 0)
    the_clock_looks(session, 0)
    second = a_leak(session, estate, "3-1-201", 120)
    for seconds in (120, 150, 200):
        the_clock_looks(session, seconds)
    assert calls_to(session, estate.first) == ["planned"]
    page, told = texts_to(session, estate.first)
    assert first.ref in page
    assert ("2户报" in told, second.ref in told) == (True, False)
    assert pages(session, second) == []
    actions.take_ticket(session, first.id, estate.first.id, how="key", at=later(210))
    the_clock_looks(session, 211)
    assert [(one.status, one.assignee_id) for one in (first, second)] == [(Status.ACKNOWLEDGED, estate.first.id)] * 2


def test_danger_to_life_among_them_pages_all_the_same(session: Session, estate: Estate) -> None:
    a_leak(session, estate, "3-1-101", 0)
    the_clock_looks(session, 0)
    grave = a_leak(session, estate, "3-1-201", 120, level=Level.P0)
    the_clock_looks(session, 120)
    assert {name for _, name, _ in pages(session, grave)} == {"王强", "赵刚"}


def test_the_watch_sees_what_is_held_past_its_limit(session: Session, estate: Estate) -> None:
    first, second = a_leak(session, estate, "3-1-101", 0), a_leak(session, estate, "3-1-201", 60)

    def nobodys(at_s: float) -> list[str]:
        return [one.ref for one in actions.audit(session, at=later(at_s)) if one.fault is Fault.NOBODY]

    assert nobodys(301) == [first.ref]
    assert nobodys(361) == [first.ref, second.ref]
    tickets.actions.acknowledge(session, first.id, estate.first.id, at=later(362), how="key")
    assert nobodys(363) == [second.ref], "until the clock has looked"
    the_clock_looks(session, 363)
    assert nobodys(364) == []
