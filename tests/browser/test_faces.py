"""Two browsers on one ticket: each shows who sits at the other, until they leave."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from base import clock
from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "words"), [("zh", "刘洋也在看"), ("en", "Also here: 刘洋")])
def test_a_face_comes_with_a_colleague_and_goes_with_them(
    chromium: Browser, house: House, lang: str, words: str
) -> None:
    path = f"/tickets/{house.evening.refs['lift']}"
    with a_window(chromium, house) as mine:
        page = mine.logs_in("agent", lang=lang).goes(path).page
        face, said = page.locator("#also .face"), page.get_by_role("status").filter(has_text=words)
        expect(page.locator("#also")).to_have_text("")
        page.fill("#note", "正在写的一句话")
        with a_window(chromium, house, width=390, height=844) as theirs:
            theirs.logs_in("supervisor", lang=lang).goes(path)
            expect(face).to_have_text("刘")
            expect(face).to_have_attribute("title", "刘洋")
            expect(said).to_have_count(1)
            expect(theirs.page.locator("#also .face")).to_have_attribute("title", "张敏")
            assert theirs.sideways_px() == 0
            assert theirs.complaints == []
            assert theirs.barriers() == []
        clock.stop_at(clock.now() + timedelta(seconds=13))
        expect(face).to_have_count(0)
        expect(page.locator("#also")).to_have_text("")
        assert page.input_value("#note") == "正在写的一句话"
        assert mine.complaints == mine.strangers == []
