"""The link to one's own shifts, made at the desk on a screen and on a telephone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang"), [(1440, "zh"), (390, "en")])
def test_a_link_is_made_and_revoked_and_the_card_is_open_to_everybody(
    chromium: Browser, house: House, width: int, lang: str
) -> None:
    with a_window(chromium, house, width=width, bypass_csp=True) as window:
        page = window.logs_in("technician", lang=lang).goes("/oncall").page
        page.click("#do-calendar")
        link = page.input_value("#cal-link")
        assert link.endswith(".ics")
        assert page.locator("#calendar a").get_attribute("href") == "webcal" + link.removeprefix("http")
        assert window.sideways_px() == 0
        assert window.barriers() == []
        page.click("#do-revoke")
        page.click("#do-revoke-sure")
        page.wait_for_selector("#do-revoke", state="detached")
        assert window.barriers() == []
        assert window.complaints == []
