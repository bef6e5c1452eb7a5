"""A technician's day in the widths, themes and languages people have: whole, quiet, and open to everybody."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House, a_window
from tests.browser.test_every_page import LOOKS, WIDTHS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_a_day_is_whole_and_open_to_everybody(chromium: Browser, still_house: House, theme: str, lang: str) -> None:
    refs = still_house.evening.refs
    with a_window(chromium, still_house, width=WIDTHS[0], color_scheme=theme, bypass_csp=True) as window:
        window.logs_in("technician", lang=lang)
        for path in ("/", f"/?job={refs['mine']}", f"/?job={refs['lift']}", "/?job=000000-0000"):
            window.goes(path)
            for width in WIDTHS:
                assert window.is_wide(width).sideways_px() == 0, (path, width)
            assert window.is_wide(390).barriers() == [], path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_day_fills_a_telephone_whatever_its_words(chromium: Browser, still_house: House, lang: str) -> None:
    with a_window(chromium, still_house, width=390, height=844) as window:
        day = window.logs_in("technician", lang=lang).page.locator(".day").bounding_box()
        assert day is not None
        assert (day["x"], day["width"]) == (0, 390)


def test_the_next_step_is_large_and_never_behind_the_bar_of_the_page(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, width=390, height=844) as window:
        page = window.logs_in("technician").goes(f"/?job={still_house.evening.refs['mine']}").page
        step, bar = page.locator("#do-arrive").bounding_box(), page.locator("header.side").bounding_box()
        assert step is not None
        assert bar is not None
        assert step["height"] >= 48
        assert step["y"] + step["height"] <= bar["y"]
        assert window.complaints == []
