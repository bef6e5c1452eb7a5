"""Where one goes from any page: in every window all of it is reached, also on a low screen and on a tablet."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser

OUTSIDE = """() => [...document.querySelectorAll('.side :is(a, button)')]
    .filter(one => one.checkVisibility({visibilityProperty: true}))
    .filter(one => {
        one.scrollIntoView({block: 'nearest'});
        const {x, y, width, height} = one.getBoundingClientRect();
        return !one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    })
    .map(one => one.textContent.trim())"""
"""What is drawn and cannot be pressed, wherever one scrolls in the list."""


def places(page: Page) -> set[str]:
    """Where one can go now."""
    return {str(one.get_attribute("href")) for one in page.locator(".side a[href]").all() if one.is_visible()}


@pytest.mark.parametrize(("width", "height"), [(1280, 640), (1000, 560), (390, 700)])
def test_every_place_and_the_way_out_are_reached(chromium: Browser, house: House, width: int, height: int) -> None:
    with a_window(chromium, house, width=1440, height=1400) as window:
        page = window.logs_in("admin").page
        everywhere = places(page)
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.querySelector('.page').style.minHeight = '3000px'")
        if page.locator("[data-more]").is_visible():
            assert page.evaluate(OUTSIDE) == []
            page.click("[data-more]")
        expect(page.locator("[data-log-out] button")).to_be_in_viewport(ratio=1)
        assert places(page) | {"/"} == everywhere
        assert page.evaluate(OUTSIDE.replace(".side :is", ".side__foot :is")) == []
        assert page.evaluate("scrollY") == 0
        assert window.barriers() == []
        page.click("[data-theme-switch]")
        page.click("[data-log-out] button")
        page.wait_for_url("**/login*")
