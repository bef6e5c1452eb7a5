"""The charts of the reports: drawn, in the colours of the theme, and drawn anew when that is changed."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House, Window, a_window

pytestmark = pytest.mark.browser
FIRST = {"light": "12,102,96", "dark": "67,179,166"}
"""Of the first series, as red, green and blue."""
PAINTED = """place => {
  const sheet = place.querySelector("canvas"), found = new Set();
  if (!sheet) return [];
  const dots = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height).data;
  for (let at = 0; at < dots.length; at += 4)
    if (dots[at + 3] === 255) found.add(`${dots[at]},${dots[at + 1]},${dots[at + 2]}`);
  return [...found];
}"""


def colours(window: Window, section: str) -> set[str]:
    """What stands on the canvas of a section's chart, as red, green and blue."""
    return set(window.page.locator(f"#{section} [data-chart]").evaluate(PAINTED))


@pytest.mark.parametrize(("theme", "other"), [("light", "dark"), ("dark", "light")])
def test_a_chart_is_drawn_in_the_colours_of_the_theme(
    chromium: Browser, still_house: House, theme: str, other: str
) -> None:
    with a_window(chromium, still_house, color_scheme=theme) as window:
        window.logs_in("manager").goes("/reports/tickets?period=2026-11")
        assert FIRST[theme] in colours(window, "category")
        window.page.click("[data-theme-switch]")
        assert FIRST[other] in colours(window, "category")
        window.goes("/reports/monthly?period=2026-11")
        places = window.page.locator("[data-chart]").count()
        assert places > 2
        assert window.page.locator("[data-chart] canvas").count() == places, "each has its picture"
        # the test reads the canvas again and again, which no page does
        assert [line for line in window.complaints if not line.startswith("Canvas2D:")] == []
