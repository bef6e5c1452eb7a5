"""On paper: A4, nothing to press, a ticket from the first that happened to the last, its level as a word in a box."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser
A4_PX = 720
"""As wide as what a sheet shows between its margins, about 190 mm."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_paper_has_no_chrome_and_tells_it_in_order(chromium: Browser, still_house: House, lang: str) -> None:
    with a_window(chromium, still_house, width=1000) as window:
        page = window.logs_in("agent", lang=lang).goes(f"/tickets/{still_house.evening.refs['lift']}").page
        page.evaluate("() => { window.print = () => { document.body.dataset.printed = 'yes'; }; }")
        page.click("[data-print]")
        expect(page.locator("body")).to_have_attribute("data-printed", "yes")
        page.emulate_media(media="print")
        shown = [
            box.is_visible() for box in page.locator("button, .btn, textarea, nav.side__nav, .toasts, input").all()
        ]
        assert not any(shown)
        tops = [box.bounding_box()["y"] for box in page.locator("#tl > li").all()]  # type: ignore[index]
        assert len(tops) > 2
        assert tops == sorted(tops, reverse=True), "the newest, first on the screen, stands last"
        level = page.locator("#case-head .level").first
        assert level.evaluate("box => getComputedStyle(box).borderTopStyle") == "solid"
        assert level.inner_text().strip()
        assert not re.search(r"1[3-9]\d{9}", page.locator("body").inner_text())
        assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/oncall/handover", "/reports/monthly?period=2026-11"])
def test_a_sheet_on_paper_has_nothing_to_press_and_fits(
    chromium: Browser, still_house: House, path: str, lang: str
) -> None:
    with a_window(chromium, still_house, width=A4_PX) as window:
        page = window.logs_in("supervisor", lang=lang).goes(path).page
        page.emulate_media(media="print")
        pressed = page.locator("button, .btn, select, input:not([type=hidden]), nav.side__nav, .toasts, .seg")
        assert [box.get_attribute("class") for box in pressed.all() if box.is_visible()] == []
        assert window.sideways_px() == 0
        assert any(title.is_visible() for title in page.locator("h1, .rpm__t").all())
        assert not re.search(r"1[3-9]\d{9}", page.locator("body").inner_text())
        assert page.pdf(format="A4").startswith(b"%PDF")
