"""The desk's home with somebody on the line: whole, quiet and open to everybody, for each role."""

import pytest
from playwright.sync_api import Browser, expect

from base.database import transaction
from directory.models import Person
from tests.browser.conftest import House, a_window
from tests.browser.test_every_page import LOOKS, WIDTHS
from tests.console.evening import OWNER, STRANGER
from tests.console.test_pops import rings, water_is_off
from tests.console.test_who_waits import waits

pytestmark = pytest.mark.browser
LEADERS = ("supervisor", "director")
ROLES = ("agent", "technician", *LEADERS)


@pytest.fixture(scope="module", autouse=True)
def busy(still_house: House) -> None:
    """Her telephone rings, a colleague speaks, somebody waits, and the water is off."""
    evening = still_house.evening
    with still_house.app.app_context():
        with transaction() as session:
            session.get_one(Person, evening.owner).special_care = "独居老人，听力不好"
        water_is_off(evening)
        rings(evening, OWNER, "agent", "technician", person_id=evening.owner)
        rings(evening, STRANGER, "second", is_talk=True)
        waits(evening, "late", minutes=4)


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_each_home_is_whole_quiet_and_open_to_everybody(
    chromium: Browser, still_house: House, theme: str, lang: str
) -> None:
    # axe measures with inline styles, which our policy forbids: it gets a window in which they are allowed
    for who in ROLES:
        with a_window(chromium, still_house, width=WIDTHS[0], color_scheme=theme, bypass_csp=True) as window:
            window.logs_in(who, lang=lang)
            expect(window.page.locator("#tonight-card, #shorts")).to_have_count(int(who in LEADERS))
            for fold in window.page.locator("#board details:not([open]):not(.menu) > summary").all():
                if fold.is_visible():
                    fold.click()
            for width in WIDTHS:
                assert window.is_wide(width).sideways_px() == 0, (who, width)
            assert window.barriers() == [], who
            assert window.is_wide(390).barriers() == [], who
            assert window.strangers == []


def test_what_was_folded_up_stays_so_when_the_board_changes(chromium: Browser, house: House) -> None:
    with house.app.app_context():
        rings(house.evening, OWNER, "agent", person_id=house.evening.owner)
    with a_window(chromium, house) as window:
        window.logs_in("agent")
        own = window.page.locator(".pop--mine")
        expect(own.locator(".pop__body")).to_be_visible()
        own.locator("summary").first.click()
        with house.app.app_context():
            rings(house.evening, STRANGER, "second")
        expect(window.page.locator("[data-pop]")).to_have_count(2)
        expect(own.locator(".pop__body")).to_be_hidden()
        assert window.complaints == []
