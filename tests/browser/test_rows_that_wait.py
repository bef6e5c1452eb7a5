"""A list that refreshes itself does not move under a hand: its new version waits, and what is new in it is tinted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import delete, select

from base.database import transaction
from hotline.models import Call, RingBack
from hotline.ringback import RingBackWhy
from tests.browser.conftest import House, a_window
from tests.browser.test_a_living_desk import alarm_of, all_else_is_taken, takes
from tests.console.evening import OWNER
from tests.console.test_pops import rings
from tickets.lifecycle import Status
from tickets.models import Ticket

pytestmark = pytest.mark.browser

FRESH = re.compile(r"\bis-fresh\b")
Hand = tuple[Callable[[Page, Locator], object], Callable[[Page], object]]
SELECT = "row => getSelection().selectAllChildren(row.querySelector('.tk__a'))"
HANDS: dict[str, Hand] = {
    "pointer": (lambda _, row: row.hover(), lambda page: page.mouse.move(1, 1)),
    "keyboard": (lambda page, _: page.keyboard.press("j"), lambda page: page.focus("#q")),
    "selection": (lambda _, row: row.evaluate(SELECT), lambda page: page.evaluate("getSelection().removeAllRanges()")),
}
"""What lies on the rows, and how it lets them go."""


def row_of(page: Page, house: House, name: str = "soon") -> Locator:
    return page.locator(f"#tk-{house.evening.refs[name]}")


def bar_of(page: Page) -> Locator:
    return page.locator("#fresh")


def owes(house: House, name: str) -> int:
    """Somebody who called about this ticket is owed a call; the row of it."""
    with house.app.app_context(), transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == house.evening.refs[name])).one()
        call_id = session.scalars(select(Call.id).where(Call.ticket_id == ticket.id)).first()
        at = house.evening.at
        row = RingBack(
            number=OWNER, ticket_id=ticket.id, last_call_id=call_id, why=RingBackWhy.MISSED, owed_at=at, due_at=at,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize("hand", HANDS)
def test_rows_wait_while_a_hand_is_on_them_and_show_what_is_new_when_it_goes(
    chromium: Browser, house: House, hand: str
) -> None:
    lies, goes = HANDS[hand]
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = row_of(page, house)
        expect(row).to_contain_text("待接单")
        lies(page, row)
        place = row.bounding_box()
        expect(bar_of(page)).to_be_hidden()
        takes(house, "soon", "technician")
        expect(bar_of(page)).to_be_visible()
        expect(bar_of(page)).to_contain_text("有新内容")
        assert "有新内容" in page.locator("#say").inner_text()
        assert "周建国" not in row.inner_text()
        assert row.bounding_box() == place
        goes(page)
        expect(row).to_contain_text("周建国")
        expect(row).to_have_class(FRESH)
        expect(row_of(page, house, "mine")).not_to_have_class(FRESH)
        expect(bar_of(page)).to_be_hidden()
        takes(house, "later", "technician")
        expect(row_of(page, house, "later")).to_contain_text("周建国")
        expect(page.locator(".is-fresh")).to_have_count(0)
        assert window.complaints == []


def test_only_the_rows_wait_all_else_on_the_desk_is_new_at_once(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = row_of(page, house, "alarm")
        page.keyboard.press("j")
        expect(page.locator(alarm_of(house))).to_be_visible()
        takes(house, "alarm", "technician")
        expect(page.locator(alarm_of(house))).to_have_count(0)
        expect(bar_of(page)).to_be_visible()
        assert "周建国" not in row.inner_text()


def test_the_bar_shows_what_waits_and_no_row_slips_under_the_pointer_on_its_way(
    chromium: Browser, house: House
) -> None:
    with a_window(chromium, house) as window:
        page = window.logs_in("centre", lang="en").page
        row = row_of(page, house)
        row.hover()
        takes(house, "soon", "technician")
        button = bar_of(page).get_by_role("button", name="Something new Show now")
        button.hover()
        with page.expect_response(lambda answer: "/board" in answer.url):
            pass
        assert "周建国" not in row.inner_text()
        button.click()
        expect(row).to_contain_text("周建国")
        expect(row).to_have_class(FRESH)
        expect(bar_of(page)).to_be_hidden()


def test_a_key_shows_what_waits_and_the_row_keeps_the_focus(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        page.keyboard.press("j")
        focused = page.evaluate("document.activeElement.closest('.tk').id")
        takes(house, "soon", "technician")
        expect(bar_of(page)).to_be_visible()
        page.keyboard.press("r")
        expect(row_of(page, house)).to_contain_text("周建国")
        expect(bar_of(page)).to_be_hidden()
        assert page.evaluate("document.activeElement.closest('.tk').id") == focused
        takes(house, "later", "technician")
        expect(bar_of(page)).to_be_visible()


def test_of_two_who_look_only_the_one_with_a_hand_on_the_rows_waits(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as mine, a_window(chromium, house) as hers:
        here, there = mine.logs_in("centre").page, hers.logs_in("supervisor").page
        row_of(here, house).hover()
        expect(row_of(there, house)).to_contain_text("待接单")
        takes(house, "soon", "technician")
        expect(row_of(there, house)).to_contain_text("周建国")
        expect(bar_of(here)).to_be_visible()
        expect(bar_of(there)).to_be_hidden()
        expect(there.locator(".is-fresh")).to_have_count(0)
        assert "周建国" not in row_of(here, house).inner_text()
        here.mouse.move(1, 1)
        expect(row_of(here, house)).to_contain_text("周建国")
        expect(row_of(here, house)).to_have_class(FRESH)


def test_the_calls_to_return_wait_too_and_a_new_one_is_tinted(chromium: Browser, house: House) -> None:
    known = owes(house, "soon")
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        page.locator(f"#owing-{known}").hover()
        new = owes(house, "later")
        expect(bar_of(page)).to_be_visible()
        expect(page.locator(f"#owing-{new}")).to_have_count(0)
        page.mouse.move(1, 1)
        expect(page.locator(f"#owing-{new}")).to_have_class(FRESH)
        expect(page.locator(f"#owing-{known}")).not_to_have_class(FRESH)


def test_a_pointer_that_nobody_moves_holds_nothing(chromium: Browser, house: House) -> None:
    with a_window(chromium, house) as window:
        window.page.clock.install()
        page = window.logs_in("centre").page
        row_of(page, house).hover()
        takes(house, "soon", "technician")
        expect(bar_of(page)).to_be_visible()
        page.clock.fast_forward(61_000)
        expect(row_of(page, house)).to_contain_text("周建国")
        expect(bar_of(page)).to_be_hidden()


def waits_again(house: House, name: str) -> None:
    """What was taken waits for somebody again."""
    with house.app.app_context(), transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == house.evening.refs[name])).one()
        ticket.status, ticket.assignee_id, ticket.acknowledged_at = Status.OPEN, None, None
        ticket.is_alarming = True
        ticket.version += 1


def somebody_rings(house: House) -> str:
    """The owner wants a person, and the agent's telephone rings; where the desk says so."""
    with house.app.app_context():
        return f"#pop-{rings(house.evening, OWNER, 'agent')}"


