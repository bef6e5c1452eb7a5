"""The day of each role at the desk, by clicks alone: in Chinese on a desk, and in English on a telephone."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from base.database import Database
from console.words import say
from tests.browser.conftest import House, Window, a_window
from tests.browser.test_a_living_desk import ticket_id, writes
from tests.console.evening import OWNER
from tests.console.neighbours import a_notice, neighbours
from tests.console.test_complaint_path import of_security
from tests.console.test_extension import more_time
from tests.console.test_pops import rings
from tests.console.test_satisfaction import a_result
from tests.hotline.photographs import JPEG
from tickets import actions

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 390)])


def sheet(page: Page, move: str) -> Locator:
    """Open the dialog of a move, wherever its button stands."""
    button = page.locator(f"#do-{move}")
    if not button.is_visible():
        page.click("#others summary")
    button.click()
    opened = page.locator(f"dialog#{move}[open]")
    expect(opened).to_be_visible()
    return opened


def is_sound(window: Window) -> None:
    """Nothing went wrong in it, and it fits."""
    assert window.complaints == []
    assert window.sideways_px() == 0


@LOOKS
def test_an_agent_is_called_writes_a_ticket_and_gives_it_to_somebody_who_sees_it_at_once(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    evening = house.evening
    with a_window(chromium, house, width=390) as telephone, a_window(chromium, house, width=width) as window:
        theirs = telephone.logs_in("technician").page
        page = window.logs_in("agent", lang=lang).page
        with house.app.app_context():
            call = rings(evening, OWNER, "agent", person_id=evening.owner)
        pop = page.locator(f"#pop-{call}")
        expect(pop).to_contain_text("林女士")
        expect(pop).to_contain_text(say("pop.rings.you", lang))
        pop.get_by_role("link", name=say("pop.new", lang)).click()
        page.fill("#words", "厨房水龙头滴水")
        page.click(".form .btn-primary")
        expect(page.locator("#said")).to_have_text("厨房水龙头滴水")
        expect(page.locator(".case__where")).to_contain_text("0902")
        ref = page.url.rsplit("/", 1)[1]
        assigning = sheet(page, "assign")
        assigning.locator("#assign-to").select_option(str(evening.staff["technician"]))
        assigning.locator(".btn-primary").click()
        expect(page.locator("#tl")).to_contain_text("周建国")
        expect(theirs.locator(f"#tk-{ref}")).to_be_visible()
        for one in (window, telephone):
            is_sound(one)


@LOOKS
def test_a_technician_takes_it_arrives_and_shows_what_is_done_and_the_desk_sees_each_step(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    ref = house.evening.refs["lift"]
    with a_window(chromium, house, width=width) as desk, a_window(chromium, house, width=390, height=844) as window:
        seen = desk.logs_in("agent", lang=lang).goes(f"/tickets/{ref}").page
        seen.fill("#note", "还没写完")
        page = window.logs_in("technician", lang=lang).goes(f"/?job={ref}").page
        page.click("#do-acknowledge")
        expect(seen.locator(".state").first).to_have_text(say("status.acknowledged", lang))
        page.click("#do-arrive")
        expect(page.locator(".job__there")).to_be_visible()
        expect(seen.locator(".state").first).to_have_text(say("status.in_progress", lang))
        page.click("#do-resolve")
        page.fill("#resolve-text", "人员已安全放出")
        page.set_input_files("#resolve-photos", {"name": "lift.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
        page.click("#resolve .btn-primary")
        expect(page.locator(f"article#tk-{ref}")).to_have_count(0)
        expect(page.locator("article.job")).to_be_visible()
        expect(seen.locator(".state").first).to_have_text(say("status.resolved", lang))
        expect(seen.locator("#tl")).to_contain_text("人员已安全放出")
        expect(seen.locator(".ev__photo img")).to_be_visible()
        assert seen.input_value("#note") == "还没写完"
        for one in (window, desk):
            is_sound(one)


@LOOKS
def test_a_supervisor_says_whose_a_complaint_is_allows_more_time_and_sees_whom_we_owe_a_word(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    evening, refs = house.evening, house.evening.refs
    with house.app.app_context():
        of_security(evening)
        database: Database = house.app.extensions["database"]
        with database.transaction() as session:
            more_time(session, evening)
    with a_window(chromium, house) as desk, a_window(chromium, house, width=width) as window:
        page = window.logs_in("supervisor", lang=lang).page
        asking = sheet(desk.logs_in("agent").goes(f"/tickets/{refs['half_way']}").page, "ask")
        asking.locator(".btn-primary").click()
        window.goes("/")
        page.click("#concern-answer summary")
        page.click("#concern-answer li a")
        answering = sheet(page, "answer")
        answering.get_by_text(say("sheet.answer.ours", lang)).click()
        answering.locator(".btn-primary").click()
        expect(page.locator(".state").first).to_have_text(say("status.acknowledged", lang))
        window.goes("/")
        page.click("#concern-extend summary")
        page.click("#concern-extend li a")
        deciding = sheet(page, "decide")
        deciding.get_by_text(say("sheet.decide.yes", lang), exact=True).click()
        deciding.locator(".btn-primary").click()
        expect(page.locator("#do-decide")).to_have_count(0)
        expect(page.locator("#tl")).to_contain_text(say("event.extended.to", lang, to="11-25 19:30"))
        window.goes("/unanswered")
        expect(page.locator(f"#tk-{refs['late']}")).to_be_visible()
        for one in (window, desk):
            is_sound(one)


@LOOKS
def test_a_manager_reads_the_night_and_lets_a_campaign_go_which_its_author_sees(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    with house.app.app_context():
        database: Database = house.app.extensions["database"]
        with database.transaction() as session:
            neighbours(session, house.evening)
    id = a_notice(house.app, house.evening)
    with a_window(chromium, house) as desk, a_window(chromium, house, width=width) as window:
        author = desk.logs_in("agent").goes(f"/campaigns/{id}").page
        page = window.logs_in("manager", lang=lang).page
        told = page.locator("#tonight-emergency a")
        number = int(told.locator("b").inner_text())
        told.click()
        expect(page.locator(".tk")).to_have_count(number)
        window.goes("/")
        page.click("#concern-approve summary")
        page.click("#concern-approve li a")
        page.click("#do-approve")
        expect(page.locator("#cp-prog")).to_be_visible()
        expect(author.locator("#cp-prog")).to_be_visible()
        for one in (window, desk):
            is_sound(one)


@LOOKS
def test_a_director_takes_what_was_meant_for_headquarters_and_follows_a_number_to_its_rows(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    ref = house.evening.refs["headquarters"]
    with a_window(chromium, house, width=width) as window:
        page = window.logs_in("director", lang=lang).page
        expect(page.locator("#tonight-card tbody tr").first).to_be_visible()
        page.click(f"#tk-{ref} a")
        page.click("#do-acknowledge")
        expect(page.locator(".state").first).to_have_text(say("status.acknowledged", lang))
        window.goes("/reports/tickets?period=2026-11")
        link = page.locator(".counts td a").first
        number = int(link.inner_text())
        link.click()
        expect(page.locator(".rpr__i")).to_have_count(number)
        is_sound(window)


@LOOKS
def test_quality_finds_a_low_score_reads_its_ticket_and_notes_what_it_thinks(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    with house.app.app_context():
        ref = a_result(house.evening, score=1, comment="还是滴水")
    with a_window(chromium, house, width=width) as window:
        page = window.logs_in("quality", lang=lang).goes("/results?of=low").page
        expect(page.locator(".ask")).to_contain_text("还是滴水")
        page.click(f".ask:has-text('{ref}') .ask__a")
        expect(page.locator("#do-acknowledge")).to_have_count(0)
        expect(page.locator("#others")).to_have_count(0)
        page.fill("#note", "已抽查录音，态度好")
        page.click("#write .btn")
        expect(page.locator("#tl")).to_contain_text("已抽查录音，态度好")
        is_sound(window)


@LOOKS
def test_an_admin_tells_another_system_looks_at_operations_and_gives_a_colleague_a_password(
    chromium: Browser, house: House, lang: str, width: int
) -> None:
    who = house.evening.staff["second"]
    with a_window(chromium, house, width=width) as window:
        page = window.logs_in("admin", lang=lang).goes("/webhooks").page
        page.fill("#hk-name", "ERP")
        page.fill("#hk-url", "https://erp.example.com/in")
        page.locator("input[name=event]").first.check()
        page.click("#do-subscribe")
        expect(page.locator("#secret")).not_to_be_empty()
        window.goes("/webhooks")
        expect(page.locator(".hk").first).to_contain_text("ERP")
        expect(page.locator("#secret")).to_have_count(0)
        window.goes("/operations")
        expect(page.locator("#ops-sum")).to_be_visible()
        window.goes("/staff")
        page.click(f"#do-reset-{who}")
        page.click(f"#do-reset-{who}-sure")
        expect(page.locator("#password")).not_to_be_empty()
        is_sound(window)


def test_what_two_people_write_reaches_both_windows_and_takes_no_words_from_either(
    chromium: Browser, house: House
) -> None:
    path = f"/tickets/{house.evening.refs['lift']}"
    with a_window(chromium, house) as one, a_window(chromium, house, width=390, color_scheme="dark") as other:
        hers, his = (
            window.logs_in(who).goes(path).page for window, who in ((one, "agent"), (other, "supervisor"))
        )  # fmt: skip
        hers.fill("#note", "我在写")
        his.fill("#note", "他在写")
        writes(house, "lift", "第三个人写的")
        for page in (hers, his):
            expect(page.locator("#tl")).to_contain_text("第三个人写的")
        hers.click("#write .btn")
        expect(his.locator("#tl")).to_contain_text("我在写")
        assert his.input_value("#note") == "他在写"
        his.click("#write .btn")
        expect(hers.locator("#tl")).to_contain_text("他在写")
        for window in (one, other):
            is_sound(window)


def test_alarms_are_folded_together_and_opened_stay_open_while_the_board_lives(chromium: Browser, house: House) -> None:
    database: Database = house.app.extensions["database"]
    with house.app.app_context():
        for name in ("late", "soon", "later", "half_way"):
            id = ticket_id(house, name)
            with database.transaction() as session:
                actions.raise_alarm(session, id, at=house.evening.at)
    with a_window(chromium, house, width=390) as window:
        page = window.logs_in("agent").page
        expect(page.locator("#alarms-first [data-alarm]:visible")).to_have_count(3)
        expect(page.locator("#alarms-more [data-alarm]:visible")).to_have_count(0)
        page.click("#alarms-more summary")
        writes(house, "lift", "一条新备注")
        with house.app.app_context():
            rings(house.evening, OWNER, "second", person_id=house.evening.owner)
        expect(page.locator("[data-pop]")).to_have_count(1)
        expect(page.locator("#alarms-more [data-alarm]:visible")).to_have_count(2)
        is_sound(window)
