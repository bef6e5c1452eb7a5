"""Who else has a ticket open: shown while their page asks, gone soon after, and nothing depends on it."""

import re
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import event

from base.database import Database, transaction
from base.queue import Hints, connect
from base.settings import Settings
from console.words import say
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening
from tests.console.test_ticket import ticket
from tickets import actions


def faces(page: str) -> list[str]:
    """Whose faces are shown, by their titles."""
    return re.findall(r'<span class="face[^"]*" title="([^"]+)"', page)


def asks(browser: Browser, ref: str, version: str = "") -> Any:
    """What a page that shows this version gets when it asks what is new."""
    return browser.get(f"/tickets/{ref}/case", headers={"HX-Request": "true", "HX-PTag": version})


def version_on(page: str) -> str:
    """The version that a page says it shows."""
    found = re.search(r'hx-ptag="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_colleagues_on_a_ticket_see_each_other_and_nobody_themselves(
    logged_in: LogIn, evening: Evening, lang: str
) -> None:
    ref, agent, supervisor, manager = evening.refs["lift"], *map(logged_in, ("agent", "supervisor", "manager"))
    assert faces(agent.get(f"/tickets/{ref}").text) == []
    assert faces(agent.get(f"/tickets/{ref}").text) == [], "the same person in two windows is not somebody else"
    supervisor.get(f"/tickets/{ref}")
    page = manager.get(f"/tickets/{ref}?lang={lang}").text
    assert faces(page) == ["张敏", "刘洋"]
    assert say("also.here", lang, names={"zh": "张敏、刘洋", "en": "张敏, 刘洋"}[lang]) in page
    assert faces(agent.get(f"/tickets/{evening.refs['soon']}").text) == [], "each ticket has its own"


def test_an_open_page_hears_who_comes_and_goes_and_nothing_more(logged_in: LogIn, evening: Evening) -> None:
    ref, agent, supervisor = evening.refs["lift"], *map(logged_in, ("agent", "supervisor"))
    alone = version_on(agent.get(f"/tickets/{ref}").text)
    assert asks(agent, ref, alone).status_code == 304
    supervisor.get(f"/tickets/{ref}")
    came = asks(agent, ref, alone)
    assert faces(came.text) == ["刘洋"]
    assert 'hx-target="#also"' in came.text
    assert 'id="case-head"' not in came.text, "what is on the page stands"
    both = came.headers["HX-PTag"]
    for _ in range(6):  # both pages ask
        later(seconds=4)
        assert asks(supervisor, ref).status_code == 200
        assert asks(agent, ref, both).status_code == 304
    later(seconds=13)
    left = asks(agent, ref, both)
    assert (faces(left.text), left.headers["HX-PTag"]) == ([], alone)


def test_news_of_the_ticket_and_of_who_is_there_come_together(logged_in: LogIn, evening: Evening) -> None:
    ref, agent, supervisor = evening.refs["lift"], *map(logged_in, ("agent", "supervisor"))
    version = version_on(agent.get(f"/tickets/{ref}").text)
    supervisor.get(f"/tickets/{ref}")
    with transaction() as session:
        actions.note(session, ticket(ref).id, evening.staff["supervisor"], at=later(seconds=1), text="我在看")
    answer = asks(agent, ref, version)
    assert "我在看" in answer.text.split('id="tl"')[1]
    assert faces(answer.text.split("<hx-partial")[1]) == ["刘洋"]
    assert asks(agent, ref, answer.headers["HX-PTag"]).status_code == 304


def test_whoever_may_not_see_a_ticket_is_not_there(logged_in: LogIn, evening: Evening) -> None:
    ref, stranger = evening.refs["lift"], logged_in("abroad")
    assert stranger.get(f"/tickets/{ref}").status_code == 404
    assert asks(stranger, ref).status_code == 404
    assert faces(logged_in("agent").get(f"/tickets/{ref}").text) == []


def test_it_costs_one_trip_and_writes_nothing_down(
    app: Flask, settings: Settings, logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, agent, supervisor = evening.refs["lift"], *map(logged_in, ("agent", "supervisor"))
    supervisor.get(f"/tickets/{ref}")
    version = version_on(agent.get(f"/tickets/{ref}").text)
    trips, statements = [], []
    connection, database = app.extensions["hints"].connection, app.extensions["database"]
    begin = connection.pipeline
    monkeypatch.setattr(connection, "pipeline", lambda **how: trips.append(how) or begin(**how))
    monkeypatch.setattr(connection, "execute_command", lambda *what, **_: pytest.fail(f"one more trip: {what}"))
    assert isinstance(database, Database)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert asks(agent, ref, version).status_code == 304
    event.remove(database.engine, "before_cursor_execute", note)
    assert trips == [{"transaction": False}]
    assert statements
    assert not [said for said in statements if re.match(r"\s*(INSERT|UPDATE|DELETE)", said, re.IGNORECASE)]
    store = Redis.from_url(settings.redis_url)
    (key,) = store.keys("huiyin:here:*")
    assert 0 < store.ttl(key) <= 12, "it is forgotten by itself"


def test_without_redis_the_ticket_stands_with_nobody_else_on_it(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    ref, agent, supervisor = evening.refs["lift"], *map(logged_in, ("agent", "supervisor"))
    supervisor.get(f"/tickets/{ref}")
    version = version_on(agent.get(f"/tickets/{ref}").text)
    app.extensions["hints"].connection.close()
    app.extensions["hints"] = Hints(connect("unix:///nowhere/valkey.sock"))
    answer = agent.get(f"/tickets/{ref}")
    assert (answer.status_code, faces(answer.text)) == (200, [])
    gone = asks(agent, ref, version)
    assert (gone.status_code, faces(gone.text)) == (200, [])
    assert asks(agent, ref, gone.headers["HX-PTag"]).status_code == 304
