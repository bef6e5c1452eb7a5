"""A lane's process: it goes on for as long as nobody asks it to stop."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from redis.exceptions import TimeoutError as RedisTimeoutError

import clockwork
import worker
from base import clock
from base.clock import now
from base.database import transaction
from base.queue import Lane, hints
from messages.lifecycle import MessageClass
from tests.messages.fake import a_text


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers of this process as they were."""
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("failure", [RedisTimeoutError("too late"), ValueError("not what RQ expected")], ids=str)
@pytest.mark.usefixtures("signals")
def test_goes_on_where_rq_gives_up(app: Flask, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    """RQ ends by itself, as if all were well, after an answer that came too late between two jobs."""
    looks = []

    def look(_worker: worker.LaneWorker, _burst: bool) -> None:
        looks.append(len(looks))
        if len(looks) == 1:
            raise failure
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(worker.LaneWorker, "check_for_suspension", look)
    monkeypatch.setattr(worker.time, "sleep", lambda _s: None)
    worker.work_lane(app, Lane.NORMAL)
    assert looks == [0, 1]


@pytest.mark.usefixtures("signals")
def test_asked_to_stop_while_it_registers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then RQ does not listen, and afterwards it waits for a job without end."""

    def register(_worker: worker.LaneWorker) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    looks = []
    monkeypatch.setattr(worker.LaneWorker, "subscribe", register)
    monkeypatch.setattr(worker.LaneWorker, "unsubscribe", lambda _worker: None)
    monkeypatch.setattr(worker.LaneWorker, "dequeue_job_and_maintain_ttl", lambda *_given: looks.append(1))
    worker.work_lane(app, Lane.NORMAL)
    assert looks == [], "it waits for a job"


@pytest.mark.usefixtures("signals")
def test_asked_to_stop_while_the_queue_is_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tries the signal is ours: RQ's handler would raise where nobody expects it."""
    tries = []

    def look(_worker: worker.LaneWorker, _burst: bool) -> None:
        tries.append(len(tries))
        raise RedisTimeoutError("too late")

    monkeypatch.setattr(worker.LaneWorker, "check_for_suspension", look)
    monkeypatch.setattr(worker.time, "sleep", lambda _s: os.kill(os.getpid(), signal.SIGTERM))
    worker.work_lane(app, Lane.NORMAL)
    assert tries == [0]


@pytest.mark.usefixtures("signals")
def test_the_clock_goes_on_after_work_that_fails_and_ends_when_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected stops neither that piece of work nor any other."""
    done: list[str] = []

    def fails() -> None:
        done.append("fails")
        raise ValueError("not what the clock expected")

    def ends() -> None:
        if done.count("fails") >= 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(clockwork, "PERIODS", ((0.01, fails), (0.01, ends)))
    clockwork.run_clock(app)
    assert done.count("fails") >= 3


def test_the_clock_ticks_on_when_its_hands_are_put_back(app: Flask) -> None:
    """By an hour, or by a year: what is due is still looked for every second."""
    ticks: list[datetime] = []
    stops = threading.Event()

    def looks() -> None:
        ticks.append(clock.now())
        clock.stop_at(datetime(2020, 1, 1, tzinfo=UTC))
        if len(ticks) == 3:
            stops.set()

    clockwork.again_and_again(app, 0.01, looks, stops)
    assert ticks[0] > ticks[1] == ticks[2]


def test_the_clock_gives_a_hint_once_however_often_it_looks(app: Flask) -> None:
    """Each that waits ahead of a page would cost it time."""
    with transaction() as session:
        a_text(session, MessageClass.EMERGENCY, at=now())
    hints().queue(Lane.URGENT).empty()
    for _ in range(3):
        clockwork.hint_what_is_due()
    (waiting,) = hints().queue(Lane.URGENT).get_job_ids()
    assert waiting.startswith("messages_jobs_work_lane-urgent")
