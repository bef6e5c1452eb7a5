"""The pages of the outgoing webhooks, in the widths, themes and languages people have."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House, a_window
from tests.browser.test_every_page import LOOKS, WIDTHS
from tests.hooks.told import two_systems

pytestmark = pytest.mark.browser
PAGES = ("/webhooks", "/webhooks/1", "/webhooks/2?tab=given_up", "/webhooks/3", "/webhooks/deliveries/1")


@pytest.fixture(scope="module", autouse=True)
def told(still_house: House) -> None:
    with still_house.app.app_context():
        two_systems(still_house.evening)


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_the_pages_are_whole_and_open_to_everybody(
    chromium: Browser, still_house: House, theme: str, lang: str
) -> None:
    # axe measures with inline styles, which our policy forbids: it gets a window in which they are allowed
    with a_window(chromium, still_house, width=WIDTHS[0], color_scheme=theme, bypass_csp=True) as window:
        window.logs_in("admin", lang=lang)
        for page in PAGES:
            window.goes(page)
            for width in WIDTHS:
                assert window.is_wide(width).sideways_px() == 0, (page, width)
            for width in (390, 1440):
                assert window.is_wide(width).barriers() == [], (page, width)
