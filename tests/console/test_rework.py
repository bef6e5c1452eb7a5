"""What its owner says is not done has a day to be done again: a clock, a mark with its count, and a list."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from base.database import transaction
from console.words import say
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tickets import actions
from tickets.models import Ticket


def refused(evening: Evening, name: str = "done", times: int = 1) -> str:
    """Its owner was asked how it was, and said that it is not done."""
    with transaction() as session:
        found = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
        for n in range(times):
            at = evening.at - timedelta(minutes=10 - 2 * n)
            actions.reopen(session, found.id, None, at=at, text="", refused={"survey": 1, "score": 1})
            if n < times - 1:
                again = at + timedelta(minutes=1)
                actions.resolve(session, found.id, evening.staff["technician"], at=again, text="又紧了一遍")
        return found.ref


def row(page: str, ref: str) -> str:
    return page.split(f'id="tk-{ref}"')[1].split("</li>", maxsplit=1)[0]


def test_it_is_marked_with_its_count_and_has_a_list_of_its_own(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("supervisor")
    assert say("empty.rework.title", "zh") in browser.get("/?show=rework").text
    ref, mine = refused(evening, times=2), evening.refs["mine"]
    page = browser.get("/?show=rework").text
    assert say("reworked", "zh", n=2) in row(page, ref)
    assert f'id="tk-{mine}"' not in page
    assert say("reworked", "zh", n=2) in row(browser.get("/").text, ref)
    assert say("reworked", "zh", n=1) not in row(browser.get("/").text, mine)


def test_its_page_shows_the_day_it_has(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["done"]
    assert 'id="clock-finish"' not in browser.get(f"/tickets/{ref}").text, "a lift that fails has no such clock"
    refused(evening)
    page = browser.get(f"/tickets/{ref}").text
    assert say("reworked", "zh", n=1) in page
    assert "限 1 天" in page.split('id="clock-finish"')[1].split("</li>")[0]


def test_what_a_supervisor_reopens_is_not_counted(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["done"]
    assert browser.sends(f"/tickets/{ref}/reopen", text="复查没过").status_code == 303
    assert f'id="tk-{ref}"' not in browser.get("/?show=rework").text
    assert 'id="clock-finish"' not in browser.get(f"/tickets/{ref}").text


def test_programs_ask_for_what_was_done_again(program: Callable[..., Program], evening: Evening) -> None:  # noqa: F811
    who, ref = program("agent"), refused(evening)
    assert [(one["ref"], one["reworked"]) for one in who.gets("/tickets", reworked="true").json["items"]] == [(ref, 1)]
    rest = {one["ref"] for one in who.gets("/tickets", reworked="false", limit=100).json["items"]}
    assert rest
    assert ref not in rest
    clock = next(one for one in who.gets(f"/tickets/{ref}").json["clocks"] if one["name"] == "finish")
    assert (clock["total_s"], clock["is_extended"]) == (86400, False)
