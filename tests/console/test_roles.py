"""Who may enter which page, see which ticket, and make which move."""

from collections.abc import Callable

import pytest
from flask import Flask

from base.access import EVERYBODY_ON_STAFF, Guard, Role, guard_of
from console.scope import WHO_MAY
from tests.console.conftest import Browser
from tests.console.evening import Evening
from tickets.lifecycle import Move

LogIn = Callable[[str], Browser]
PUBLIC = {"console.login", "console.log_in", "console.static_file"}
LOGINS = {
    Role.AGENT: "agent", Role.TECHNICIAN: "technician", Role.SUPERVISOR: "supervisor", Role.MANAGER: "manager",
    Role.DIRECTOR: "director", Role.QUALITY: "quality", Role.ADMIN: "admin",
}  # fmt: skip
HOME = {"lift", "alarm", "late", "soon", "mine", "later", "half_way", "waits", "done", "nowhere", "texted"}
COMPANY = HOME | {"elsewhere", "headquarters"}
SEES = {
    "agent": HOME,
    "supervisor": HOME,
    "manager": HOME,
    "director": COMPANY,
    "quality": HOME | {"elsewhere"},
    "admin": COMPANY,
    "centre": COMPANY,
    "technician": HOME - {"waits"},
    "second": HOME - {"mine", "done"},
    "elsewhere": {"elsewhere", "nowhere"},
    "abroad": {"elsewhere", "nowhere"},
}


def views(app: Flask) -> dict[str, object]:
    return {name: view for name, view in app.view_functions.items() if name.startswith("console.")}


def test_only_the_log_in_and_files_are_public(app: Flask) -> None:
    public = {name for name, view in views(app).items() if Guard.PUBLIC in guard_of(view)}
    assert public == PUBLIC
    assert all(guard_of(view) <= EVERYBODY_ON_STAFF for name, view in views(app).items() if name not in PUBLIC)


def test_nobody_enters_any_other_page_without_logging_in(
    app: Flask, browser: Callable[[], Browser], evening: Evening
) -> None:
    client = browser()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint not in PUBLIC:
            path = rule.rule.replace("<ref>", evening.refs["lift"]).replace("<int:id>", str(evening.recording))
            method = "POST" if "POST" in rule.methods else "GET"
            answer = client.open(path, method=method)
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), path


@pytest.mark.parametrize("login", sorted(SEES))
def test_each_sees_their_tickets_and_no_others(logged_in: LogIn, evening: Evening, login: str) -> None:
    client = logged_in(login)
    may_see = {name for name, ref in evening.refs.items() if client.get(f"/tickets/{ref}").status_code == 200}
    assert may_see == SEES[login]
    board = client.get("/").text + client.get("/?show=ended").text
    assert {name for name, ref in evening.refs.items() if f'id="tk-{ref}"' in board} == SEES[login]
    for name in set(evening.refs) - SEES[login]:
        assert client.sends(f"/tickets/{evening.refs[name]}/note", text="x").status_code == 404
        assert client.get(f"/tickets/{evening.refs[name]}/case").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_makes_its_moves_and_no_others(logged_in: LogIn, evening: Evening, role: Role) -> None:
    client = logged_in(LOGINS[role])
    on = {Move.ACKNOWLEDGE: "soon", Move.ARRIVE: "soon", Move.RESOLVE: "soon", Move.NOTE: "soon", Move.CLOSE: "done",
          Move.REOPEN: "done"}  # fmt: skip
    for move, name in on.items():
        ref = evening.refs[name]
        page = client.get(f"/tickets/{ref}").text
        status = client.sends(f"/tickets/{ref}/{move.value}", text="说明").status_code
        assert status == (303 if role in WHO_MAY[move] else 403), (role, move)
        if role not in WHO_MAY[move]:
            assert f'id="do-{move.value}"' not in page
