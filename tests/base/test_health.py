"""Alive, ready, and the numbers."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from base import clock
from base.database import Database, transaction
from base.queue import Hints, Lane, connect, enqueue, hints
from messages.lifecycle import MessageState
from tests import make
from tests.console.evening import a_message
from tests.tickets.test_actions import AT
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, Kind


def test_alive_touches_nothing(client: FlaskClient, app: Flask) -> None:
    app.extensions["database"] = app.extensions["hints"] = None
    assert client.get("/healthz").text == "ok\n"
    app.extensions["database"] = Database("sqlite://")
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1"))


def test_ready_has_a_line_for_each_thing(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "database: ok\nqueue: ok\n")


def test_without_redis_it_is_not_ready_and_says_why(client: FlaskClient, app: Flask) -> None:
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "database: ok" in answer.text
    assert "queue: 没有应答" in answer.text
    assert "does not answer" in answer.text


@pytest.fixture
def an_empty_database(app: Flask) -> Iterator[None]:
    """In the place of ours: it has seen no migration."""
    before = app.extensions["database"]
    app.extensions["database"] = Database("sqlite://")
    yield
    app.extensions["database"] = before


@pytest.mark.usefixtures("an_empty_database")
def test_an_unmigrated_database_is_not_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations missing: 0001" in answer.text


@pytest.mark.usefixtures("an_empty_database")
def test_without_a_database_there_are_no_metrics_and_it_says_why(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 503
    assert "database: 没有应答" in answer.text


@pytest.mark.usefixtures("app")
def test_looking_at_the_migrations_is_not_worth_a_line_in_the_log() -> None:
    assert not logging.getLogger("alembic.runtime.migration").isEnabledFor(logging.INFO)


def test_metrics_count_tickets_and_hints(client: FlaskClient) -> None:
    with transaction() as session:
        open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL), at=AT)
    hints().push(Lane.URGENT, "oncall.jobs.climb_due")
    numbers = client.get("/metrics").text
    assert 'huiyin_tickets{level="P0",status="open"} 1.0' in numbers
    assert 'huiyin_hints_waiting{lane="urgent"} 1.0' in numbers


def test_metrics_count_what_somebody_should_look_at(client: FlaskClient) -> None:
    quiet = client.get("/metrics").text
    assert "huiyin_messages_refused{" not in quiet
    assert "huiyin_messages_doubtful 0.0" in quiet
    clock.stop_at(AT)
    with transaction() as session:
        owner = make.an_owner(session, ())
        owner.numbers[0].needs_check = True
        for number in ("+85251234567", "+85251234568"):
            a_message(session, number, AT, state=MessageState.FAILED, error_code="21408")
        a_message(session, "+8613800138000", AT, state=MessageState.DELIVERED, error_code="20003")
        a_message(session, "+8613800138000", AT - timedelta(hours=25), state=MessageState.FAILED, error_code="30007")
        a_message(session, "+8613800138000", AT, is_doubtful=True)
    numbers = client.get("/metrics").text
    assert [line for line in numbers.splitlines() if line.startswith("huiyin_messages_refused")] == [
        'huiyin_messages_refused{code="21408"} 2.0'
    ]
    assert "huiyin_messages_doubtful 1.0" in numbers
    assert "huiyin_numbers_to_check 1.0" in numbers


@pytest.mark.parametrize(
    "peer",
    [
        {"REMOTE_ADDR": "10.0.0.9"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "10.0.0.9"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_FORWARDED": "for=10.0.0.9"},
        {"HTTP_X_REAL_IP": "10.0.0.9"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_CF_CONNECTING_IP": "10.0.0.9"},
        {"HTTP_TRUE_CLIENT_IP": "10.0.0.9"},
    ],
)
def test_metrics_are_for_this_machine_or_the_token(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, peer: dict[str, str]
) -> None:
    assert client.get("/healthz", environ_overrides=peer).status_code == 403, "development stays at home"
    monkeypatch.setitem(app.before_request_funcs, None, [])  # as in production
    assert client.get("/metrics", environ_overrides=peer).status_code == 403
    headers = {"Authorization": "Bearer wrong"}
    assert client.get("/metrics", environ_overrides=peer, headers=headers).status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_metrics_are_read_from_this_machine_without_a_token(client: FlaskClient, address: str) -> None:
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == 200


def test_a_hint_is_pushed_after_the_commit_only(app: Flask) -> None:
    with transaction() as session:
        enqueue(session, Lane.NORMAL, "hotline.jobs.recordings_due")
        assert hints().waiting(Lane.NORMAL) == 0
    assert hints().waiting(Lane.NORMAL) == 1


def test_a_hint_that_waits_already_is_not_given_again(app: Flask) -> None:
    for lane in (Lane.NORMAL, Lane.URGENT, Lane.NORMAL):
        assert hints().push(lane, "messages.jobs.work_lane", lane.value, once=True)
    assert [hints().waiting(lane) for lane in (Lane.NORMAL, Lane.URGENT)] == [1, 1]
    hints().push(Lane.NORMAL, "hotline.jobs.fetch_recording", 7)
    hints().push(Lane.NORMAL, "messages.jobs.work_lane", "normal", once=True)
    assert hints().waiting(Lane.NORMAL) == 2
    hints().connection.lpop(hints().queue(Lane.NORMAL).key)  # somebody took it up: it may have looked already
    hints().push(Lane.NORMAL, "messages.jobs.work_lane", "normal", once=True)
    assert hints().waiting(Lane.NORMAL) == 2


def test_a_lost_hint_is_no_error(app: Flask) -> None:
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1"))
    with transaction() as session:
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", 1)
        open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL), at=AT)
    assert hints().waiting(Lane.URGENT) is None
