"""One's own password and log-ins; and what an administrator does about those of others."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select

from base.database import Database, reading, transaction
from console import passwords
from console.words import say
from directory.accessmodels import LogIn
from directory.auditmodels import Audit, AuditWhat
from directory.models import Staff
from tests.console.conftest import Browser, later
from tests.console.conftest import LogIn as Enter
from tests.console.evening import PASSWORD, Evening

ANOTHER = "又一个 long enough 口令"
POLL = {"HX-Request": "true"}


def is_in(client: Browser) -> bool:
    return client.get("/oncall").status_code == 200


def changed(client: Browser, old: str = PASSWORD, new: str = ANOTHER, again: str | None = None) -> tuple[int, str]:
    answer = client.sends("/me/password", old=old, new=new, again=new if again is None else again)
    return answer.status_code, answer.text


def rows(staff_id: int) -> list[LogIn]:
    with reading() as session:
        return list(session.scalars(select(LogIn).where(LogIn.staff_id == staff_id).order_by(LogIn.id)))


def written_down(what: AuditWhat) -> list[tuple[int | None, str]]:
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.what == what).order_by(Audit.id))
        return [(one.staff_id, one.about) for one in found]


def test_a_new_password_for_the_old_one_ends_the_log_ins_elsewhere(
    logged_in: Enter, browser: Callable[[], Browser], evening: Evening
) -> None:
    here, there = logged_in("agent"), logged_in("agent")
    assert changed(here)[0] == 303
    assert is_in(here)
    assert not is_in(there)
    assert browser().logs_in("agent").status_code == 401
    assert browser().logs_in("agent", ANOTHER).status_code == 303
    agent = evening.staff["agent"]
    assert written_down(AuditWhat.PASSWORD) == [(agent, f"staff:{agent}")]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"old": "wrong"}, "现在的密码不对"),
        ({"new": "short7!"}, "密码至少 8 位"),
        ({"new": "x" * 201}, "密码最多 200 位"),
        ({"again": "other"}, "两次输入的新密码不一样"),
        ({"new": PASSWORD}, "新密码和现在的一样"),
        ({"new": ""}, "密码至少 8 位"),
    ],
)
def test_a_password_that_does_not_do_is_refused_in_words(
    logged_in: Enter, evening: Evening, form: dict[str, str], fault: str
) -> None:
    client, other = logged_in("agent"), logged_in("agent")
    status, page = changed(client, **form)
    assert (status, fault in page) == (422, True)
    assert is_in(client)
    assert is_in(other), "nothing is changed"


def test_the_old_password_cannot_be_guessed_at_an_unlocked_desk(logged_in: Enter, evening: Evening) -> None:
    client = logged_in("agent")
    assert [changed(client, old="wrong")[0] for _ in range(5)] == [422] * 5
    status, page = changed(client)
    assert status == 429
    assert "30 秒" in page
    later(seconds=31)
    assert changed(client)[0] == 303


def test_a_log_in_is_listed_with_its_device_and_can_be_ended(
    app: Flask, logged_in: Enter, browser: Callable[[], Browser], evening: Evening
) -> None:
    here, stranger = logged_in("agent"), logged_in("supervisor")
    telephone = browser()
    telephone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"
    telephone.logs_in("agent")
    page = here.get("/me").text
    assert "Safari · iPhone" in page
    assert "127.0.0.1" in page
    assert page.count(say("account.this", "zh")) == 1
    mine, theirs = (re.findall(r'id="do-end-(\d+)"', each) for each in (page, telephone.get("/me").text))
    assert len(mine) == len(theirs) == 1
    assert stranger.sends(f"/me/sessions/{mine[0]}/end", sure="yes").status_code == 404, "nobody ends another's"
    assert is_in(telephone)
    assert here.sends(f"/me/sessions/{mine[0]}/end", sure="yes").status_code == 303
    assert not is_in(telephone)
    assert is_in(here)
    telephone.logs_in("agent")
    assert here.sends("/me/sessions/end", sure="yes").status_code == 303
    assert [is_in(here), is_in(telephone), is_in(stranger)] == [True, False, True]
    assert len(written_down(AuditWhat.SESSION_ENDED)) == 2


def test_who_logs_out_leaves_nothing_that_a_copied_cookie_opens(logged_in: Enter, app: Flask, evening: Evening) -> None:
    client = logged_in("agent")
    cookie = client.get_cookie("huiyin")
    assert cookie is not None
    client.sends("/logout")
    thief = app.test_client()
    thief.set_cookie("huiyin", cookie.value)
    assert thief.get("/oncall").status_code == 303


def test_whoever_leaves_is_out_at_once(logged_in: Enter, evening: Evening) -> None:
    client = logged_in("agent")
    with transaction() as session:
        session.get_one(Staff, evening.staff["agent"]).is_active = False
    assert not is_in(client)


def test_who_presses_nothing_for_long_is_out_though_their_page_goes_on_asking(
    logged_in: Enter, evening: Evening
) -> None:
    client = logged_in("agent")
    for _ in range(8):
        later(minutes=59)
        assert client.get("/board", headers=POLL).status_code in {200, 304}
    later(minutes=9)
    assert client.get("/board", headers=POLL).status_code == 401
    assert not is_in(client)


def test_a_desk_that_asks_writes_nothing_and_whoever_presses_once_a_minute(
    app: Flask, logged_in: Enter, evening: Evening
) -> None:
    client, agent = logged_in("agent"), evening.staff["agent"]
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    def writes() -> int:
        return sum(not statement.startswith("SELECT") for statement in said)

    database: Database = app.extensions["database"]
    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        later(minutes=30)
        tag = client.get("/board", headers=POLL).headers["HX-PTag"]
        said.clear()
        assert client.get("/board", headers=POLL | {"HX-PTag": tag}).status_code == 304
        assert writes() == 0
        assert sum("log_in" in statement for statement in said) == 1, "one look says who asks"
        assert rows(agent)[0].seen_at == rows(agent)[0].began_at
        for seconds, written in ((0, 1), (0, 1), (59, 1), (2, 2)):
            later(seconds=seconds)
            assert is_in(client)
            assert sum(statement.startswith("UPDATE log_in") for statement in said) == written
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)


def test_an_administrator_gives_a_password_that_has_to_be_changed_before_anything_else(
    logged_in: Enter, browser: Callable[[], Browser], evening: Evening
) -> None:
    admin, agent, id = logged_in("admin"), logged_in("agent"), evening.staff["agent"]
    page = admin.sends(f"/staff/{id}/password", sure="yes").text
    found = re.search(r'id="password">([^<]+)<', page)
    assert found
    assert found[1] not in admin.get("/staff").text, "it is shown once"
    assert say("accounts.must_change", "zh") in admin.get("/staff").text
    assert not is_in(agent)
    anew = browser()
    assert anew.logs_in("agent", found[1]).location == "/"
    assert anew.get("/").location == "/me"
    assert anew.get("/board", headers=POLL).headers["HX-Redirect"] == "/me"
    anew._token = anew.token("/me")
    assert anew.sends(f"/tickets/{evening.refs['lift']}/note", text="x").location == "/me"
    assert say("account.must", "zh") in anew.get("/me").text
    assert changed(anew, old=found[1], new=found[1])[0] == 422
    assert changed(anew, old=found[1])[0] == 303
    assert anew.get("/").status_code == 200
    assert written_down(AuditWhat.PASSWORD) == [(evening.staff["admin"], f"staff:{id}"), (id, f"staff:{id}")]


def test_an_administrator_ends_a_colleagues_log_ins_and_not_their_own(logged_in: Enter, evening: Evening) -> None:
    admin, agent = logged_in("admin"), logged_in("agent")
    assert admin.sends(f"/staff/{evening.staff['agent']}/sessions/end", sure="yes").status_code == 303
    assert not is_in(agent)
    for path in ("sessions/end", "password"):
        assert admin.sends(f"/staff/{evening.staff['admin']}/{path}", sure="yes").status_code == 409
        assert admin.sends(f"/staff/99999/{path}", sure="yes").status_code == 404
    assert is_in(admin)


def test_a_password_is_set_by_a_command_too(
    app: Flask, logged_in: Enter, browser: Callable[[], Browser], evening: Evening
) -> None:
    agent = logged_in("agent")
    run = app.test_cli_runner().invoke
    done = run(args=["staff", "password", "agent", "--password-stdin"], input=f"{ANOTHER}\n")
    assert done.exit_code == 0, done.output
    assert ANOTHER not in done.output
    assert not is_in(agent)
    assert browser().logs_in("agent", ANOTHER).status_code == 303
    given = run(args=["staff", "password", "张敏"]).output.splitlines()[-1]
    assert browser().logs_in("agent", given).status_code == 303
    with reading() as session:
        kept = session.get_one(Staff, evening.staff["agent"])
        assert kept.password_is_once
        assert passwords.is_right(given, kept.password_hash)
    for arguments, typed in ((["agent", "--password-stdin"], "short\n"), (["nobody"], "")):
        assert run(args=["staff", "password", *arguments], input=typed).exit_code == 1
