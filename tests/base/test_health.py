"""Alive, ready, and the numbers."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CONTENT_TYPE_LATEST
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from base import clock
from base.database import Database, transaction
from base.pulse import beat
from base.queue import Hints, Lane, connect, enqueue, hints
from messages.lifecycle import BatchState, MessageClass, MessageState
from messages.models import Batch
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
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == CONTENT_TYPE_LATEST
    numbers = answer.text
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


def test_metrics_say_how_old_is_what_should_not_grow_old(client: FlaskClient) -> None:
    clock.stop_at(AT)
    with transaction() as session:
        open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL), at=AT - timedelta(minutes=7))
        open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL), at=AT - timedelta(minutes=2))
        a_message(session, "+8613800138000", AT - timedelta(minutes=3), lane=Lane.BULK)
        a_message(session, "+8613800138000", AT + timedelta(minutes=3), lane=Lane.NORMAL)
        stopped = Batch(
            lane=Lane.BULK,
            message_class=MessageClass.SERVICE,
            planned_at=AT - timedelta(hours=3),
            state=BatchState.STOPPED,
        )
        session.add(stopped)
        session.flush()
        a_message(session, "+8613800138000", AT - timedelta(hours=3), lane=Lane.BULK, batch_id=stopped.id)
        beat(session, "clock", at=AT - timedelta(seconds=9))
    numbers = client.get("/metrics").text
    assert 'huiyin_ticket_oldest_open_seconds{level="P0"} 420.0' in numbers
    assert 'huiyin_message_oldest_due_seconds{lane="bulk"} 180.0' in numbers, "and not of what nobody lets go"
    assert 'huiyin_message_oldest_due_seconds{lane="normal"}' not in numbers
    assert 'huiyin_pulse_age_seconds{name="clock"} 9.0' in numbers


def test_metrics_say_what_the_auditor_finds_and_who_works(client: FlaskClient) -> None:
    quiet = client.get("/metrics").text
    assert 'huiyin_watch_faults{fault="nobody"} 0.0' in quiet
    assert 'huiyin_workers{lane="urgent"} 0.0' in quiet
    assert "huiyin_queue_answers 1.0" in quiet
    with transaction() as session:
        open_ticket(session, TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL), at=clock.now() - timedelta(hours=1))
    hints().push(Lane.NORMAL, "base.no_such_job")
    _work(Lane.NORMAL)
    numbers = client.get("/metrics").text
    assert 'huiyin_watch_faults{fault="nobody"} 1.0' in numbers
    assert 'huiyin_jobs_failed{lane="normal"} 1.0' in numbers


def test_without_a_queue_metrics_say_that_and_nothing_of_its_lanes(client: FlaskClient, app: Flask) -> None:
    app.extensions["hints"] = Hints(connect("redis://127.0.0.1:1"))
    numbers = client.get("/metrics").text
    assert "huiyin_queue_answers 0.0" in numbers
    assert "huiyin_hints_waiting{" not in numbers
    assert "huiyin_workers{" not in numbers


def _work(lane: Lane) -> None:
    """As its process does, until the lane is empty."""
    queue = hints().queue(lane)
    SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer).work(burst=True)


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
    hints().push(Lane.NORMAL, "hotline.jobs.recordings_due")
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
