"""Entry to an empty home, asked for at the desk and through the API."""

from collections.abc import Callable

from sqlalchemy import select

from base.database import reading
from console.words import say
from outreach.entries import EntryState
from outreach.entrymodels import EntryRequest
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, Evening
from tests.console.test_new_ticket import opened
from tests.console.test_ticket import ticket


def test_a_grave_leak_asks_whoever_belongs_to_the_home_once(logged_in: LogIn, evening: Evening) -> None:
    agent = logged_in("agent")
    ref = opened(agent, level="P1", category="burst_pipe", number=OWNER)
    home = str(ticket(ref).home_id)
    form = agent.get(f"/tickets/{ref}/entry").text
    assert f'value="{home}"' in form
    assert say("entry.do.ask", "zh") in form
    assert agent.sends(f"/tickets/{ref}/entry", home="999").status_code == 422
    assert agent.sends(f"/tickets/{ref}/entry", home=home).status_code == 303
    assert agent.sends(f"/tickets/{ref}/entry", home=home).status_code == 409
    asking = agent.get(f"/tickets/{ref}/entry").text
    assert say("entry.state.asking", "zh") in asking
    assert say("entry.do.ask", "zh") not in asking
    page = agent.get(f"/tickets/{ref}").text
    assert say("event.message.entry_rung", "zh") in page
    assert "林婷 138****6021" in page
    with reading() as session:
        asked = session.scalars(select(EntryRequest)).one()
        assert (asked.state, [one["number"] for one in asked.whom]) == (EntryState.ASKING, [OWNER])


def test_what_is_no_grave_leak_is_not_asked_about(logged_in: LogIn, evening: Evening) -> None:
    agent = logged_in("agent")
    assert agent.get(f"/tickets/{evening.refs['lift']}/entry").text == ""
    home = str(ticket(evening.refs["lift"]).home_id)
    assert agent.sends(f"/tickets/{evening.refs['lift']}/entry", home=home).status_code == 409


def test_programs_ask_too_and_the_walls_hold(
    program: Callable[..., Program],  # noqa: F811
    logged_in: LogIn, evening: Evening,
) -> None:  # fmt: skip
    ref = opened(logged_in("agent"), level="P1", category="burst_pipe", number=OWNER)
    home = ticket(ref).home_id
    assert program("abroad").posts(f"/tickets/{ref}/entry", home=home).status_code == 404
    made = program("agent").posts(f"/tickets/{ref}/entry", home=home)
    assert (made.status_code, made.json["state"], made.json["telephones"]) == (201, "asking", 1)
    assert program("agent").posts(f"/tickets/{ref}/entry", home=home).status_code == 409
