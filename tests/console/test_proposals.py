"""Calls that may be one trouble, at the desk: shown in red, made an incident with one press, or said to be none."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.models import Project
from tests import make
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, IncidentKind, Kind
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal


@pytest.fixture
def proposal(app: Flask, evening: Evening) -> int:
    """Three homes of building 6 told the desk within the same minute that the power is off."""
    return three_calls(evening)


def three_calls(evening: Evening, category: str = "water_power", then: Callable[[], None] = lambda: None) -> int:
    """Three homes of a building call about the same; `then` happens after each call. The proposal it makes."""
    for n in range(3):
        with transaction() as session:
            garden = session.get_one(Project, evening.home_project)
            draft = TicketDraft(
                kind=Kind.REPAIR, category=category, channel=Channel.DESK, project_id=garden.id,
                home_id=make.a_home(session, garden, f"6-1-{n + 1}01").id, place=f"6号楼1单元{n + 1}01室",
                caller_number=f"+861370000100{n}", summary="停电了",
            )  # fmt: skip
            open_ticket(session, draft, at=clock.now())
        then()
    with reading() as session:
        return session.scalars(select(Proposal.id)).one()


def test_the_desk_asks_in_red_until_somebody_answers(logged_in: LogIn, proposal: int, evening: Evening) -> None:
    agent = logged_in("agent")
    said = say("proposal.calls", "zh", n=3, what="水电", where="6号楼", minutes=1)
    page = agent.get("/").text
    assert said in page
    assert f'data-alarm="proposal-{proposal}"' in page
    assert f"/proposals/{proposal}/accept" not in logged_in("technician").get("/").text
    assert said in logged_in("technician").get("/").text
    assert said not in logged_in("abroad").get("/").text
    assert logged_in("abroad").get(f"/proposals/{proposal}").status_code == 404
    assert said not in agent.get(f"/?project={evening.other_project}").text
    answer = agent.sends(f"/proposals/{proposal}/accept")
    assert answer.status_code == 303
    assert said not in agent.get("/").text
    with reading() as session:
        made = session.scalars(select(Incident)).one()
        assert (answer.location, made.kind) == (f"/incidents/{made.id}", IncidentKind.POWER)
        assert made.promised_end_at is not None
        assert len(session.scalars(select(Ticket).where(Ticket.incident_id == made.id)).all()) == 3
    assert say("proposal.state.accepted", "zh") in agent.get(f"/proposals/{proposal}").text
    assert agent.sends(f"/proposals/{proposal}/accept").status_code == 409


def test_its_page_says_what_and_until_when_and_refuses_what_cannot_be(logged_in: LogIn, proposal: int) -> None:
    agent, path = logged_in("agent"), f"/proposals/{proposal}/accept"
    assert agent.sends(path, kind="war", promised_end="2026-11-22T22:00").status_code == 422
    past = agent.sends(path, kind="power", promised_end="2026-11-22T10:00")
    assert past.status_code == 422
    assert "已经过去" in past.text
    assert agent.sends(path, kind="other", promised_end="2026-11-22T23:10").status_code == 303
    with reading() as session:
        made = session.scalars(select(Incident)).one()
        assert (made.kind, f"{made.promised_end_at:%H:%M}") == (IncidentKind.OTHER, "15:10")


def test_a_no_needs_a_reason_that_the_tickets_keep(logged_in: LogIn, proposal: int) -> None:
    agent = logged_in("agent")
    refused = agent.sends(f"/proposals/{proposal}/refuse", reason=" ")
    assert refused.status_code == 422
    assert "请写明为什么不是同一事件" in refused.text
    assert agent.sends(f"/proposals/{proposal}/refuse", reason="各自跳闸").status_code == 303
    with reading() as session:
        refs = session.scalars(select(Ticket.ref).where(Ticket.place.startswith("6号楼"))).all()
    for ref in refs:
        page = agent.get(f"/tickets/{ref}").text
        assert "各自跳闸" in page
        assert say("event.amended.ungrouped", "zh") in page
    assert "各自跳闸" in agent.get(f"/proposals/{proposal}").text
