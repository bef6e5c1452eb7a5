"""Ctrl K and the other keys: pages, what can be done to a ticket, the search behind; and an input method."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import House, Window, a_window
from tests.console.evening import OWNER
from tests.console.test_pops import rings

pytestmark = pytest.mark.browser


@contextmanager
def at_work(chromium: Browser, house: House, who: str = "agent", path: str = "/", lang: str = "zh") -> Iterator[Window]:
    """A window of somebody on a page."""
    with a_window(chromium, house) as window:
        yield window.logs_in(who, lang=lang).goes(path)


def looks_for(page: Page, words: str) -> Page:
    """Open the palette and type."""
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    return page


def composes(method: CDPSession, text: str) -> None:
    """What an input method shows while its letters are not yet signs."""
    method.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


@pytest.mark.parametrize(
    ("lang", "typed", "path"),
    [
        ("zh", "值班", "/oncall"), ("zh", "xiaoxi", "/messages"), ("zh", "yz", "/people"),
        ("zh", "Incid", "/incidents"), ("en", "call b", "/ring-backs"), ("en", "业主", "/people"),
        ("zh", "我的账号", "/me"),
    ],
)  # fmt: skip
def test_a_page_is_found_and_gone_to(chromium: Browser, still_house: House, lang: str, typed: str, path: str) -> None:
    with at_work(chromium, still_house, path="/contacts", lang=lang) as window:
        looks_for(window.page, typed).keyboard.press("Enter")
        window.page.wait_for_url(still_house.address + path)
        assert window.complaints == []


def test_what_is_no_page_is_posted_to_the_search_from_anywhere(chromium: Browser, still_house: House) -> None:
    with at_work(chromium, still_house, path="/oncall") as window:
        page = looks_for(window.page, "13812346021")
        assert page.locator("#palette [role=option]:visible").count() == 1
        page.keyboard.press("Enter")
        page.wait_for_selector("#found-h")
        assert "6021" not in page.url
        looks_for(page, "消息").keyboard.press("ArrowUp")
        expect(page.locator("#palette-find")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.locator("#q")).to_have_value("消息")


def test_while_an_input_method_composes_nothing_is_chosen_and_no_key_counts(
    chromium: Browser, still_house: House
) -> None:
    with at_work(chromium, still_house) as window:
        page = window.page
        method = page.context.new_cdp_session(page)
        page.keyboard.press("Control+k")
        before = page.locator("#palette [role=option]:visible").count()
        composes(method, "yezhu")
        assert page.input_value("#palette-q") == "yezhu"
        assert page.locator("#palette [role=option]:visible").count() == before
        swallowed = {"code": "Enter", "key": "Process", "windowsVirtualKeyCode": 229}
        method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **swallowed})
        expect(page.locator("#palette")).to_be_visible()
        method.send("Input.insertText", {"text": "业主"})
        expect(page.locator("#palette [role=option][aria-selected=true]")).to_have_text("业主")
        page.keyboard.press("Escape")
        for code in ("KeyJ", "KeyN", "F2"):
            method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **swallowed, "code": code})
        assert page.evaluate("document.activeElement.className") != "tk__a"
        assert page.locator(".toast-x").count() == 0
        assert page.url.removesuffix("?lang=zh") == still_house.address + "/"


def test_a_key_counts_by_its_place_whatever_letter_is_written_there(chromium: Browser, still_house: House) -> None:
    with at_work(chromium, still_house) as window:
        page = window.page
        method = page.context.new_cdp_session(page)
        key = {"code": "KeyJ", "key": "\u043e", "windowsVirtualKeyCode": 74}
        method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
        assert page.evaluate("document.activeElement.className") == "tk__a"


def test_the_keys_are_listed_and_one_opens_a_ticket_anew(chromium: Browser, still_house: House) -> None:
    with at_work(chromium, still_house) as window:
        page = window.page
        page.keyboard.press("Shift+Slash")
        expect(page.locator("#keys")).to_contain_text("F2")
        page.keyboard.press("n")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.wait_for_url("**/tickets/new")
        page.focus("#words")
        page.keyboard.type("jn?")
        assert page.input_value("#words") == "jn?"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_palette_and_the_list_of_keys_are_open_to_everybody(
    chromium: Browser, still_house: House, theme: str, lang: str
) -> None:
    with a_window(chromium, still_house, color_scheme=theme, bypass_csp=True) as window:
        window.logs_in("admin", lang=lang).goes(f"/tickets/{still_house.evening.refs['mine']}")
        page = window.page
        for width in (320, 390, 1440):
            window.is_wide(width)
            page.keyboard.press("Control+k")
            expect(page.locator("#palette")).to_be_visible()
            assert (window.barriers(), window.sideways_px()) == ([], 0), width
            page.keyboard.type("o")
            assert (window.barriers(), window.sideways_px()) == ([], 0), width
            page.keyboard.press("Escape")
            page.keyboard.press("Shift+Slash")
            expect(page.locator("#keys")).to_be_visible()
            assert (window.barriers(), window.sideways_px()) == ([], 0), width
            page.keyboard.press("Escape")


def test_a_finger_or_a_mouse_opens_it_too(chromium: Browser, still_house: House) -> None:
    with at_work(chromium, still_house) as window:
        page = window.page
        page.click(".side > [data-palette]")
        page.locator("#palette").get_by_role("option", name="值班", exact=True).click()
        page.wait_for_url("**/oncall")
        window.is_wide(390)
        page.click("[data-more]")
        page.click(".side__rest [data-palette]")
        expect(page.locator("#palette")).to_be_visible()
        page.click("#palette [data-close]")
        expect(page.locator("#palette")).to_be_hidden()


def test_what_can_be_done_to_a_ticket_is_found_and_an_idle_enter_does_nothing(chromium: Browser, house: House) -> None:
    with at_work(chromium, house, "supervisor", f"/tickets/{house.evening.refs['alarm']}") as window:
        page = window.page
        page.keyboard.press("Control+k")
        page.keyboard.press("Enter")
        expect(page.locator("#palette")).to_be_visible()
        page.keyboard.type("工单")
        expect(page.locator("#palette [role=option][aria-selected=true]")).to_have_text("工单")
        page.fill("#palette-q", "改派")
        page.keyboard.press("Enter")
        expect(page.locator("dialog#assign[open]")).to_be_visible()
        page.keyboard.press("Control+k")
        expect(page.locator("#palette")).to_be_hidden()
        page.keyboard.press("Escape")
        looks_for(page, "接单")
        page.locator("#palette-do-acknowledge").click()
        expect(page.locator(".toast-x")).to_contain_text("已接单")
        page.wait_for_load_state()
        page.keyboard.press("Control+k")
        expect(page.locator("#palette-acts")).to_be_visible()
        assert page.locator("#palette-do-acknowledge").count() == 0, "it was done"
        page.goto(house.address + "/oncall")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette")).to_be_visible()
        expect(page.locator("#palette-acts")).to_be_hidden()
        assert window.complaints == []


def test_single_letters_switched_off_stay_off_in_every_browser_and_the_others_work(
    chromium: Browser, house: House
) -> None:
    with at_work(chromium, house, path="/me") as window:
        window.page.click("#do-letters")
        expect(window.page.locator(".toast-x")).to_be_visible()
    with at_work(chromium, house) as window:
        page = window.page
        for key in ("j", "n", "Shift+Slash"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement.className") != "tk__a"
        assert page.locator("dialog[open]").count() == 0
        looks_for(page, "快捷键").keyboard.press("Enter")
        expect(page.locator("#keys")).to_contain_text("您关闭了单个字母的快捷键")
        window.goes("/me").page.click("#do-letters")
        window.goes("/").page.keyboard.press("j")
        assert page.evaluate("document.activeElement.className") == "tk__a"


def test_the_call_that_rings_is_one_key_away_from_any_page(chromium: Browser, house: House) -> None:
    with at_work(chromium, house, path="/oncall") as window:
        page = window.page
        page.keyboard.press("F2")
        page.wait_for_url("**/")
        expect(page.locator(".toast-x")).to_contain_text("现在没有来电在响")
        with house.app.app_context():
            rings(house.evening, OWNER, "second", person_id=house.evening.owner)
            mine = rings(house.evening, OWNER, "agent", person_id=house.evening.owner)
        window.goes("/people").page.keyboard.press("F2")
        page.wait_for_url(house.address + "/")
        focus = "document.activeElement.closest('.why__i') && document.activeElement.closest('details').id"
        assert page.evaluate(focus) == f"pop-{mine}", "the first thing it may be about"
        assert window.complaints == []
