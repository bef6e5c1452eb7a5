"""The hand-over sheet: everything that is still somebody's, once, and nothing that is not theirs to see."""

import re

import pytest
from sqlalchemy import select

from base.database import transaction
from console.words import say
from hotline.actions import returning
from hotline.models import Call, RingBack
from hotline.ringback import RingBackWhy
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket


def lists(page: str) -> dict[str, list[str]]:
    """The tickets of each list of the sheet."""
    parts = re.split(r'<section class="board card" id="(\w+)"', page)
    return {name: re.findall(r'id="tk-([\d-]+)"', html) for name, html in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.fixture
def missed(evening: Evening) -> str:
    """Somebody who hung up before anybody answered, and is owed a call."""
    with transaction() as session:
        call_id = session.scalars(select(Call.id)).first()
        draft = TicketDraft(
            Kind.HELP, "missed_call", Channel.CALL, project_id=evening.home_project, caller_number="+8613700137000"
        )
        ticket = actions.open_ticket(session, draft, at=evening.at)
        session.add(RingBack(
            number="+8613700137000", ticket_id=ticket.id, last_call_id=call_id, why=RingBackWhy.MISSED,
            owed_at=evening.at, due_at=evening.at,
        ))  # fmt: skip
        return ticket.ref


def test_what_is_open_stands_in_one_list_the_gravest(logged_in: LogIn, evening: Evening, missed: str) -> None:
    later(days=3)
    found = lists(logged_in("agent").get("/oncall/handover").text)
    assert {evening.refs["lift"], evening.refs["alarm"], evening.refs["late"]} <= set(found["dangers"])
    assert found["owed"] == [missed]
    assert evening.refs["soon"] in found["late"], "its time is over by now"
    every = [ref for refs in found.values() for ref in refs]
    assert len(every) == len(set(every))
    assert evening.refs["done"] not in every


def test_the_calls_owed_are_those_of_their_own_page(logged_in: LogIn, evening: Evening, missed: str) -> None:
    agent = logged_in("agent")
    with transaction() as session:
        ticket = session.query(Ticket).where(Ticket.ref == missed).one()
        actions.acknowledge(session, ticket.id, evening.staff["agent"], at=evening.at, how="click")
    assert lists(agent.get("/oncall/handover").text)["owed"] == [missed], "taken is not rung back"
    with transaction() as session:
        returning.spoken(session, session.scalars(select(RingBack.id)).one(), at=evening.at)
    assert missed not in agent.get("/ring-backs").text
    assert "owed" not in lists(agent.get("/oncall/handover").text)


def test_who_hands_over_to_whom_and_what_lasts_and_was_noted(logged_in: LogIn, evening: Evening) -> None:
    agent = logged_in("agent")
    with transaction() as session:
        ticket = session.query(Ticket).where(Ticket.ref == evening.refs["lift"]).one()
        actions.note(session, ticket.id, evening.staff["agent"], at=evening.at, text="电梯厂家已在路上")
    page = agent.get("/oncall/handover").text
    duty = page.split('id="h-duty"')[1].split("</section>")[0]
    assert "周建国" in duty
    assert "电梯厂家已在路上" in page.split('id="notes"')[1]


def test_the_walls_of_the_desk_stand_here_too(logged_in: LogIn, evening: Evening, missed: str) -> None:
    there = logged_in("elsewhere").get("/oncall/handover").text
    assert missed not in there
    assert evening.refs["lift"] not in there


def test_a_quiet_night_says_so(logged_in: LogIn, evening: Evening) -> None:
    assert say("handover.quiet", "zh") not in logged_in("agent").get("/oncall/handover").text
    with transaction() as session:
        session.query(Ticket).update({"status": "closed"})
    assert say("handover.quiet", "zh") in logged_in("elsewhere").get("/oncall/handover").text
