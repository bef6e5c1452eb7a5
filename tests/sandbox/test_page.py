"""The phone page in a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox import Sandbox
from tests.judges.wire import Listener
from tests.sandbox.application import Application, until
from tests.sandbox.desk import ACCOUNT, HOTLINE, OWNER, TECHNICIAN, TOKEN, Desk

STATIC = Path(__file__).parents[2] / "sandbox" / "static"

expect.set_options(timeout=20_000)  # patience, not a measurement: the machine may be busy

pytestmark = pytest.mark.browser

PEOPLE = [
    {"number": OWNER, "name": "Lin Ting", "note": "3号楼0902室", "note_en": "Building 3, Room 0902", "group": "owner"},
    {"number": TECHNICIAN, "name": "He Lei", "note": "维修", "note_en": "technician", "group": "staff"},
    {"number": "+8613911110003", "name": "Wu Yang", "note": "", "note_en": "", "group": "staff"},
]
PROMPT = "报修请按一，投诉请按二，咨询请按三。" * 8  # long enough to be caught speaking on a slow machine
MENU = f'<Gather numDigits="1" action="/key" timeout="30"><Say language="zh-CN">{PROMPT}</Say></Gather>'


@pytest.fixture
def live(application: Application, tmp_path: Path) -> Iterator[Desk]:
    people = tmp_path / "phones.json"
    people.write_text(json.dumps(PEOPLE), "utf-8")
    with (
        Sandbox(account=ACCOUNT, token=TOKEN, clock="real", phones=people) as network,
        Desk(network, application) as desk,
    ):
        desk.settings(say=1)
        application.says("/voice", MENU)
        yield desk
        Listener(network).judge()


@pytest.fixture
def page(chromium: Browser, live: Desk) -> Iterator[Page]:
    """The page at desk width; any complaint of the browser fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda e: complaints.append(str(e)))
    opened.goto(f"{live.network.url}/?lang=zh")
    expect(opened.locator("#p1 [data-do=dial]")).to_be_enabled()
    yield opened
    context.close()
    assert complaints == []


def test_somebody_dials_hears_presses_and_speaks(page: Page, live: Desk) -> None:
    live.application.says("/key", '<Record action="/done" timeout="30"/>')
    live.application.says("/done", "<Say>单号零零四一</Say><Pause length='30'/>")
    page.click("#p1 [data-do=dial]")
    expect(page.locator("#p1 .talk--in.is-now")).to_have_text(PROMPT)
    page.click("#p1 [data-key='1']")
    speak = page.locator("#p1 [data-part=speak] input")
    expect(speak).to_be_visible()
    speak.fill("电梯坏了")
    speak.press("Enter")
    expect(page.locator("#p1 .talk--me")).to_contain_text("电梯坏了")
    page.click("#p1 [data-key='#']")
    expect(page.locator("#p1 .talk--in").last).to_have_text("单号零零四一")
    page.click("#p1 [data-do=hangup]")
    expect(page.locator("#p1 .ph__call .chip")).to_have_text(re.compile("通话结束"))
    assert live.application.last("/key")["Digits"] == "1"


def test_a_staff_phone_rings_and_is_answered(page: Page, live: Desk) -> None:
    live.application.says("/page", '<Gather numDigits="1" action="/took"><Say>接单请按一</Say></Gather>')
    live.client.calls.create(to=TECHNICIAN, from_=HOTLINE, url=live.at("/page"))
    expect(page.locator("#p2 .ph__case")).to_have_class("ph__case is-ringing")
    page.click("#p2 [data-do=answer]")
    expect(page.locator("#p2 .talk--in")).to_have_text("接单请按一")
    page.click("#p2 [data-key='1']")
    expect(page.locator("#p2 .talk--key")).to_have_text("1")
    assert live.application.last("/took")["Digits"] == "1"


def test_a_text_is_shown_and_answered_by_its_code(page: Page, live: Desk) -> None:
    live.client.messages.create(
        to=TECHNICIAN, from_=HOTLINE, body="【回音物业】紧急工单。接单请回复 A41，转下一位回复 B41。"
    )
    page.click("#p2 [data-reply=A41]")
    expect(page.locator("#p2 .talk--sent")).to_have_text("A41")
    assert live.application.last("/sms")["Body"] == "A41"


def test_a_stranger_and_a_withheld_caller_can_dial(page: Page, live: Desk) -> None:
    page.click("#p1 [data-do=who]")
    page.fill("#who-number", "+8613700001111")
    page.press("#who-number", "Enter")
    page.select_option("#p1 [data-part=withheld]", "anonymous")
    page.click("#p1 [data-do=dial]")
    expect(page.locator("#p1 .talk--in")).to_have_text(PROMPT)
    assert live.application.last("/voice")["From"] == "+266696687"


def test_a_switch_breaks_the_line_and_mends_it(page: Page, live: Desk) -> None:
    switch = page.locator("[data-fault=webhook_twice]")
    switch.check()
    until(lambda: bool(live.network.ask("GET", "/faults")["rules"]))
    page.click("#p1 [data-do=dial]")
    expect(page.locator("#log")).to_contain_text("重复")
    switch.uncheck()
    expect(switch).not_to_be_checked()
    until(lambda: live.network.ask("GET", "/faults")["rules"] == [])


def test_every_word_changes_with_the_language(page: Page) -> None:
    expect(page.locator("#p1 .meta").first).to_contain_text("3号楼0902室")
    page.click("#p1 [data-do=who]")
    page.click(f"#who-list [data-number='{OWNER}']")
    page.click("[data-lang-switch]")
    expect(page.locator("h1")).to_have_text("Phones")
    expect(page.locator("#p1 .meta").first).to_contain_text("Building 3, Room 0902")
    page.click("#p1 [data-do=who]")
    expect(page.locator("#who-list")).to_contain_text("technician")
    left = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => !e.children.length && !/SCRIPT|STYLE/.test(e.tagName))"
        ".map(e => e.textContent).filter(t => /[\\u3400-\\u9fff]/.test(t) && t !== '中文')"
    )
    assert left == []
    page.fill("#who-find", "3号楼")
    expect(page.locator("#who-list button")).to_have_count(1)


def test_nobody_in_the_list_covers_the_next(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 300})  # fewer rows than people
    page.click("#p1 [data-do=who]")
    rows = "[...document.querySelectorAll('#who-list button')].map(b => b.scrollHeight - b.clientHeight)"
    assert page.evaluate(rows) == [0] * (len(PEOPLE) + 1)


@pytest.mark.parametrize("width", [320, 390, 720, 1024])
def test_nothing_runs_over_the_side(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for language in ("zh", "en"):
        page.goto(page.url.partition("?")[0] + f"?lang={language}")
        expect(page.locator("#p3")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_has_no_inline_style_or_script() -> None:
    html = (STATIC / "index.html").read_text("utf-8")
    assert " style=" not in html
    assert " onclick=" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_every_word_is_there_in_both_languages() -> None:
    words = (STATIC / "words.js").read_text("utf-8")
    used = {
        part.split(mark)[0]
        for file, lead, mark in (("index.html", 'data-t="', '"'), ("index.html", 'data-t-label="', '"'))
        for part in (STATIC / file).read_text("utf-8").split(lead)[1:]
    }
    assert used
    assert [w for w in used if f"  {w}: [" not in words] == []
