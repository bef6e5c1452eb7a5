"""The one search box, with the keyboard alone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser


def test_somebody_is_looked_for_and_opened_without_a_mouse(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, bypass_csp=True) as window:
        page = window.logs_in("agent").page
        page.keyboard.press("Control+k")
        page.keyboard.type("lin ting")
        page.keyboard.press("Enter")
        page.wait_for_selector("#found-h")
        for width in (320, 390, 720, 1440):
            assert window.is_wide(width).sideways_px() == 0, width
            assert window.barriers() == [], width
        kinds = []
        page.evaluate("document.activeElement.blur()")
        for _ in range(40):
            page.keyboard.press("j")
            kinds.append(page.evaluate("document.activeElement.className"))
        assert list(dict.fromkeys(kinds)) == ["fk__a", "tk__a", "cl__a num"], "people, then tickets, then calls"
        for _ in range(40):
            page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/people/{still_house.evening.owner}")
