"""A questionnaire made in a browser: on a desk and on a telephone, without a file and without losing a letter."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, a_window

pytestmark = pytest.mark.browser


def choose(page: Page, key: str, scale: str) -> None:
    page.select_option(f"#scale-{key}", scale)


def test_it_is_typed_seen_and_heard_walked_kept_and_published(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("director").goes("/questionnaires")
        page = window.page
        page.click("#qn-new")
        expect(page.locator("h1")).to_have_text("未命名的问卷")
        expect(page.locator("#title-fault-1")).to_be_visible()
        page.fill("#title-zh", "停车调查")
        page.fill("#title-en", "Parking")
        page.locator("#ask-zh-q1").press_sequentially("您对停车满意吗？")
        expect(page.locator("#text-zh-q1")).to_contain_text("小调查：您对停车满意吗？请回复1非常满意")
        expect(page.locator("#call-zh-q1")).to_contain_text("您对停车满意吗？非常满意请按1")
        expect(page.locator("#size-zh-q1")).to_contain_text("1 条计费")
        assert page.evaluate("document.activeElement.id") == "ask-zh-q1"
        page.fill("#ask-en-q1", "Is parking all right?")
        page.click("#qn-add")
        expect(page.locator("#q-h-q2")).to_have_text("第 2 题")
        assert page.input_value("#ask-zh-q1") == "您对停车满意吗？"
        choose(page, "q2", "choice")
        expect(page.locator("#choice-zh-5-q2")).to_be_visible()
        for number, (zh, en) in enumerate((("车位", "places"), ("收费", "fees")), 1):
            page.fill(f"#choice-zh-{number}-q2", zh)
            page.fill(f"#choice-en-{number}-q2", en)
        page.fill("#ask-zh-q2", "哪方面？")
        page.fill("#ask-en-q2", "What is it?")
        page.select_option("#next-low-q1", "q2")
        page.select_option("#next-default-q1", "end")
        expect(page.locator("#qn-sound")).to_be_visible()
        page.click("#press-4")
        expect(page.locator("#step-now")).to_contain_text("哪方面？车位请按1，收费请按2。")
        page.click("#press-back")
        page.click("#press-1")
        expect(page.locator("#step-now")).to_contain_text("谢谢您的回答。再见。")
        page.click("#qn-save")
        expect(page.locator(".toast-x")).to_contain_text("草稿已存")
        assert page.input_value("#choice-en-2-q2") == "fees"
        page.click("#try-text")
        expect(page.locator(".toast-x")).to_contain_text("测试已在路上")
        page.check("#sure")
        page.click("#do-publish")
        expect(page.locator(".toast-x")).to_contain_text("已发布")
        expect(page.locator(".top__sub")).to_contain_text("第 1 版")
        window.goes("/waves")
        expect(page.locator("#questionnaire")).to_contain_text("停车调查 · 第 1 版")
        assert window.complaints == []


def test_on_a_telephone_in_english_questions_change_places_and_keep_their_words(
    chromium: Browser, house: House
) -> None:
    with a_window(chromium, house, width=390) as window:
        window.logs_in("director", lang="en").goes("/questionnaires")
        page = window.page
        page.click("#from-short")
        expect(page.locator("#text-en-news")).to_contain_text("How satisfied are you with our notices")
        page.fill("#ask-en-news", "Are our notices clear?")
        expect(page.locator("#text-en-news")).to_contain_text("Are our notices clear? Reply 1 very satisfied")
        page.click("#down-news")
        expect(page.locator("#q-h-news")).to_have_text("Question 2")
        expect(page.locator("#q-h-reached")).to_have_text("Question 1")
        assert page.input_value("#ask-en-news") == "Are our notices clear?"
        page.fill("#ask-en-reached", "")
        expect(page.locator("#ask-reached-fault-1")).to_have_text("Give its words in zh and en")
        expect(page.locator("#qn-not-yet")).to_contain_text("1 to put right")
        page.click("#remove-reached")
        expect(page.locator("#q-reached")).to_have_count(0)
        expect(page.locator("#qn-sound")).to_be_visible()
        assert window.sideways_px() == 0
        assert window.complaints == []
