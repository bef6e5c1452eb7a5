"""What headquarters took in is followed by them, whoever handles it, until they have seen how it ended."""

from collections.abc import Callable

from sqlalchemy import select

from base.database import transaction
from console.words import say
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.test_desk import refs_in
from tests.console.test_handing import line
from tests.console.test_ticket import ticket
from tickets import actions
from tickets.lifecycle import CloseReason, Status
from tickets.models import Ticket


def taken_in(program: Callable[..., Program], login: str = "centre") -> str:  # noqa: F811
    """Somebody wrote it down, and it is the project's to handle."""
    asked = {"kind": "repair", "category": "water_power", "project": "幸福里小区", "summary": "水龙头滴水"}
    return str(program(login).posts("/tickets", **asked).json["ref"])


def test_headquarters_follow_what_they_took_in_with_its_clocks_and_last_word(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    ref, theirs = taken_in(program), taken_in(program, "agent")
    centre, hand = logged_in("centre"), logged_in("technician")
    page = centre.get("/following").text
    assert refs_in(page) == [ref]
    assert theirs not in page
    row = page.split(f'id="tk-{ref}"')[1].split("</li>")[0]
    assert say("clock.ack", "zh") in row
    assert hand.sends(f"/tickets/{ref}/acknowledge").status_code == 303
    later(minutes=1)
    assert hand.sends(f"/tickets/{ref}/note", text="先关了角阀").status_code == 303
    page = centre.get("/following").text
    last = page.split(f'id="last-{ref}"')[1].split("</li>")[0]
    assert "周建国" in last
    assert "先关了角阀" in last
    assert say("following.mark", "zh") in hand.get(f"/tickets/{ref}").text
    board = centre.get("/").text
    assert f'{say("following.title", "zh")} <span class="num">1</span>' in board
    assert 'id="show-following"' not in hand.get("/").text


def test_it_stays_when_it_is_sent_on_and_what_headquarters_handle_themselves_is_not_there(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    ref, centre = taken_in(program), logged_in("centre")
    sent = {"type": "refer", "to": "project", "project": "滨江花园", "text": "是那边的"}
    assert program("supervisor").posts(f"/tickets/{ref}/events", **sent).status_code == 200
    assert refs_in(centre.get("/following").text) == [ref]
    assert evening.refs["headquarters"] not in centre.get("/following").text, "they handle it themselves"
    back = sent | {"project": "幸福里小区"}
    path = f"/tickets/{evening.refs['headquarters']}/events"
    assert program("director").posts(path, **back).json["followed_by"] == "HQ"
    assert set(refs_in(centre.get("/following").text)) == {ref, evening.refs["headquarters"]}
    assert (
        program("centre").posts(f"/tickets/{ref}/events", type="assign", to=evening.staff["centre"]).status_code == 200
    )
    assert refs_in(centre.get("/following").text) == [evening.refs["headquarters"]]


def test_nobody_of_the_project_closes_it_and_headquarters_see_its_end(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    ref, centre, manager = taken_in(program), logged_in("centre"), logged_in("manager")
    assert centre.sends(f"/tickets/{ref}/end-seen").status_code == 409, "it goes on"
    assert manager.sends(f"/tickets/{ref}/resolve", text="换了龙头").status_code == 303
    assert 'id="do-close"' not in manager.get(f"/tickets/{ref}").text
    assert manager.sends(f"/tickets/{ref}/close", text="好了").status_code == 403
    assert program("manager").posts(f"/tickets/{ref}/events", type="close", text="好了").status_code == 403
    assert manager.sends(f"/tickets/{ref}/end-seen").status_code == 409
    assert ticket(ref).status is Status.RESOLVED
    with transaction() as session:  # its owner said that it is done
        found = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        actions.close(session, found.id, None, at=evening.at, why=CloseReason.SATISFIED)
    page = centre.get("/following").text
    assert say("following.ended", "zh") in page
    assert f'id="do-see-end-{ref}"' in page
    assert centre.sends(f"/tickets/{ref}/end-seen").status_code == 303
    assert refs_in(centre.get("/following").text) == []
    assert say("event.end_seen", "zh") in line(manager.get(f"/tickets/{ref}").text)
    assert centre.sends(f"/tickets/{ref}/end-seen").status_code == 409
    assert centre.sends(f"/tickets/{ref}/reopen", text="又漏").status_code == 303
    assert refs_in(centre.get("/following").text) == [ref], "and begins again with it"


def test_headquarters_who_close_it_have_seen_it(program: Callable[..., Program], evening: Evening) -> None:  # noqa: F811
    ref, centre = taken_in(program), program("centre")
    path = f"/tickets/{ref}/events"
    assert {one["ref"] for one in centre.gets("/tickets", followed="true").json["items"]} == {
        ref, evening.refs["headquarters"],
    }  # fmt: skip
    assert centre.posts(path, type="resolve", text="换了龙头").status_code == 200
    told = centre.posts(path, type="close", text="业主已确认").json
    assert (told["status"], [fact["type"] for fact in told["timeline"]][-2:]) == ("closed", ["closed", "end_seen"])
    assert ref not in {one["ref"] for one in centre.gets("/tickets", followed="false").json["items"]}


def test_a_project_has_nothing_to_follow(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    taken_in(program)
    page = logged_in("supervisor").get("/following").text
    assert say("following.not_yours", "zh") in page
    assert refs_in(page) == []
