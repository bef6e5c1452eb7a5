"""What happens on the page by itself: live changes, typing that survives them, sound, drafts, keys."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from base import clock
from base.database import Database
from tests.browser.conftest import House, a_window
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import Ticket

pytestmark = pytest.mark.browser


def ticket_id(house: House, name: str) -> int:
    database: Database = house.app.extensions["database"]
    with house.app.app_context(), database.reading() as session:
        found: Ticket | None = actions.find_by_ref(session, house.evening.refs[name])
        assert found is not None
        return found.id


def takes(house: House, name: str, who: str) -> None:
    """Somebody presses 1."""
    id = ticket_id(house, name)
    database: Database = house.app.extensions["database"]
    with house.app.app_context(), database.transaction() as session:
        assert actions.acknowledge(session, id, house.evening.staff[who], at=clock.now(), how="key")


def writes(house: House, name: str, text: str) -> None:
    """A colleague adds a note."""
    id = ticket_id(house, name)
    database: Database = house.app.extensions["database"]
    with house.app.app_context(), database.transaction() as session:
        actions.note(session, id, house.evening.staff["agent"], at=clock.now(), text=text)


def alarm_of(house: House) -> str:
    """Where the desk shows that nobody has taken the gas leak."""
    return f"#alarm-{house.evening.refs['alarm']}"


def all_else_is_taken(house: House) -> None:
    """Nothing but the gas leak waits for somebody."""
    database: Database = house.app.extensions["database"]
    with house.app.app_context(), database.transaction() as session:
        waiting = select(Ticket.id).where(Ticket.status == Status.OPEN, Ticket.ref != house.evening.refs["alarm"])
        for id in session.scalars(waiting).all():
            assert actions.acknowledge(session, id, house.evening.staff["technician"], at=clock.now(), how="key")
        session.execute(update(Ticket).values(ask_due_at=None))  # no clock runs here that puts complaints to anybody


def test_the_desk_is_red_while_nobody_has_taken_it_and_calm_when_somebody_does(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    with a_window(chromium, house) as window:
        window.logs_in("agent")
        expect(window.page.locator(f"body.is-alarm {alarm_of(house)}")).to_be_visible()
        assert window.page.title().startswith("(1) ")
        assert "燃气泄漏" in window.page.locator("#shout").inner_text()
        takes(house, "alarm", "technician")
        expect(window.page.locator("[data-alarm]")).to_have_count(0)
        expect(window.page.locator("body.is-alarm")).to_have_count(0)
        assert not window.page.title().startswith("(")
        assert window.complaints == []


def test_what_is_typed_opened_and_chosen_survives_ten_live_changes(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("supervisor").goes(f"/tickets/{house.evening.refs['lift']}")
        page = window.page
        page.fill("#note", "正在写的一句话")
        page.click("#do-resolve")
        page.fill("#resolve-text", "人已放出")
        for n in range(10):
            writes(house, "lift", f"第 {n} 条")
            expect(page.locator("#tl")).to_contain_text(f"第 {n} 条")
        assert page.input_value("#resolve-text") == "人已放出"
        expect(page.locator("dialog#resolve[open]")).to_be_visible()
        page.keyboard.press("Escape")
        assert page.input_value("#note") == "正在写的一句话"
        assert window.complaints == []


def test_an_open_menu_survives_a_live_change_of_the_board(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("admin")
        window.page.click("#projects summary")
        window.page.mouse.move(1, 1)  # under a pointer nothing would move
        takes(house, "alarm", "technician")
        expect(window.page.locator(alarm_of(house))).to_have_count(0)
        assert window.page.locator("#projects[open]").count() == 1


def test_what_was_unfolded_of_the_carrier_stays_so_when_the_board_changes(chromium: Browser, house: House) -> None:
    with a_window(chromium, house, width=390, height=844) as window:
        window.logs_in("admin")
        window.page.click("#concern-check summary")
        expect(window.page.locator("#concern-check li")).to_contain_text("135****0001")
        window.page.mouse.move(1, 1)
        takes(house, "alarm", "technician")
        expect(window.page.locator(alarm_of(house))).to_have_count(0)
        expect(window.page.locator("#concern-check[open] li")).to_be_visible()
        assert window.sideways_px() == 0


def test_a_ticket_is_taken_and_resolved_by_clicks(chromium: Browser, house: House) -> None:
    with a_window(chromium, house, width=390, height=844) as window:
        window.logs_in("technician").goes(f"/tickets/{house.evening.refs['lift']}")
        page = window.page
        page.click("#do-acknowledge")
        expect(page.locator(".toast-x")).to_contain_text("已接单")
        page.click("#do-arrive")
        expect(page.locator(".state")).to_have_text("处理中")
        page.click("#do-resolve")
        page.fill("#resolve-text", "人员已安全放出")
        page.click("#resolve .btn-primary")
        expect(page.locator(".state")).to_have_text("已办结")
        expect(page.locator("#tl")).to_contain_text("人员已安全放出")
        assert window.complaints == []


def test_a_result_that_crossed_a_colleagues_step_shows_both_with_every_word(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("supervisor").goes(f"/tickets/{house.evening.refs['soon']}")
        page = window.page
        page.click("#do-resolve")
        page.fill("#resolve-text", "换了读卡器")
        takes(house, "soon", "technician")
        page.click("#resolve .btn-primary")
        expect(page.locator("#both-mine blockquote")).to_have_text("换了读卡器")
        page.click("#do-use-both")
        expect(page.locator("dialog#resolve[open]")).to_be_visible()
        assert "换了读卡器" in page.input_value("#resolve-text")


def test_a_recording_plays_and_pauses_and_a_live_change_does_not_stop_it(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("agent").goes(f"/tickets/{house.evening.refs['lift']}")
        player = window.page.locator(".player")
        player.locator(".player__go").click()
        expect(player).to_have_class("player is-playing")
        expect(player.locator(".player__go")).to_have_attribute("aria-label", "暂停播放")
        writes(house, "lift", "一条新备注")
        expect(window.page.locator("#tl")).to_contain_text("一条新备注")
        window.page.wait_for_function("document.querySelector('.player audio').currentTime > 0")
        expect(player).to_have_class("player")
        assert window.complaints == []


def test_a_draft_is_kept_until_it_is_sent(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        path = f"/tickets/{house.evening.refs['lift']}"
        window.logs_in("agent").goes(path)
        page = window.page
        page.locator("#note").press_sequentially("写了一半")
        window.goes(path)
        assert page.input_value("#note") == "写了一半"
        page.click("#write .btn")
        expect(page.locator("#tl")).to_contain_text("写了一半")
        window.goes(path)
        assert page.input_value("#note") == ""


def test_a_draft_is_its_writers_and_gone_when_they_log_out(chromium: Browser, house: House) -> None:
    """At a shared desk nobody finds, and sends, what a colleague had begun to write."""
    path, drafts = (
        f"/tickets/{house.evening.refs['lift']}",
        "Object.keys(localStorage).filter(key => /draft/.test(key))",
    )
    with a_window(chromium, house) as window:
        window.logs_in("agent").goes(path)
        page = window.page
        page.evaluate("localStorage.setItem('huiyin.draft.261122-0001', '没有名字的话')")
        page.locator("#note").press_sequentially("张敏的话")
        page.context.clear_cookies()  # her session ended by itself
        window.logs_in("supervisor").goes(path)
        assert page.input_value("#note") == ""
        page.locator("#note").press_sequentially("刘洋的话")
        assert sorted(page.evaluate(drafts)) == sorted(
            f"huiyin.draft.{house.evening.staff[who]}.{house.evening.refs['lift']}" for who in ("agent", "supervisor")
        )
        page.click("[data-log-out] button")
        page.wait_for_url(house.address + "/login")
        assert len(page.evaluate(drafts)) == 1
        window.logs_in("agent").goes(path)
        assert page.input_value("#note") == "张敏的话"
        assert window.complaints == []


def test_the_theme_is_kept_and_the_clocks_run(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, color_scheme="light") as window:
        window.logs_in("agent")
        page = window.page
        page.click("[data-theme-switch]")
        window.goes("/oncall")
        assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
        window.goes("/")
        clock_of = f"#tk-{still_house.evening.refs['soon']} .clock__t"
        before = page.inner_text(clock_of)
        page.wait_for_function(
            "([q, before]) => document.querySelector(q).textContent !== before", arg=[clock_of, before]
        )


def test_rows_are_walked_by_keys_and_writing_does_not_walk_them(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house) as window:
        window.logs_in("agent")
        page = window.page
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.closest('.tk').id") == f"tk-{still_house.evening.refs['alarm']}"
        page.keyboard.press("Control+k")
        page.keyboard.type("jk")
        assert page.input_value("#palette-q") == "jk"


def test_a_lost_line_is_said_and_forgotten_when_it_is_back(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house) as window:
        window.logs_in("agent")
        window.page.context.set_offline(True)
        expect(window.page.locator("#offline")).to_be_visible()
        expect(window.page.locator(".tk").first).to_be_visible()
        window.page.context.set_offline(False)
        expect(window.page.locator("#offline")).to_be_hidden()


def test_a_session_that_ended_leads_to_the_log_in(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house) as window:
        window.logs_in("agent")
        window.page.context.clear_cookies()
        window.page.wait_for_url("**/login")


def test_the_text_for_the_owner_is_written_while_the_result_is(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.logs_in("supervisor").goes(f"/tickets/{house.evening.refs['mine']}")
        page = window.page
        page.click("#do-resolve")
        page.locator("#resolve-text").press_sequentially("换了水阀")
        expect(page.locator("#owner-reads")).to_contain_text("）：换了水阀。")
        assert page.input_value("#resolve-text") == "换了水阀"
        expect(page.locator("dialog#resolve[open]")).to_be_visible()
        assert window.complaints == []


def test_homes_appear_while_a_place_is_typed(chromium: Browser, house: House) -> None:
    with a_window(chromium, house, width=390, height=844) as window:
        page = window.logs_in("agent").goes("/tickets/new").page
        page.fill("#words", "门禁坏了")
        page.locator("#place").press_sequentially("3-2-0902")
        expect(page.locator("#homes-found")).to_contain_text("3号楼2单元0902室")
        page.click(".form .btn-primary")
        expect(page.locator(".state")).to_have_text("待接单")
        expect(page.locator(".case__where")).to_contain_text("3号楼2单元0902室")
        expect(page.locator("#said")).to_have_text("门禁坏了")
        assert window.complaints == []
