"""A list of residents in a browser: tried out, its refused rows taken away, imported while somebody watches."""

import csv
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import directory.importing
from console.roster import jobs
from console.words import say
from directory import enrolment, rosterruns
from tests.browser.conftest import House, Window, a_window
from tests.console.rosters import CHEN, LI, WANG, WRONG, sheet

pytestmark = pytest.mark.browser


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """An import writes a row at a time, and stands before the third until the gate is opened."""
    monkeypatch.setattr(enrolment, "PIECE", 1)
    monkeypatch.setattr(rosterruns, "EVERY_S", 0.0)
    write, calls, opened = directory.importing.enrol, [0], threading.Event()

    def waits(*given: Any, **more: Any) -> None:
        calls[0] += 1
        if calls[0] % 3 == 0:
            assert opened.wait(60)
        write(*given, **more)

    monkeypatch.setattr(directory.importing, "enrol", waits)
    yield opened
    opened.set()


def works(house: House) -> threading.Thread:
    """The lane takes the list that waits."""

    def run() -> None:
        with house.app.app_context():
            jobs.work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def brings(window: Window, path: Path) -> None:
    page = window.page
    page.set_input_files("#file", path)
    page.click("#do-bring")
    expect(page.locator("#ri-tags")).to_contain_text("排队")


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_brought_checked_and_imported_before_somebodys_eyes(
    chromium: Browser, house: House, tmp_path: Path, gate: threading.Event, width: int
) -> None:
    path = tmp_path / "业主名册.csv"
    path.write_bytes(sheet(LI, CHEN, WANG, WRONG))
    gate.set()
    with a_window(chromium, house, width=width) as window:
        page = window.logs_in("manager").goes("/roster").page
        with page.expect_download() as template:
            page.click("#to-template")
        assert template.value.suggested_filename == "roster.xlsx"
        brings(window, path)
        works(house).join()
        expect(page.locator("#ri-h")).to_contain_text("核对完了")
        expect(page.locator("#ri-sums")).to_contain_text("退回")
        with page.expect_download() as refused:
            page.fill("#ri-reason", "逐行更正")
            page.click("#do-refused")
        row = list(csv.reader(Path(refused.value.path()).read_text("utf-8-sig").splitlines()))[1]
        assert row[:3] == ["5", "电话", "1380013800"]
        expect(page.locator("#do-start")).to_have_text("导入 3 行")
        gate.clear()
        page.click("#do-start")
        thread = works(house)
        expect(page.locator("#ri-how")).to_have_text("处理 2 / 3 行")
        assert page.locator("#ri-bar").get_attribute("value") == "66"
        assert window.sideways_px() == 0
        gate.set()
        thread.join()
        expect(page.locator("#ri-h")).to_have_text("已导入")
        page.click(".crumb__back")
        expect(page.locator(".rst tbody tr")).to_have_count(1)
        expect(page.locator(".rst tbody")).to_contain_text("已导入")
        assert window.complaints == []


def test_a_file_that_is_too_large_never_leaves_the_desk(chromium: Browser, house: House, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(sheet(LI))
    with a_window(chromium, house) as window:
        page = window.logs_in("manager").goes("/roster").page
        page.evaluate("document.getElementById('file').dataset.most = 10")
        page.set_input_files("#file", path)
        page.click("#do-bring")
        assert "文件太大" in page.evaluate("document.getElementById('file').validationMessage")
        assert page.url.endswith("/roster")
        page.evaluate("document.getElementById('file').dataset.most = 10000")
        brings(window.goes("/roster"), path)


def test_what_is_no_list_is_refused_beside_the_field(chromium: Browser, house: House, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    with a_window(chromium, house, width=390) as window:
        page = window.logs_in("manager").goes("/roster").page
        page.set_input_files("#file", path)
        page.click("#do-bring")
        expect(page.locator("#file-fault")).to_contain_text("这是 PDF 文件")
        assert window.sideways_px() == 0


SEES = """() => {
  const form = document.querySelector('form[data-download]'), say = document.getElementById('say');
  window.saw = [];
  const look = () => saw.push([form.getAttribute('aria-busy'), say.textContent]);
  new MutationObserver(look).observe(form, {attributes: true});
}"""


def test_a_form_that_brings_a_file_works_until_the_file_is_there(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        page = window.logs_in("manager").goes("/exports").page
        page.fill("#ex-reason", "月报")
        page.evaluate(SEES)
        for _ in range(2):
            with page.expect_download():
                page.click("#do-export", no_wait_after=True)
            expect(page.locator("form[data-download]")).not_to_have_attribute("aria-busy", "true")
            expect(page.locator("#say")).to_have_text("")
        working, over = ["true", "正在准备文件，好了会自己下载"], [None, ""]
        assert page.evaluate("saw") == [working, over, working, over]
        assert "huiyin-arrived" not in page.evaluate("document.cookie")
        assert window.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_field_for_a_file_speaks_the_readers_language(
    chromium: Browser, still_house: House, tmp_path: Path, lang: str
) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("姓名\n", encoding="utf-8")
    with a_window(chromium, still_house) as window:
        page = window.logs_in("admin", lang=lang).goes("/roster").page
        chooser = page.locator(".filer")
        expect(chooser).to_contain_text(say("file.choose", lang))
        expect(chooser).to_contain_text(say("file.none", lang))
        page.focus("#file")
        assert chooser.locator(".filer__do").evaluate("el => getComputedStyle(el).outlineStyle") == "solid"
        page.set_input_files("#file", path)
        expect(chooser).to_contain_text("名册.csv")
        page.goto(f"{still_house.address}/tickets/{still_house.evening.refs['lift']}")
        page.set_input_files("#note-photos", [path, path])
        expect(page.locator("#write .filer")).to_contain_text(say("file.many", lang, n=2))
