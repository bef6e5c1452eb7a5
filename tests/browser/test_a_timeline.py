"""The timeline of a ticket, looked at in part: by keys, through live changes, and whole on paper."""

import pytest
from playwright.sync_api import Browser, Page, expect

from console.words import say
from tests.browser.conftest import House, a_window
from tests.browser.test_a_living_desk import writes

pytestmark = pytest.mark.browser


def shown(page: Page) -> list[str]:
    """What the entries on the screen belong to."""
    return [row.get_attribute("data-of") or "" for row in page.locator("#tl .ev").all() if row.is_visible()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_part_of_it_is_chosen_by_keys_and_stays_chosen_while_the_page_is_open(
    chromium: Browser, house: House, lang: str
) -> None:
    path = f"/tickets/{house.evening.refs['done']}"
    with a_window(chromium, house, width=390, height=844) as window:
        page = window.logs_in("agent", lang=lang).goes(path).page
        whole = page.locator("#tl .ev").count()
        assert len(shown(page)) == whole
        part = {name: page.get_by_label(say(f"timeline.show.{name}", lang), exact=True) for name in ("all", "written")}
        part["all"].focus()
        page.keyboard.press("ArrowRight")
        expect(part["written"]).to_be_checked()
        assert 0 < len(shown(page)) < whole
        assert all("written" in one.split() for one in shown(page))
        writes(house, "done", "刚写的一句话")
        expect(page.locator("#tl")).to_contain_text("刚写的一句话")
        expect(part["written"]).to_be_checked()
        expect(part["written"]).to_be_focused()
        assert all("written" in one.split() for one in shown(page))
        for name in ("contact", "clock"):
            page.keyboard.press("ArrowRight")
            assert all(name in one.split() for one in shown(page))
            assert bool(shown(page)) is not page.locator("#tl-none").is_visible()
        page.emulate_media(media="print")
        assert len(shown(page)) == whole + 1
        page.emulate_media(media="screen")
        assert window.sideways_px() == 0
        assert window.complaints == []
        assert window.barriers() == []
        expect(window.goes(path).page.locator("#tl-show [value=all]")).to_be_checked()
        assert len(shown(page)) == whole + 1
