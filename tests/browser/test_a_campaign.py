"""A campaign in a browser: counted and measured while it is typed, watched while it is sent, stopped by a dialog."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from base import clock
from base.database import Database
from tests.browser.conftest import House, a_window
from tests.console.neighbours import a_notice, an_outage, incident_of, lets_go, neighbours, works
from tests.messages.fake import FakeCarrier

pytestmark = pytest.mark.browser


@pytest.fixture
def street(house: House) -> House:
    """A house with neighbours to write to, and a carrier that takes one text a second."""
    house.app.extensions["carrier"] = FakeCarrier(clock=clock.now)
    slow = {"sms_rate_service": 1.0, "sms_rate_emergency": 100.0}
    house.app.extensions["settings"] = house.app.extensions["settings"].model_copy(update=slow)
    database: Database = house.app.extensions["database"]
    with house.app.app_context(), database.transaction() as session:
        neighbours(session, house.evening)
    return house


def test_it_is_counted_and_measured_while_it_is_typed_and_then_submitted(chromium: Browser, street: House) -> None:
    with a_window(chromium, street) as window:
        window.logs_in("agent").goes("/campaigns/new?kind=notice")
        page = window.page
        expect(page.locator("#draft-do")).to_have_text("送审 8 条")
        page.get_by_label("5号楼").check()
        expect(page.locator("#draft-do")).to_have_text("送审 3 条")
        page.fill("#title", "水箱清洗")
        page.locator("#text_zh").press_sequentially("因水箱清洗停水")
        expect(page.locator("#meter-zh")).to_contain_text("13 / 70")
        expect(page.locator("#prev")).to_have_text("【回音物业】因水箱清洗停水")
        page.locator("#text_zh").press_sequentially("，请储水")
        expect(page.locator("#meter-zh")).to_contain_text("17 / 70")
        assert page.input_value("#text_zh") == "因水箱清洗停水，请储水"
        assert page.evaluate("document.activeElement.id") == "text_zh"
        page.fill("#text_en", "Water is off")
        page.click("#draft-do")
        expect(page.locator("h1")).to_have_text("水箱清洗")
        expect(page.locator(".toast-x")).to_contain_text("已送审")
        assert window.complaints == []


def test_what_is_found_in_the_words_stands_beside_them_as_they_are_typed(chromium: Browser, street: House) -> None:
    with a_window(chromium, street) as window:
        window.logs_in("agent").goes("/campaigns/new?kind=notice")
        page = window.page
        page.locator("#text_zh").press_sequentially("明日下午停水")
        expect(page.locator("#warn-zh")).to_contain_text("“明日下午”说不准")
        page.locator("#text_zh").press_sequentially("，您已欠费")
        expect(page.locator("#text_zh-fault")).to_contain_text("不能和停水停电写在一起")
        page.fill("#text_zh", "明日9:00至17:00停水")
        expect(page.locator("#text_zh-fault")).to_have_count(0)
        expect(page.locator("#warn-zh")).to_have_count(0)
        assert window.complaints == []


def test_it_is_sent_back_by_a_dialog_that_asks_why(chromium: Browser, street: House) -> None:
    id = a_notice(street.app, street.evening)
    with a_window(chromium, street) as window:
        window.logs_in("manager").goes(f"/campaigns/{id}")
        page = window.page
        page.click("#do-return")
        page.fill("#return-words", "请写明几点")
        with page.expect_response(lambda one: one.url.endswith("/state")):
            pass  # the page lives on meanwhile
        expect(page.locator("#return-words")).to_have_value("请写明几点")
        page.click("#return-yes")
        expect(page.locator("#cp-returned")).to_contain_text("请写明几点")
        assert window.complaints == []


def test_a_template_is_looked_through_as_it_is_rewritten(chromium: Browser, street: House) -> None:
    with a_window(chromium, street, width=390, height=844) as window:
        window.logs_in("director").goes("/templates/water_planned")
        page = window.page
        page.fill("#text_zh", "{places}明天下午停水")
        expect(page.locator("#warn-zh")).to_contain_text("说不准")
        page.fill("#text_zh", "{places}{start}至{end}停水，请储水。咨询{hotline}")
        expect(page.locator("#warn-zh")).to_have_count(0)
        page.click("#tpl-do")
        expect(page.locator("#v-2")).to_contain_text("请储水")
        assert window.sideways_px() == 0
        assert window.complaints == []


def test_what_is_an_emergency_asks_for_its_trouble_at_once(chromium: Browser, street: House) -> None:
    with a_window(chromium, street, width=390, height=844) as window:
        window.logs_in("agent").goes("/campaigns/new?kind=notice")
        page = window.page
        page.fill("#title", "写过的标题")
        page.check("#class-emergency")
        expect(page.locator("#cause")).to_be_visible()
        page.select_option("#template", "gas_opening")
        page.click("#draft-templates .btn")
        expect(page.locator("#text_zh")).to_have_value(
            "燃气险情：{地点}疑似漏气。请关阀开窗，勿碰开关、勿用明火，到室外再拨119或{热线}"
        )
        assert window.sideways_px() == 0
        assert window.complaints == []


def test_it_is_watched_while_it_is_sent_and_stopped_half_way(chromium: Browser, street: House) -> None:
    id = a_notice(street.app, street.evening)
    with a_window(chromium, street) as window:
        window.logs_in("manager").goes(f"/campaigns/{id}")
        page = window.page
        page.click("#do-approve")
        expect(page.locator("#cp-prog")).to_contain_text("等待")
        works(street.app)
        expect(page.locator("#do-stop")).to_have_text("停止，剩下 6 条不发…")
        page.click("#do-stop")
        clock.stop_at(clock.now() + timedelta(seconds=10))
        works(street.app)
        expect(page.locator("dialog#stop")).to_contain_text("剩下 4 条不发")
        expect(page.locator("dialog#stop[open]")).to_be_visible()
        page.click("#stop-yes")
        expect(page.locator("#cp-head .state")).to_have_text("已停止")
        expect(page.locator("#do-resume")).to_have_text("继续发 4 条")
        assert window.complaints == []


def test_a_delay_is_set_and_sent_in_one_dialog(chromium: Browser, street: House) -> None:
    opening = an_outage(street.app, street.evening)
    lets_go(street.app, street.evening, opening)
    works(street.app)
    with a_window(chromium, street) as window:
        window.logs_in("supervisor").goes(f"/incidents/{incident_of(street.app, opening)}")
        page = window.page
        page.click("#do-delay")
        page.fill("#promised_end", "2026-11-22T23:00")
        page.click("#delay .btn-primary")
        expect(page.locator("dialog#delay[open] #reason-fault")).to_be_visible()
        assert page.input_value("#promised_end") == "2026-11-22T23:00"
        page.fill("#delay-reason", "还要三小时")
        page.click("#delay .btn-primary")
        expect(page.locator("#i-delay")).to_contain_text("推迟到今日23:00")
        for _ in range(8):
            clock.stop_at(clock.now() + timedelta(seconds=10))
            works(street.app)
        expect(page.locator("#i-delay")).to_contain_text("10 个号码里 10 个已发到")
        refused = "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
        assert window.complaints == [refused], "the one that was provoked"


def test_the_audience_is_narrowed_to_a_floor_a_list_and_not_some(
    chromium: Browser, street: House, tmp_path: Path
) -> None:
    sheet = tmp_path / "rooms.csv"
    sheet.write_text("房号\n3-1-201\n3-1-301\n3-1-9999\n", encoding="utf-8")
    with a_window(chromium, street, width=390, height=844) as window:
        window.logs_in("agent").goes("/campaigns/new?kind=notice")
        page = window.page
        page.click("#draft-finer summary")
        page.fill("#highest_floor", "2")
        expect(page.locator("#draft-do")).to_have_text("送审 3 条")
        expect(page.locator("#draft-finer")).to_have_attribute("open", "")
        page.fill("#highest_floor", "")
        expect(page.locator("#draft-do")).to_have_text("送审 8 条")
        page.set_input_files("#file", sheet)
        page.click("#draft-file button")
        expect(page.locator("#listed")).to_have_value("房号\n3-1-201\n3-1-301\n3-1-9999")
        expect(page.locator("#draft-do")).to_have_text("送审 2 条")
        expect(page.locator("#draft-strange")).to_contain_text("第 4 行 3-1-9999")
        page.fill("#without_listed", "3-1-301")
        expect(page.locator("#draft-do")).to_have_text("送审 1 条")
        assert window.sideways_px() == 0
        assert window.complaints == []
        assert window.barriers() == []
