"""Who gets in: a living token, as the member of staff it acts as; and nobody with a cookie."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event, select

from app import create_app
from base import clock
from base.database import reading, transaction
from base.settings import Settings
from console.api.document import methods, path_of, rules
from directory.accessmodels import ApiToken
from directory.models import Staff
from tests.api.conftest import Program
from tests.api.judge import Judge
from tests.console.conftest import Browser, browser, later, logged_in  # noqa: F401  fixtures
from tests.console.evening import Evening

Programs = Callable[..., Program]


def made(runner: FlaskCliRunner, *more: str) -> str:
    """What the command prints last."""
    done = runner.invoke(args=["token", "create", "报表", "--staff", "agent", *more])
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()[-1]


def test_a_token_is_printed_once_last_and_only_its_hash_is_kept(
    app: Flask, runner: FlaskCliRunner, evening: Evening, stranger: Program
) -> None:
    stranger.token = made(runner)
    assert re.fullmatch(r"hy_[\w-]{43}", stranger.token)
    assert stranger.gets("/tickets").status_code == 200
    with reading() as session:
        (kept,) = session.scalars(select(ApiToken))
        assert stranger.token not in str(vars(kept))
        assert (kept.staff_id, kept.may_reveal, kept.last_used_at) == (evening.staff["agent"], False, evening.at)
    listed = runner.invoke(args=["token", "list"]).stdout
    assert "报表: 张敏, 有效 alive, 上次使用 last used: 2026-11-22 19:30" in listed
    assert stranger.token not in listed


def test_a_revoked_token_lets_nobody_in_and_its_name_is_free_again(
    runner: FlaskCliRunner, evening: Evening, stranger: Program
) -> None:
    stranger.token = made(runner)
    assert runner.invoke(args=["token", "create", "报表", "--staff", "agent"]).exit_code == 1
    assert runner.invoke(args=["token", "revoke", "报表"]).exit_code == 0
    refused = stranger.gets("/tickets")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert "失效 over" in runner.invoke(args=["token", "list"]).stdout
    assert runner.invoke(args=["token", "revoke", "报表"]).exit_code == 1
    assert made(runner) != stranger.token


def test_a_token_with_days_ends_with_them(runner: FlaskCliRunner, evening: Evening, stranger: Program) -> None:
    stranger.token = made(runner, "--days", "1")
    later(hours=23, minutes=59)
    assert stranger.gets("/oncall").status_code == 200
    later(minutes=1)
    assert stranger.gets("/oncall").status_code == 401


def test_a_token_holds_through_its_last_day(runner: FlaskCliRunner, evening: Evening, stranger: Program) -> None:
    stranger.token = made(runner, "--expires", "2026-11-23")
    later(days=1)
    assert stranger.gets("/oncall").status_code == 200
    later(hours=5)  # past midnight
    assert stranger.gets("/oncall").status_code == 401
    for wrong in (["--expires", "2026-11-21"], ["--expires", "soon"], ["--expires", "2027-01-01", "--days", "3"]):
        assert runner.invoke(args=["token", "create", "x", "--staff", "agent", *wrong]).exit_code == 2


def test_a_token_may_do_what_its_scopes_say_and_no_more(
    runner: FlaskCliRunner, evening: Evening, stranger: Program
) -> None:
    stranger.token = made(runner, "--scope", "write:tickets", "--scope", "read:oncall")
    refused = stranger.gets("/tickets")
    assert (refused.status_code, refused.json["type"]) == (403, "/api/v1/docs#problem-not_allowed")
    assert "read:tickets" in refused.json["detail"]
    assert refused.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="read:tickets"')
    opened = stranger.posts("/tickets", kind="praise", summary="谢谢")
    assert (opened.status_code, stranger.gets("/oncall").status_code) == (201, 200)
    ref = opened.json["ref"]
    assert stranger.posts(f"/tickets/{ref}/events", type="note", text="好").status_code == 200
    assert stranger.gets(f"/tickets/{ref}").status_code == 403
    assert [stranger.posts("/search", q="电梯").status_code, stranger.posts("/incidents", kind="lift").status_code] == [
        403, 403,
    ]  # fmt: skip
    assert [stranger.gets("/openapi.json").status_code, stranger.gets("/docs").status_code] == [200, 200]
    assert "范围 may: read:oncall write:tickets" in runner.invoke(args=["token", "list"]).stdout


@pytest.mark.parametrize("scopes", [["read:nothing"], ["write:messages"], ["all"]])
def test_there_are_no_other_scopes(runner: FlaskCliRunner, evening: Evening, scopes: list[str]) -> None:
    words = [word for scope in scopes for word in ("--scope", scope)]
    assert runner.invoke(args=["token", "create", "x", "--staff", "agent", *words]).exit_code == 2


@pytest.mark.parametrize("who", ["nobody", "同名"])
def test_a_token_acts_as_one_member_of_staff(runner: FlaskCliRunner, evening: Evening, who: str) -> None:
    with transaction() as session:
        for name in ("abroad", "centre"):
            session.get(Staff, evening.staff[name]).name = "同名"
    done = runner.invoke(args=["token", "create", "x", "--staff", who])
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


@contextmanager
def hurried(settings: Settings, **change: object) -> Iterator[Flask]:
    """The same service, where a token may ask three times a minute."""
    alone = create_app(settings.model_copy(update={"api_rate": 3} | change))
    yield alone
    alone.extensions["database"].engine.dispose()
    alone.extensions["hints"].connection.close()


def test_a_token_that_asks_too_often_is_told_when_to_go_on(
    settings: Settings, program: Programs, evening: Evening, document: Judge
) -> None:
    who, other = program("agent"), program("agent")
    with hurried(settings) as alone:
        who.client = other.client = alone.test_client()
        assert [who.gets(path).status_code for path in ("/tickets", "/homes", "/oncall")] == [200, 200, 200]
        for refused in (who.gets("/tickets"), who.posts("/tickets", kind="praise", summary="谢谢")):
            assert refused.status_code == 429
            assert refused.json["type"] == "/api/v1/docs#problem-too_often"
            assert "Retry-After" in refused.json["detail"]
            assert 1 <= int(refused.headers["Retry-After"]) <= 60
            assert refused.headers["Cache-Control"] == "no-store"
            assert refused.headers["RateLimit-Remaining"] == "0"
        assert other.gets("/tickets").status_code == 200, "every token has a pace of its own"
    assert "429" in document.document["paths"]["/api/v1/tickets"]["post"]["responses"]
    assert "Retry-After" in document.document["components"]["responses"]["too_often"]["headers"]


@pytest.mark.parametrize(
    ("change", "fourth"), [({"redis_url": "unix:///nowhere/valkey.sock"}, 429), ({"api_rate": 0}, 200)]
)
def test_the_pace_is_kept_while_redis_is_away_and_a_pace_of_nothing_is_no_limit(
    settings: Settings, program: Programs, evening: Evening, change: dict[str, object], fourth: int
) -> None:
    who = program("agent")
    with hurried(settings, **change) as alone:
        who.client = alone.test_client()
        assert [who.gets("/homes").status_code for _ in range(4)] == [200, 200, 200, fourth]


def test_every_answer_says_how_much_is_left(settings: Settings, program: Programs, evening: Evening) -> None:
    who = program("agent")
    with hurried(settings) as alone:
        who.client = alone.test_client()
        answers = [who.gets("/homes"), who.gets("/tickets/261122-9999"), who.posts("/search", q="电梯")]
    assert [one.status_code for one in answers] == [200, 404, 200]
    assert [one.headers["RateLimit-Remaining"] for one in answers] == ["2", "1", "0"]
    assert {one.headers["RateLimit-Limit"] for one in answers} == {"3"}
    assert all(1 <= int(one.headers["RateLimit-Reset"]) <= 60 for one in answers)
    with hurried(settings, api_rate=0) as alone:
        who.client = alone.test_client()
        assert "RateLimit-Limit" not in who.gets("/homes").headers, "no limit, nothing left of it"


def test_whoever_leaves_takes_their_tokens_along(program: Programs, evening: Evening) -> None:
    who = program("agent")
    assert who.gets("/homes").status_code == 200
    with transaction() as session:
        session.get(Staff, evening.staff["agent"]).is_active = False
    assert who.gets("/homes").status_code == 401


def test_every_address_asks_for_a_token_and_says_how(app: Flask, evening: Evening, stranger: Program) -> None:
    for rule in rules():
        path = path_of(rule).removeprefix("/api/v1").replace("{ref}", evening.refs["lift"]).replace("{id}", "1")
        for method in methods(rule):
            for header in ({}, {"Authorization": "Basic Og=="}, {"Authorization": "Bearer "}):
                refused = stranger.asks(method, path, headers=header)
                assert refused.status_code == 401, (method, path)
                assert refused.headers["WWW-Authenticate"] == 'Bearer realm="huiyin"'

            assert stranger.asks(method, path, headers={"Authorization": "Bearer 错"}).status_code == 401


def test_a_cookie_of_the_desk_opens_nothing_but_the_page_about_it(
    logged_in: Callable[[str], Browser],  # noqa: F811
    evening: Evening,
    document: Judge,
) -> None:
    desk = logged_in("agent")
    for path in ("/tickets", "/people", "/oncall", f"/tickets/{evening.refs['lift']}"):
        assert document(desk.get(f"/api/v1{path}")).status_code == 401
    body = {"kind": "praise", "summary": "谢谢"}
    assert document(desk.post("/api/v1/tickets", json=body)).status_code == 401
    for path in ("/docs", "/openapi.json"):
        assert document(desk.get(f"/api/v1{path}")).status_code == 200


def test_when_it_was_used_is_written_at_most_once_a_minute(
    app: Flask, program: Programs, evening: Evening
) -> None:  # fmt: skip
    who = program("agent")
    written: list[str] = []

    @event.listens_for(app.extensions["database"].engine, "before_cursor_execute")
    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE api_token"):
            written.append(statement)

    for seconds in (0, 20, 39):
        later(seconds=seconds)
        assert who.gets("/homes").status_code == 200
    assert len(written) == 1
    later(seconds=1)
    who.gets("/homes")
    assert len(written) == 2
    with reading() as session:
        assert session.scalars(select(ApiToken.last_used_at)).one() == clock.now()
