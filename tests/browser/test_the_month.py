"""The month of the rota under a mouse, under a keyboard and on a telephone."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from base.database import reading, transaction
from console.words import say
from directory.models import Project, Staff
from oncall.ladder import Post
from oncall.models import Override
from tests import make
from tests.browser.conftest import House, Window, a_window

pytestmark = pytest.mark.browser

THURSDAY = datetime.fromisoformat("2026-11-26T14:00:00+08:00")
TURN, HOLE = "#day-2026-11-26 [data-slot]:has-text('周建国')", "#day-2026-11-28 [data-slot]"


@pytest.fixture
def thursday(house: House) -> House:
    with house.app.app_context(), transaction() as session:
        project = session.get_one(Project, house.evening.home_project)
        who = session.get_one(Staff, house.evening.staff["technician"])
        make.a_shift(session, project, who, Post.FIRST, THURSDAY, hours=6)
    return house


def drags(page: Page, source: str, target: str) -> None:
    """Press the mouse on one, move, and let go over the other."""
    boxes = []
    for one in (source, target):
        page.locator(one).first.scroll_into_view_if_needed()
    for one in (source, target):
        box = page.locator(one).first.bounding_box()
        assert box is not None
        boxes.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    page.mouse.move(*boxes[0])
    page.mouse.down()
    page.mouse.move(*boxes[1], steps=8)
    page.mouse.up()
    page.wait_for_selector("#move[open]")


def written(house: House) -> list[tuple[int, datetime, bool]]:
    with house.app.app_context(), reading() as session:
        rows = session.scalars(select(Override).order_by(Override.id)).all()
        return [(one.staff_id, one.starts_at.astimezone(UTC), one.withdrawn_at is not None) for one in rows]


def is_sound(window: Window) -> None:
    assert window.barriers() == []
    assert window.sideways_px() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_is_dragged_onto_a_turn_and_it_is_taken_back(chromium: Browser, thursday: House, lang: str) -> None:
    second, starts = thursday.evening.staff["second"], THURSDAY.replace(hour=8).astimezone(UTC)
    with a_window(chromium, thursday, height=1400, bypass_csp=True) as window:
        page = window.logs_in("supervisor", lang=lang).goes("/oncall/month").page
        is_sound(window)
        drags(page, f".rota__people [data-staff='{second}']", TURN)
        assert page.input_value("#move-staff") == str(second)
        assert page.inner_text("#move-will") == say("month.will", lang, who="何磊", other="周建国")
        assert written(thursday) == [], "nothing before the dialog"
        is_sound(window)
        page.fill("#move-reason", "fever")
        page.click("#do-move")
        page.wait_for_selector("#written")
        assert page.locator("#day-2026-11-26", has_text="何磊").count() == 1
        assert written(thursday) == [(second, starts, False)]
        is_sound(window)
        page.click("#written button")
        page.wait_for_selector("#written", state="detached")
        assert page.locator("#day-2026-11-26", has_text="周建国").count() == 1
        assert written(thursday) == [(second, starts, True)]
        assert window.complaints == []


def test_a_person_is_dragged_from_one_cell_to_a_hole_in_another(chromium: Browser, thursday: House) -> None:
    with a_window(chromium, thursday, height=1400) as window:
        page = window.logs_in("supervisor").goes("/oncall/month").page
        drags(page, TURN, HOLE)
        assert page.inner_text("#move-will") == say("month.fill", "zh", who="周建国")
        page.fill("#move-reason", "补上")
        page.click("#do-move")
        page.wait_for_selector("#written")
        assert [who for who, *_ in written(thursday)] == [thursday.evening.staff["technician"]]
        assert page.locator("#day-2026-11-26", has_text="周建国").count() == 1, "their own turn stays"
        assert window.complaints == []


@pytest.mark.parametrize(("width", "lang"), [(1440, "zh"), (390, "en")])
def test_the_same_goes_by_keyboard_alone(chromium: Browser, thursday: House, width: int, lang: str) -> None:
    with a_window(chromium, thursday, width=width, bypass_csp=True) as window:
        page = window.logs_in("supervisor", lang=lang).goes("/oncall/month").page
        is_sound(window)
        page.focus(TURN)
        page.keyboard.press("Enter")
        page.wait_for_selector("#move[open]")
        assert page.evaluate("document.activeElement.id") == "move-staff"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.name") == "周建国", "focus goes back"
        page.keyboard.press("Enter")
        page.select_option("#move-staff", label="何磊")
        assert page.inner_text("#move-will") == say("month.will", lang, who="何磊", other="周建国")
        is_sound(window)
        page.fill("#move-reason", "发烧")
        page.keyboard.press("Enter")
        page.wait_for_selector("#written")
        assert [who for who, *_ in written(thursday)] == [thursday.evening.staff["second"]]
        assert window.complaints == []


def test_what_clashes_leaves_the_dialog_open_with_the_reason(chromium: Browser, thursday: House) -> None:
    with thursday.app.app_context(), transaction() as session:
        project = session.get_one(Project, thursday.evening.home_project)
        make.a_shift(
            session, project, session.get_one(Staff, thursday.evening.staff["second"]), Post.SECOND, THURSDAY, hours=6
        )
    with a_window(chromium, thursday, height=1400, bypass_csp=True) as window:
        page = window.logs_in("supervisor").goes("/oncall/month").page
        drags(page, f".rota__people [data-staff='{thursday.evening.staff['second']}']", TURN)
        page.fill("#move-reason", "发烧")
        page.click("#do-move")
        page.wait_for_selector("#move[open] #move-fault")
        assert page.input_value("#move-reason") == "发烧"
        assert page.inner_text("#move-will") == say("month.will", "zh", who="何磊", other="周建国")
        is_sound(window)
        assert written(thursday) == []


def test_on_a_telephone_the_month_is_a_list_by_day(chromium: Browser, thursday: House) -> None:
    with a_window(chromium, thursday, width=390) as window:
        page = window.logs_in("technician").goes("/oncall/month").page
        boxes = [page.locator(f"#day-2026-11-{day}").bounding_box() for day in (26, 27)]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"], "one below the other"
        assert "周四" in page.inner_text("#day-2026-11-26")
        assert window.sideways_px() == 0
