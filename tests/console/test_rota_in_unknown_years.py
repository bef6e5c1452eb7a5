"""The pages of the rota say which days off nobody knows for sure yet."""

from datetime import date

import pytest

from base.database import transaction
from console.words import say
from outreach.actions.days import forget_day
from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_rotating import form


@pytest.fixture
def leader(logged_in: LogIn, evening: Evening) -> Browser:
    return logged_in("supervisor")


@pytest.fixture
def unknown(evening: Evening) -> None:
    with transaction() as session:
        forget_day(session, date(2027, 1, 1))


def pages(leader: Browser, evening: Evening) -> dict[str, str]:
    return {
        "ahead": leader.get("/oncall/ahead?lang=zh").text,
        "month": leader.get("/oncall/month?month=2027-01&lang=zh").text,
        "rotation": leader.sends("/oncall/rotation", **form(evening), do="preview").text,
    }


def test_in_a_year_nobody_knows_they_say_so_and_mark_its_days_off(
    leader: Browser, evening: Evening, unknown: None
) -> None:
    said, maybe = say("plan.days.provisional", "zh", year=2027), say("plan.maybe", "zh")
    for name, page in pages(leader, evening).items():
        assert 'id="provisional-2027"' in page, name
        assert 'id="provisional-2026"' not in page, name
        assert said in page, name
        assert page.count(maybe) > page.count(said), f"{name}: the days themselves"
    january = leader.get("/oncall/month?month=2027-01&lang=en").text
    assert "days off of 2027 are provisional" in january
    assert "New Year&#39;s Day · provisional" in january
    assert 'id="provisional-' not in leader.get("/oncall/month?month=2026-11").text


def test_in_a_year_that_is_known_nothing_is_marked(leader: Browser, evening: Evening) -> None:
    for name, page in pages(leader, evening).items():
        assert "provisional-" not in page, name
        assert say("plan.maybe", "zh") not in page, name
