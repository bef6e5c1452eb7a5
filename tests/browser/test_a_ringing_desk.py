"""While somebody calls: the title says it, and the desk rings where this browser was asked to."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from base import clock
from base.database import transaction
from hotline.actions import waiting
from hotline.models import Call
from hotline.waitingline import LeftHow
from oncall.models import Page, PageState
from tests.browser.conftest import House, Window, a_window
from tests.browser.test_a_living_desk import all_else_is_taken, takes
from tests.chromium import launched
from tests.console.evening import OWNER, STRANGER
from tests.console.test_pops import rings
from tests.console.test_who_waits import waits

pytestmark = pytest.mark.browser
TITLES = {
    "zh": ("工作台 · 回音", "(1) 来电 · 工作台 · 回音", "(2) 来电 · 工作台 · 回音"),
    "en": ("Desk · Huiyin", "(1) Call · Desk · Huiyin", "(2) Calls · Desk · Huiyin"),
}
"""With nobody, one, and two who call."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that lets no page sound before somebody has pressed something on it, as those of people do."""
    with sync_playwright() as playwright:
        browser = launched(playwright, "--autoplay-policy=document-user-activation-required")
        yield browser
        browser.close()


@pytest.fixture
def calm(house: House) -> House:
    """No alarm stands in the title."""
    all_else_is_taken(house)
    takes(house, "alarm", "technician")
    return house


def calls(house: House, number: str, who: str, *, is_talk: bool = False) -> int:
    with house.app.app_context():
        return rings(house.evening, number, who, is_talk=is_talk)


def comes(house: House, call_id: int) -> None:
    """The one whose telephone rings presses 1."""
    with house.app.app_context(), transaction() as session:
        ticket_id = session.get_one(Call, call_id).ticket_id
        page = session.query(Page).filter_by(ticket_id=ticket_id).one()
        page.state, page.joined_at = PageState.ACKNOWLEDGED, clock.now()


def leaves(house: House, call_id: int) -> None:
    """Whoever waited has hung up."""
    with house.app.app_context(), transaction() as session:
        waiting.leave(session, call_id, LeftHow.HUNG_UP, at=clock.now())


def is_titled(window: Window, title: str) -> None:
    expect(window.page).to_have_title(re.compile(f"^{re.escape(title)}$"))


@pytest.mark.parametrize("lang", TITLES)
def test_the_title_says_who_rings_or_waits_until_somebody_speaks_with_them(
    chromium: Browser, calm: House, lang: str
) -> None:
    nobody, one, two = TITLES[lang]
    with a_window(chromium, calm) as window:
        window.logs_in("agent", lang=lang)
        is_titled(window, nobody)
        call = calls(calm, OWNER, "agent")
        is_titled(window, one)
        with calm.app.app_context():
            waits_too = waits(calm.evening, "late")
        is_titled(window, two)
        comes(calm, call)
        is_titled(window, one)
        leaves(calm, waits_too)
        is_titled(window, nobody)
        assert window.complaints == []


def test_a_tab_that_nobody_looks_at_says_it_too(chromium: Browser, calm: House) -> None:
    with a_window(chromium, calm) as window:
        page = window.page
        page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})")
        page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
        window.logs_in("agent")
        calls(calm, STRANGER, "second")
        is_titled(window, TITLES["zh"][1])


def test_a_technicians_day_says_it_of_their_own_telephone_only(chromium: Browser, calm: House) -> None:
    with a_window(chromium, calm, width=390, height=844) as window:
        window.logs_in("technician")
        usual = window.page.title()
        calls(calm, STRANGER, "second")
        call = calls(calm, OWNER, "technician")
        is_titled(window, f"(1) 来电 · {usual}")
        comes(calm, call)
        is_titled(window, usual)


STRUCK = """() => {
  window.struck = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.struck += 1; return start.apply(this, when); };
}"""
"""Counts every sound that the page makes."""


def listens(window: Window) -> Window:
    window.page.add_init_script(f"({STRUCK})()")
    return window


def struck(window: Window) -> int:
    return int(window.page.evaluate("window.struck"))


def is_heard(window: Window, more_than: int) -> None:
    """A telephone rings and the desk with it."""
    for _ in range(300):
        if struck(window) > more_than:
            return
        window.page.wait_for_timeout(100)
    pytest.fail("the desk stays silent")


def test_the_desk_is_silent_until_its_switch_is_pressed_and_keeps_it_in_this_browser(
    chromium: Browser, calm: House
) -> None:
    with a_window(chromium, calm) as window:
        page = listens(window).logs_in("agent").page
        bell = page.get_by_role("switch", name="来电响铃")
        expect(bell).not_to_be_checked()
        expect(bell).to_contain_text("关")
        call = calls(calm, OWNER, "second")
        is_titled(window, TITLES["zh"][1])
        assert struck(window) == 0
        bell.click()
        expect(bell).to_be_checked()
        is_heard(window, 2)  # two strokes, and the next two of a desk that goes on ringing
        comes(calm, call)
        is_titled(window, TITLES["zh"][0])
        assert window.goes("/").page.evaluate("window.struck") == 0
        expect(bell).to_be_checked()
        page.mouse.click(2, 2)
        calls(calm, STRANGER, "second")
        is_heard(window, 0)
        bell.click()
        expect(bell).not_to_be_checked()
        window.goes("/")
        expect(bell).not_to_be_checked()


def test_the_desk_does_not_ring_into_the_ear_of_who_speaks(chromium: Browser, calm: House) -> None:
    """What is said between the two is not drowned by whoever waits; the title says it all the same."""
    calls(calm, OWNER, "agent", is_talk=True)
    calls(calm, STRANGER, "second")
    with a_window(chromium, calm) as window:
        page = listens(window).logs_in("agent").page
        is_titled(window, TITLES["zh"][1])
        page.get_by_role("switch").click()
        is_heard(window, 1)  # how it will sound
        expect(page.locator("#callers:not([data-rings])")).to_have_count(1)
        assert struck(window) == 2


def test_where_the_browser_forbids_sound_the_page_says_so_and_rings_after_a_press(
    chromium: Browser, calm: House
) -> None:
    with a_window(chromium, calm) as window:
        page = listens(window).logs_in("agent", lang="en").page
        page.evaluate("localStorage.setItem('huiyin.bell', 'on')")
        window.goes("/")
        mute = page.get_by_text("The browser keeps this page silent.")
        expect(mute).to_be_visible()
        calls(calm, OWNER, "agent")
        is_titled(window, TITLES["en"][1])
        expect(page.locator("[data-pop]")).to_be_visible()
        assert struck(window) == 0
        page.mouse.click(2, 2)
        expect(mute).to_be_hidden()
        is_heard(window, 0)
