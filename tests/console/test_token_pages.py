"""Tokens of the API on the desk: seen by admins and by whom they act as, and ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.words import say
from directory import tokens
from directory.accessmodels import ApiToken
from directory.auditmodels import Audit
from directory.models import Staff
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening


@pytest.fixture
def made(evening: Evening) -> dict[str, int]:
    """A token of an agent and one of a manager, by name; the latter for a day."""
    with transaction() as session:
        for name, login, more in (
            ("门禁", "agent", {"may": ["write:tickets"]}),
            ("月报", "manager", {"may_reveal": True}),
        ):
            staff = session.get(Staff, evening.staff[login])
            lives = timedelta(days=1) if login == "manager" else None
            tokens.make_token(session, name=name, staff=staff, at=clock.now(), lives=lives, **more)
        tokens.mark_used(session, tokens.all_tokens(session)[0].id, at=clock.now())
        return {one.name: one.id for one in tokens.all_tokens(session)}


def is_over(id: int) -> bool:
    with reading() as session:
        return session.get_one(ApiToken, id).revoked_at is not None


def test_an_admin_sees_whose_they_are_and_what_they_may_and_ends_one(
    logged_in: LogIn, evening: Evening, made: dict[str, int]
) -> None:
    admin = logged_in("admin")
    page = admin.get("/tokens").text
    of = {name: page.split(f'id="tk-{id}"')[1].split("</li>")[0] for name, id in made.items()}
    assert "write:tickets" in of["门禁"]
    assert say("tokens.unused", "zh") in of["门禁"]
    assert say("tokens.no_end", "zh") in of["门禁"]
    assert "reveal" in of["月报"]
    assert say("tokens.unused", "zh") not in of["月报"]
    assert admin.sends(f"/tokens/{made['门禁']}/revoke", sure="yes").location == "/tokens"
    assert (is_over(made["门禁"]), is_over(made["月报"])) == (True, False)
    with reading() as session:
        (written,) = [one for one in session.scalars(select(Audit)) if tokens.REVOKED in one.reason]
        assert (written.staff_id, "门禁" in written.reason) == (evening.staff["admin"], True)
    later(days=1)
    admin = logged_in("admin")
    page = admin.get("/tokens").text
    assert say("tokens.state.revoked", "zh") in page
    assert say("tokens.state.expired", "zh") in page
    assert admin.sends(f"/tokens/{made['门禁']}/revoke", sure="yes").status_code == 404, "once is enough"


def test_everybody_sees_and_ends_those_that_act_as_them_and_no_others(
    logged_in: LogIn, evening: Evening, made: dict[str, int]
) -> None:
    agent = logged_in("agent")
    assert 'href="/tokens/mine"' in agent.get("/oncall").text
    page = agent.get("/tokens/mine").text
    assert ("门禁" in page, "月报" in page) == (True, False)
    assert agent.sends(f"/tokens/mine/{made['月报']}/revoke", sure="yes").status_code == 404
    assert not is_over(made["月报"])
    assert agent.sends(f"/tokens/mine/{made['门禁']}/revoke", sure="yes").location == "/tokens/mine"
    assert is_over(made["门禁"])
    assert say("tokens.none.title", "zh") in logged_in("technician").get("/tokens/mine").text
