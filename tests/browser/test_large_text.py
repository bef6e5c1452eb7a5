"""Text of twice the size and nothing else, as a browser's own setting makes it: every page is read to its last word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import House, a_window
from tests.browser.test_every_page import busy, pages
from tests.chromium import launched

pytestmark = pytest.mark.browser

__all__ = ["busy"]

UNREAD = (Path(__file__).parent / "unread.js").read_text("utf-8")
TWICE = "--blink-settings=defaultFontSize=32"
"""Pixels of a text whose size nobody has said: 16 is usual."""


@pytest.fixture(scope="module")
def large() -> Iterator[Browser]:
    """A browser whose text is twice as large, and whose windows are not."""
    with sync_playwright() as playwright:
        browser = launched(playwright, TWICE)
        yield browser
        browser.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_with_text_of_twice_the_size_no_page_is_cut_off_or_written_over(
    large: Browser, still_house: House, lang: str
) -> None:
    with a_window(large, still_house) as window:
        window.logs_in("admin", lang=lang)
        assert window.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        faults: dict[tuple[str, int], list[str]] = {}
        for name, path in pages(still_house).items():
            window.is_wide(720).goes(path)
            for width in (720, 1440):
                wide = [f"{px} px too wide"] if (px := window.is_wide(width).sideways_px()) else []
                faults[name, width] = wide + window.page.evaluate(UNREAD)
        assert {where: found for where, found in faults.items() if found} == {}
