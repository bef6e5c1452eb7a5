"""What was said straight to headquarters is seen there, and by nobody who belongs to a project."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from base.access import Role
from base.clock import now
from base.database import reading, transaction
from base.settings import Settings
from console import scope
from console.words import say
from directory.models import Project
from hotline.models import Recording
from hotline.shelf import shelf_at
from tests import make
from tests.buckets import a_bucket
from tests.console.conftest import Browser, later
from tests.console.evening import OWNER, Evening, stored
from tests.console.test_desk import refs_in
from tickets import actions
from tickets.lifecycle import Level
from tickets.models import EventType, Ticket, TicketEvent

Open = Callable[[], Browser]


@pytest.fixture
def somebody(browser: Open, evening: Evening) -> Callable[..., Browser]:
    """Somebody new at the desk, of this role; in the project that the complaint is about, or in none."""

    def enter(role: Role, *, of_project: bool) -> Browser:
        with transaction() as session:
            project = session.get(Project, evening.home_project) if of_project else None
            make.a_member_of_staff(session, "新同事", "+8613900000077", role, project, password_hash=stored())
        client = browser()
        assert client.logs_in("新同事").status_code == 303
        return client

    return enter


def counted(page: str) -> int:
    return int(re.search(r'id="show-open"[^>]*>[^<]*<span class="num">(\d+)', page)[1])


def told(ref: str) -> list[EventType]:
    with reading() as session:
        query = select(TicketEvent.type).join(Ticket, Ticket.id == TicketEvent.ticket_id).where(Ticket.ref == ref)
        return list(session.scalars(query.order_by(TicketEvent.id)))


@pytest.mark.parametrize("role", list(Role))
def test_whoever_has_a_project_does_not_see_it_in_any_role(
    somebody: Callable[..., Browser], evening: Evening, role: Role
) -> None:
    client, ref = somebody(role, of_project=True), evening.refs["headquarters"]
    before = told(ref)
    for path in (f"/tickets/{ref}", f"/tickets/{ref}/case", f"/recordings/{evening.sounds['headquarters']}"):
        assert client.get(path).status_code == 404, path
    for move in ("note", "reveal", *(move.value for move in scope.WHO_MAY)):
        assert client.sends(f"/tickets/{ref}/{move}", text="说明").status_code in {403, 404}, move
    assert told(ref) == before
    for show in ("open", "mine", "ended"):
        assert ref not in client.get(f"/?show={show}").text
        assert ref not in client.get(f"/board?show={show}&project={evening.home_project}").text
    board = client.get("/?show=open").text
    assert counted(board) == len(refs_in(board))
    for asked in (ref, "6021", OWNER, "2号楼1单元0903", "服务态度", "林婷"):
        assert f'id="tk-{ref}"' not in client.sends("/search", q=asked).text, asked
    assert ref not in client.get(f"/tickets/{evening.refs['lift']}").text, "nor beside others of the same caller"


@pytest.mark.parametrize("role", list(Role))
def test_whoever_serves_the_whole_company_sees_it_and_whose_it_is(
    somebody: Callable[..., Browser], evening: Evening, role: Role
) -> None:
    client, ref = somebody(role, of_project=False), evening.refs["headquarters"]
    page, board = client.get(f"/tickets/{ref}"), client.get("/?show=open").text
    assert page.status_code == client.get(f"/tickets/{ref}/case").status_code == 200
    assert client.get(f"/recordings/{evening.sounds['headquarters']}").status_code == 200
    row = board.split(f'id="tk-{ref}"')[1].split("</li>")[0]
    head = page.text.split('id="case-head"')[1].split("</header>")[0]
    for html in (row, head):
        assert say("headquarters", "zh") in html
    assert board.count(say("headquarters", "zh")) == 1, "no other ticket is headquarters'"
    assert say("headquarters", "en") in client.get(f"/tickets/{ref}?lang=en").text
    assert counted(board) == len(refs_in(board))
    assert ref in refs_in(client.sends("/search", q=ref).text)
    assert client.sends(f"/tickets/{ref}/note", text="已转品训部").status_code == 303
    assert client.sends(f"/tickets/{ref}/reveal", text="回电").status_code == 200


def test_a_change_of_it_reaches_the_desks_that_see_it_and_its_words_no_other(
    somebody: Callable[..., Browser], logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    above, accused, ref = logged_in("director"), logged_in("manager"), evening.refs["headquarters"]
    tags = {client: client.get("/").headers["HX-PTag"] for client in (above, accused)}
    with transaction() as session:
        ticket = actions.find_by_ref(session, ref)
        actions.amend(session, ticket.id, at=later(seconds=1), level=Level.C2)
        actions.raise_alarm(session, ticket.id, at=now())
    assert f'data-alarm="{ref}"' in above.get("/board", headers={"HX-PTag": tags[above]}).text
    assert ref not in accused.get("/board", headers={"HX-PTag": tags[accused]}).text


def test_the_numbers_of_the_house_do_not_tell_whose_complaints_they_are(
    logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    numbers = logged_in("admin").get("/metrics").text
    assert 'huiyin_tickets{level="C1",status="open"} 3.0' in numbers
    assert "HQ" not in numbers


def test_a_recordings_folder_may_be_written_as_an_address(
    app: Flask, logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    here: Settings = app.extensions["settings"]
    address = f"file://{Path(here.recordings_url).absolute()}"
    app.extensions["settings"] = here.model_copy(update={"recordings_url": address})
    assert logged_in("agent").get(f"/recordings/{evening.recording}").status_code == 200


def test_what_lies_in_a_bucket_is_played_through_us_in_the_parts_a_player_asks_for(
    app: Flask, logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    here: Settings = app.extensions["settings"]
    with reading() as session:
        path = session.get_one(Recording, evening.recording).path
    sound = (Path(here.recordings_url) / path).read_bytes()
    with a_bucket() as url:
        app.extensions["settings"] = here.model_copy(update={"recordings_url": url})
        agent = logged_in("agent")
        address = f"/recordings/{evening.recording}"
        assert agent.get(address).status_code == 404, "it is not there"
        shelf_at(url).put(path, sound)
        assert agent.get(address).data == sound
        part = agent.get(address, headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.data, part.headers["Content-Range"]) == (
            206,
            sound[:10],
            f"bytes 0-9/{len(sound)}",
        )


def test_what_a_machine_made_of_a_message_stands_below_its_player_and_is_said_to_be_a_machines(
    logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    agent, address = logged_in("agent"), f"/tickets/{evening.refs['lift']}"
    assert "transcript-" not in agent.get(address).text
    before = agent.get(f"{address}/case").headers["HX-PTag"]
    with transaction() as session:
        session.get_one(Recording, evening.recording).transcript = "有人困在<电梯>里"
    shown = agent.get(address).text
    assert f'id="transcript-{evening.recording}"' in shown
    assert "机器转写，仅供参考" in shown
    assert "有人困在&lt;电梯&gt;里" in shown
    assert agent.get(f"{address}/case").headers["HX-PTag"] != before, "whoever looks at it sees it come"