def test_who_rings_is_said_in_the_bar_and_pushes_no_row_under_the_pointer(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = row_of(page, house)
        assert "燃气泄漏" in page.locator("#shout").inner_text()
        row.hover()
        place = row.bounding_box()
        pop = somebody_rings(house)
        expect(page.locator("#fresh-loud")).to_contain_text("您的电话在响 林女士 业主 · 3号楼2单元0902室")
        expect(page.locator("#shout")).to_have_text(re.compile("^您的电话在响 林女士"))
        assert page.title().startswith("(1) 来电 · "), "who rings goes before the alarm"
        expect(page.locator(pop)).to_have_count(0)
        assert row.bounding_box() == place
        bar_of(page).get_by_role("button").click()
        expect(page.locator(pop)).to_be_visible()
        expect(bar_of(page)).to_be_hidden()
        expect(page.locator("#fresh-loud > *")).to_have_count(0)
        assert page.title().startswith("(1) 来电 · ")
        assert window.complaints == []


def test_the_key_that_answers_leads_to_a_ring_that_only_the_bar_has(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row_of(page, house).hover()
        pop = somebody_rings(house)
        expect(page.locator("#fresh-loud")).to_contain_text("您的电话在响")
        page.keyboard.press("F2")
        expect(page.locator(f"{pop} .pop__body a:focus")).to_be_visible()
        expect(bar_of(page)).to_be_hidden()
        assert window.complaints == []


def test_who_rings_has_their_place_at_once_while_no_row_below_is_about_to_be_pressed(
    chromium: Browser, house: House
) -> None:
    owes(house, "soon")
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        page.locator("#owing-list").hover()  # beside it
        expect(page.locator(somebody_rings(house))).to_be_visible()
        expect(bar_of(page)).to_be_hidden()


def test_an_alarm_waits_for_the_pointer_too_but_is_loud_at_once(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    takes(house, "alarm", "technician")
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = row_of(page, house)
        row.hover()
        place = row.bounding_box()
        waits_again(house, "alarm")
        expect(page.locator("body.is-alarm #fresh-loud")).to_contain_text("燃气泄漏")
        assert row.bounding_box() == place
        page.mouse.move(1, 1)
        expect(page.locator(alarm_of(house))).to_be_visible()


def test_an_alarm_that_is_over_is_quiet_at_once_and_keeps_its_place_until_the_pointer_goes(
    chromium: Browser, house: House
) -> None:
    all_else_is_taken(house)
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = row_of(page, house)
        row.hover()
        place = row.bounding_box()
        takes(house, "alarm", "technician")
        expect(page.locator("body.is-alarm")).to_have_count(0)
        expect(page.locator(f"{alarm_of(house)}.is-past")).to_be_visible()
        assert row.bounding_box() == place
        page.mouse.move(1, 1)
        expect(page.locator(alarm_of(house))).to_have_count(0)


def test_an_alarm_that_comes_and_goes_under_the_pointer_leaves_nothing(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    takes(house, "alarm", "technician")
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row_of(page, house).hover()
        waits_again(house, "alarm")
        expect(page.locator("body.is-alarm #fresh-loud")).to_contain_text("燃气泄漏")
        takes(house, "alarm", "technician")
        expect(page.locator("body.is-alarm")).to_have_count(0)
        expect(page.locator("#fresh-loud > *")).to_have_count(0)
        expect(bar_of(page)).to_be_hidden()
        assert not page.title().startswith("(")


def test_an_alarm_that_is_over_and_comes_back_under_the_pointer_is_loud_again(chromium: Browser, house: House) -> None:
    all_else_is_taken(house)
    ref = house.evening.refs["alarm"]

    def alarms(*, is_so: bool) -> None:
        with house.app.app_context(), transaction() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
            ticket.is_alarming, ticket.version = is_so, ticket.version + 1

    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row_of(page, house).hover()
        alarms(is_so=False)
        expect(page.locator(f"{alarm_of(house)}.is-past")).to_be_visible()
        alarms(is_so=True)
        expect(page.locator(f'body.is-alarm #fresh-loud [data-alarm="{ref}"]')).to_be_visible()
        page.mouse.move(1, 1)
        expect(page.locator(f"body.is-alarm {alarm_of(house)}:not(.is-past)")).to_be_visible()


@pytest.mark.parametrize("hand", ["pointer", "keyboard"])
def test_a_list_whose_card_is_gone_stays_while_a_hand_is_on_it(chromium: Browser, house: House, hand: str) -> None:
    known = owes(house, "soon")
    with a_window(chromium, house) as window:
        page = window.logs_in("agent").page
        row = page.locator(f"#owing-{known}")
        if hand == "pointer":
            row.hover()
        else:
            row.locator("a").focus()
            page.keyboard.press("Shift")  # a key was pressed: the focus shows
        with house.app.app_context(), transaction() as session:
            session.execute(delete(RingBack))
        expect(bar_of(page)).to_be_visible()
        expect(row).to_be_visible()
        takes(house, "soon", "technician")
        expect(row_of(page, house)).to_contain_text("周建国")
        expect(row).to_be_visible()
        HANDS[hand][1](page)
        expect(page.locator("#ring-backs")).to_have_count(0)
        expect(bar_of(page)).to_be_hidden()
        assert window.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_tint_fades_or_stands_still_and_can_be_read(
    chromium: Browser, house: House, theme: str, motion: str
) -> None:
    # axe measures with inline styles, which our policy forbids: it gets a window in which they are allowed
    with a_window(chromium, house, color_scheme=theme, reduced_motion=motion, bypass_csp=True) as window:
        page = window.logs_in("centre").page
        row_of(page, house).hover()
        takes(house, "soon", "technician")
        expect(bar_of(page)).to_be_visible()
        assert window.barriers() == []
        page.mouse.move(1, 1)
        row = row_of(page, house)
        expect(row).to_have_class(FRESH)
        expect(row).to_have_css("animation-name", "fresh" if motion == "no-preference" else "none")
        if motion == "reduce":
            tint = {"light": "rgb(226, 241, 238)", "dark": "rgb(21, 48, 45)"}[theme]
            expect(row).to_have_css("background-color", tint)
            assert window.barriers() == []
