"""The browser that pages are looked at in."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium: the machine's own, else Playwright's; plainly skipped where there is none.

    A module long and no longer: while it is open an event loop runs in this thread, and neither a second browser
    nor any other loop can be started by the tests that follow.
    """
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


def launched(playwright: Playwright, *more: str) -> Browser:
    """The machine's own Chromium, else Playwright's, told `more`. Skips the test where there is none."""
    own = next((found for name in NAMES if (found := shutil.which(name))), None)
    if own is None and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("Chromium is not installed: browser tests are left out (playwright install chromium)")
    try:
        return playwright.chromium.launch(executable_path=own, args=["--no-sandbox", *more])
    except Error as error:
        pytest.fail(f"Chromium is installed and does not start: {error}")
