"""A technician's telephone loses its network: a press is kept, sent once, and nothing that was typed is lost."""

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import func, select

from base.database import transaction
from console.words import say
from hotline.models import Photo
from tests.browser.conftest import House, Window, a_window
from tests.hotline.photographs import JPEG
from tickets.models import EventType, Ticket

pytestmark = pytest.mark.browser


def told(house: House, ref: str, fact: EventType) -> list[str]:
    """What the timeline says of one kind of fact."""
    with house.app.app_context(), transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        return [event.text for event in ticket.events if event.type is fact]


def at_work(window: Window, ref: str) -> None:
    window.logs_in("technician").goes(f"/?job={ref}")


def test_a_press_without_a_network_waits_and_is_made_once(chromium: Browser, house: House) -> None:
    ref = house.evening.refs["mine"]
    with a_window(chromium, house, width=390) as window:
        at_work(window, ref)
        window.page.context.set_offline(True)
        window.page.click("#do-arrive")
        expect(window.page.locator("#presses")).to_contain_text(
            say("press.waits", "zh", what=f"{say('do.arrive', 'zh')} {ref}")
        )
        assert told(house, ref, EventType.ARRIVED) == []
        window.page.context.set_offline(False)
        expect(window.page.locator("#do-resolve")).to_be_visible()
        assert len(told(house, ref, EventType.ARRIVED)) == 1
        expect(window.page.locator("#presses")).to_be_hidden()


def test_an_answer_that_was_lost_makes_no_second_note(chromium: Browser, house: House) -> None:
    ref = house.evening.refs["mine"]

    def loses_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    with a_window(chromium, house, width=390) as window:
        at_work(window, ref)
        window.page.route("**/note", loses_the_answer, times=1)
        window.page.click("#do-note")
        window.page.fill("#note-text", "钥匙在门卫")
        window.page.click("#note .btn-primary")
        expect(window.page.locator("#presses")).to_be_visible()
        window.page.reload()
        expect(window.page.locator("#presses")).to_be_hidden()
        assert told(house, ref, EventType.NOTED) == ["钥匙在门卫"]


def photos_of(house: House, ref: str) -> int:
    with house.app.app_context(), transaction() as session:
        theirs = select(func.count(Photo.id)).join(Ticket, Ticket.id == Photo.ticket_id).where(Ticket.ref == ref)
        return session.scalars(theirs).one()


def a_note_with_a_photo(window: Window, ref: str, words: str = "") -> None:
    at_work(window, ref)
    window.page.click("#do-note")
    window.page.fill("#note-text", words)
    window.page.set_input_files("#note-photos", {"name": "pump.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
    window.page.click("#note .btn-primary")
    expect(window.page.locator("#presses")).to_contain_text(say("press.photos.wait", "zh"))


def is_back(window: Window) -> None:
    """There is a network again, and the telephone notices."""
    window.page.unroute_all()
    window.page.evaluate("dispatchEvent(new Event('online'))")


@pytest.mark.parametrize("words", ["水泵型号", ""])
def test_a_photo_waits_for_a_network_while_its_page_is_open(chromium: Browser, house: House, words: str) -> None:
    ref = house.evening.refs["mine"]
    with a_window(chromium, house, width=390) as window:
        window.page.route("**/note", lambda route: route.abort())
        a_note_with_a_photo(window, ref, words)
        is_back(window)
        expect(window.page.locator("#presses")).to_be_hidden()
        assert told(house, ref, EventType.NOTED) == [words or say("photo.only", "zh")]
        assert photos_of(house, ref) == 1


def test_a_note_of_a_photo_whose_answer_was_lost_is_made_once(chromium: Browser, house: House) -> None:
    ref = house.evening.refs["mine"]

    def loses_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    with a_window(chromium, house, width=390) as window:
        window.page.route("**/note", loses_the_answer, times=1)
        a_note_with_a_photo(window, ref)
        assert photos_of(house, ref) == 1
        is_back(window)
        expect(window.page.locator("#presses")).to_be_hidden()
        assert photos_of(house, ref) == len(told(house, ref, EventType.NOTED)) == 1


def test_a_photo_whose_page_was_closed_is_said_to_be_missing_until_it_is_added(
    chromium: Browser, house: House
) -> None:  # fmt: skip
    ref = house.evening.refs["mine"]
    with a_window(chromium, house, width=390) as window:
        window.page.on("dialog", lambda dialog: dialog.accept())
        window.page.route("**/note", lambda route: route.abort())
        a_note_with_a_photo(window, ref, "水泵型号")
        window.page.reload()
        presses = window.page.locator("#presses")
        expect(presses).to_contain_text(say("press.photos.lost", "zh"))
        is_back(window)
        what = f"{say('day.note', 'zh')} {ref}"
        expect(presses).to_contain_text(say("press.bare", "zh", what=what))
        assert told(house, ref, EventType.NOTED) == ["水泵型号"]
        assert photos_of(house, ref) == 0
        presses.get_by_role("link").click()
        expect(window.page.locator("#note-photos")).to_be_visible()
        expect(presses).to_be_hidden()


def test_what_is_refused_later_is_said_and_its_words_are_kept(chromium: Browser, house: House) -> None:
    ref = house.evening.refs["mine"]
    with a_window(chromium, house, width=390) as window:
        at_work(window, ref)
        window.page.click("#do-arrive")
        window.page.click("#do-resolve")
        window.page.fill("#resolve-text", "换了水阀")
        window.page.context.set_offline(True)
        window.page.click("#resolve .btn-primary")
        expect(window.page.locator("#presses")).to_contain_text(ref)
        with house.app.app_context(), transaction() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
            ticket.assignee_id = house.evening.staff["second"]
        window.page.context.set_offline(False)
        expect(window.page.locator("#presses")).to_contain_text(say("press.look", "zh"))
        kept = window.page.evaluate(f"localStorage.getItem('huiyin.draft.{house.evening.staff['technician']}.{ref}')")
        assert kept == "换了水阀"
        assert told(house, ref, EventType.RESOLVED) == []
