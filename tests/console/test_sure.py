"""What takes something from somebody is done by the second of two buttons, beside words that say what will happen."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from base import clock
from base.database import reading, transaction
from console.hooks import keeping
from console.hooks.models import Hook
from console.words import say
from directory import tokens
from directory.accessmodels import ApiToken, SecondStep
from directory.accessmodels import LogIn as LogInRow
from directory.models import Staff
from oncall.models import CalendarLink, Leave
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_leave import form
from tests.console.test_second_step import enrolled

FORM = re.compile(r"<form method=\"post\" action=\"([^\"]+)\"[^>]*>(.*?)</form>", re.DOTALL)


@pytest.fixture
def ids(app: Flask, logged_in: LogIn, evening: Evening) -> dict[str, int]:
    """Something of each sort that can be taken away."""
    enrolled(logged_in("second"))
    logged_in("agent").sends("/oncall/calendar")
    logged_in("agent")
    logged_in("supervisor").sends("/oncall/leave", **form(evening))
    with transaction() as session:
        admin, at = evening.staff["admin"], clock.now()
        of_agent = session.get_one(Staff, evening.staff["agent"])
        tokens.make_token(session, name="门禁", staff=of_agent, at=at)
        hook = keeping.subscribe(
            session, name="ERP", url="https://erp.example.com/in", events=["ticket.*"], project_id=None, by_id=admin,
            allowed=frozenset(), at=at,
        )  # fmt: skip
        return {
            "hook": hook.id, "colleague": evening.staff["second"], "agent": of_agent.id,
            "token": session.scalars(select(ApiToken.id)).one(),
            "leave": session.scalars(select(Leave.id)).one(),
            "log_in": session.scalars(select(LogInRow.id).where(LogInRow.staff_id == of_agent.id)).all()[-1],
        }  # fmt: skip


def stands(ids: dict[str, int]) -> list[Any]:
    """All that can be taken away, as it is."""
    with reading() as session:
        colleague = session.get_one(Staff, ids["colleague"])
        return [
            session.get_one(Hook, ids["hook"]).is_active, session.get_one(ApiToken, ids["token"]).revoked_at,
            session.get_one(Leave, ids["leave"]).withdrawn_at, session.scalars(select(CalendarLink.hash)).first(),
            colleague.password_hash, session.scalar(select(func.count()).select_from(SecondStep)),
            session.scalar(select(func.count(LogInRow.ended_at))),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("login", "page", "action", "words"),
    [
        ("admin", "/tokens", "/tokens/{token}/revoke", "tokens.do_revoke.why"),
        ("agent", "/tokens/mine", "/tokens/mine/{token}/revoke", "tokens.do_revoke.why"),
        ("admin", "/webhooks/{hook}", "/webhooks/{hook}/switch", "hooks.do_off.why"),
        ("admin", "/staff", "/staff/{colleague}/second/off", "accounts.second.why"),
        ("admin", "/staff", "/staff/{colleague}/password", "accounts.reset.why"),
        ("admin", "/staff", "/staff/{colleague}/sessions/end", "accounts.end.why"),
        ("agent", "/me", "/me/sessions/end", "account.end_others.why"),
        ("agent", "/me", "/me/sessions/{log_in}/end", "account.end.why"),
        ("supervisor", "/oncall/leave", "/oncall/leave/{leave}/withdraw", "leave.withdraw.why"),
        ("agent", "/oncall", "/oncall/calendar", "calendar.anew.why"),
        ("agent", "/oncall", "/oncall/calendar/revoke", "calendar.revoke.why"),
    ],
)
def test_the_first_button_only_says_what_will_happen(
    logged_in: LogIn, ids: dict[str, int], login: str, page: str, action: str, words: str
) -> None:
    client = logged_in(login)
    seen = client.get(page.format(**ids)).text
    forms = dict(FORM.findall(seen))
    found = forms[action.format(**ids)]
    assert 'name="sure" value="yes"' in found
    before_form = seen.split(f'action="{action.format(**ids)}"')[0].rsplit("<details", 1)[1]
    assert 'class="sure"' in before_form
    assert "</details>" not in before_form, "it stands closed behind the first button"
    assert say(words, "zh", name="ERP", n=1).split("ERP")[-1].split("1")[-1] in found
    was = stands(ids)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))
    fields.pop("csrf_token")
    unsure = client.sends(action.format(**ids), **{**fields, "sure": ""})
    assert (unsure.status_code, stands(ids)) == (422, was)
    assert "请先看清会发生什么" in unsure.text
    assert client.sends(action.format(**ids), **fields).status_code in {200, 303}
    assert stands(ids) != was
