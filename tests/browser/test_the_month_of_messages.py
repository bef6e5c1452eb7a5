"""The month of everything that goes to many under a mouse, under a keyboard and on a telephone."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from base import clock
from base.database import reading, transaction
from console.words import say
from outreach.models import Campaign
from tests.browser.conftest import House, Window, a_window
from tests.console.neighbours import a_notice, lets_go, neighbours
from tests.messages.fake import FakeCarrier

pytestmark = pytest.mark.browser

THURSDAY = datetime.fromisoformat("2026-11-26T10:00:00+08:00")
FRIDAY = datetime.fromisoformat("2026-11-27T10:00:00+08:00")


@pytest.fixture
def street(house: House) -> House:
    """A house with neighbours to write to."""
    house.app.extensions["carrier"] = FakeCarrier(clock=clock.now)
    with house.app.app_context(), transaction() as session:
        neighbours(session, house.evening)
    return house


def drags(page: Page, source: str, target: str) -> None:
    """Press the mouse on one, move, and let go over the other."""
    for one in (source, target):
        page.locator(one).scroll_into_view_if_needed()
    boxes = [page.locator(one).bounding_box() for one in (source, target)]
    places = [(box["x"] + box["width"] / 2, box["y"] + 12) for box in boxes if box is not None]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()


def goes(house: House, id: int) -> datetime | None:
    with house.app.app_context(), reading() as session:
        return session.get_one(Campaign, id).send_at


def is_sound(window: Window) -> None:
    assert window.barriers() == []
    assert window.sideways_px() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_campaign_is_dragged_to_another_day_and_that_is_taken_back(
    chromium: Browser, street: House, lang: str
) -> None:
    id = a_notice(street.app, street.evening, send_at=THURSDAY)
    with a_window(chromium, street, height=1400, bypass_csp=True) as window:
        page = window.logs_in("manager", lang=lang).goes("/plan/month").page
        is_sound(window)
        drags(page, f"#goes-{id} a", "#day-2026-11-27")
        page.wait_for_selector("#shift[open]")
        assert (page.input_value("#shift-day"), page.input_value("#shift-time")) == ("2026-11-27", "10:00")
        day = {"zh": "11月27日 周五", "en": "27 Nov Fri"}[lang]
        assert page.inner_text("#shift-will") == say("plan.day.will", lang, day=day, time="10:00")
        assert goes(street, id) == THURSDAY, "nothing before the dialog"
        is_sound(window)
        page.click("#do-shift")
        page.wait_for_selector("#changed")
        assert page.locator(f"#day-2026-11-27 #goes-{id}").count() == 1
        assert goes(street, id) == FRIDAY
        is_sound(window)
        page.click("#changed button")
        page.wait_for_selector("#changed", state="detached")
        assert goes(street, id) == THURSDAY
        assert window.complaints == []


@pytest.mark.parametrize(("width", "lang"), [(1440, "zh"), (390, "en")])
def test_the_same_goes_by_keyboard_alone(chromium: Browser, street: House, width: int, lang: str) -> None:
    id = a_notice(street.app, street.evening, send_at=THURSDAY)
    with a_window(chromium, street, width=width, bypass_csp=True) as window:
        page = window.logs_in("manager", lang=lang).goes("/plan/month").page
        is_sound(window)
        page.focus(f"#goes-{id} [data-shift]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#shift[open]")
        assert page.evaluate("document.activeElement.id") == "shift-day"
        page.keyboard.press("Escape")
        assert page.evaluate("'shift' in document.activeElement.dataset"), "focus goes back"
        page.keyboard.press("Enter")
        page.fill("#shift-day", "2026-11-27")
        page.fill("#shift-time", "11:30")
        assert "11:30" in page.inner_text("#shift-will")
        is_sound(window)
        page.keyboard.press("Enter")
        page.wait_for_selector("#changed")
        assert goes(street, id) == FRIDAY.replace(hour=11, minute=30)
        assert window.complaints == []


def test_what_is_refused_leaves_the_dialog_open_with_the_reason(chromium: Browser, street: House) -> None:
    id = a_notice(street.app, street.evening, send_at=THURSDAY)
    with a_window(chromium, street, height=1400, bypass_csp=True) as window:
        page = window.logs_in("manager").goes("/plan/month").page
        drags(page, f"#goes-{id} a", "#day-2026-11-20")
        page.wait_for_selector("#shift[open]")
        page.click("#do-shift")
        expect(page.locator("#shift[open] #shift-fault")).to_contain_text("发送时间已经过去")
        assert page.input_value("#shift-day") == "2026-11-20"
        assert "水箱清洗" in page.inner_text("#shift-what")
        is_sound(window)
        assert goes(street, id) == THURSDAY


def test_what_was_approved_says_why_it_keeps_its_day(chromium: Browser, street: House) -> None:
    id = a_notice(street.app, street.evening, send_at=THURSDAY)
    lets_go(street.app, street.evening, id)
    with a_window(chromium, street, height=1400, bypass_csp=True) as window:
        page = window.logs_in("manager").goes("/plan/month").page
        drags(page, f"#goes-{id} a", "#day-2026-11-27")
        expect(page.locator("#stays[open]")).to_contain_text("批准的就是这个时间")
        is_sound(window)
        page.click("#stays [data-close]")
        page.click(f"#goes-{id} [data-shift]")
        expect(page.locator("#stays[open]")).to_contain_text("水箱清洗")
        assert window.complaints == []


def test_a_press_on_a_campaign_leads_to_it_and_days_stand_below_one_another_on_a_telephone(
    chromium: Browser, street: House
) -> None:
    id = a_notice(street.app, street.evening, send_at=THURSDAY)
    with a_window(chromium, street, width=390) as window:
        page = window.logs_in("manager").goes("/plan/month").page
        boxes = [page.locator(f"#day-2026-11-{day}").bounding_box() for day in (22, 26)]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
        assert not page.locator("#day-2026-11-24").is_visible(), "a day with nothing on it"
        assert window.sideways_px() == 0
        page.click(f"#goes-{id} a")
        page.wait_for_url(f"{street.address}/campaigns/{id}")
