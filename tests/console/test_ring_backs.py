"""The page of calls to return: who sees which, takes one, rings, and says how it went."""

import pytest
from sqlalchemy import select

from base.database import reading, transaction
from console.masks import masked
from console.words import say
from hotline.models import Call, RingBack
from hotline.ringback import RingBackState, RingBackWhy
from messages.models import Message
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening
from tickets.models import Ticket


@pytest.fixture
def owed(evening: Evening) -> dict[str, int]:
    """A call to return about a ticket of one's own project, of the other, and of headquarters."""
    with transaction() as session:
        call_id = session.scalars(select(Call.id)).first()
        ids = {}
        for name in ("soon", "elsewhere", "headquarters"):
            ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
            row = RingBack(
                number=OWNER, ticket_id=ticket.id, last_call_id=call_id, why=RingBackWhy.MISSED,
                owed_at=evening.at, due_at=evening.at,
            )  # fmt: skip
            session.add(row)
            session.flush()
            ids[name] = row.id
        return ids


def row_of(id: int) -> RingBack:
    with reading() as session:
        row = session.get_one(RingBack, id)
        session.expunge_all()
        return row


def test_each_sees_their_own_and_no_whole_number(logged_in: LogIn, owed: dict[str, int]) -> None:
    shown = {"agent": {"soon"}, "abroad": {"elsewhere"}, "centre": set(owed), "quality": {"soon", "elsewhere"}}
    for login, names in shown.items():
        page = logged_in(login).get("/ring-backs").text
        assert {name for name, id in owed.items() if f'id="rb-{id}"' in page} == names, login
        assert masked(OWNER) in page
        assert BARE not in page
        assert ('id="take-' in page) == (login != "quality")


def test_the_board_counts_them_and_a_new_one_is_news(logged_in: LogIn, evening: Evening, owed: dict[str, int]) -> None:
    browser = logged_in("agent")
    tag = browser.get("/board").headers["HX-PTag"]
    assert say("ringback.board.one", "zh") in browser.get("/").text
    assert browser.get("/board", headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        session.get_one(RingBack, owed["soon"]).settled_at = evening.at
    answer = browser.get("/board", headers={"HX-PTag": tag})
    assert answer.status_code == 200
    assert 'id="ring-backs"' not in answer.text


def test_the_first_of_them_stand_on_the_desk_with_their_clocks_and_who_has_them(
    logged_in: LogIn, evening: Evening, owed: dict[str, int]
) -> None:
    agent, id = logged_in("agent"), owed["soon"]
    with transaction() as session:
        row = session.get_one(RingBack, id)
        row.owed_at, row.due_at = later(minutes=-10), later(minutes=15)
    later(minutes=-5)
    page = agent.get("/")
    shown = page.text.split(f'id="owing-{id}"')[1].split("</li>")[0]
    assert 'data-left="300.0" data-total="900' in shown
    assert say("ringback.clock", "zh") in shown
    assert masked(OWNER) in shown
    logged_in("centre").sends(f"/ring-backs/{id}/take")
    taken = agent.get("/board", headers={"HX-PTag": page.headers["HX-PTag"]})
    assert taken.status_code == 200
    assert say("ringback.has", "zh", who="吴静") in taken.text.split(f'id="owing-{id}"')[1].split("</li>")[0]
    assert "owing-" not in logged_in("technician").get("/").text


def test_one_takes_it_rings_and_says_how_it_went(logged_in: LogIn, evening: Evening, owed: dict[str, int]) -> None:
    agent, other, id = logged_in("agent"), logged_in("centre"), owed["soon"]
    assert agent.sends(f"/ring-backs/{id}/take").status_code == 303
    other.sends(f"/ring-backs/{id}/take")
    assert row_of(id).taken_by_id == evening.staff["agent"]
    assert say("ringback.not_yours", "zh") in other.get("/ring-backs").text
    for browser in (other, agent):
        browser.sends(f"/ring-backs/{id}/ring")
        browser.sends(f"/ring-backs/{id}/result", result="spoken") if browser is other else None
    with reading() as session:
        calls = session.scalars(select(Message).where(Message.about == f"ringback:{id}")).all()
        assert [call.number for call in calls] == ["+8613900000000"]
    assert row_of(id).state is RingBackState.TAKEN
    agent.sends(f"/ring-backs/{id}/result", result="spoken")
    assert row_of(id).state is RingBackState.SPOKEN
    assert say("event.rang_back.spoken", "zh") in agent.get(f"/tickets/{evening.refs['soon']}").text


def test_what_was_in_vain_is_owed_again_a_while_later(logged_in: LogIn, evening: Evening, owed: dict[str, int]) -> None:
    agent, id = logged_in("agent"), owed["soon"]
    agent.sends(f"/ring-backs/{id}/take")
    agent.sends(f"/ring-backs/{id}/ring")
    at = later(minutes=2)
    agent.sends(f"/ring-backs/{id}/result", result="not_reached")
    row = row_of(id)
    assert (row.state, row.tried, row.due_at > at) == (RingBackState.OWED, 1, True)


def test_what_is_anothers_project_is_not_there(logged_in: LogIn, owed: dict[str, int]) -> None:
    agent = logged_in("agent")
    for act in ("take", "leave", "ring", "result"):
        for name in ("elsewhere", "headquarters"):
            assert agent.sends(f"/ring-backs/{owed[name]}/{act}").status_code == 404
        assert agent.sends(f"/ring-backs/999/{act}").status_code == 404
    assert row_of(owed["elsewhere"]).state is RingBackState.OWED
