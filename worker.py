"""The job process: `worker.py LANE` works one lane; `worker.py clock` says what is due."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

import console.jobs  # noqa: F401  loaded before the fork: a job must not spend its time importing
import hotline.jobs  # noqa: F401
import messages.jobs
import messages.ledger
import messages.ledger.plan
import messages.ledger.settle
import messages.ledger.silence
import oncall.actions
import oncall.jobs
import outreach.actions.birthdays
import outreach.actions.blocks
import outreach.actions.callbacks
import outreach.actions.laddering
import outreach.actions.planning
import outreach.actions.spotasking
import outreach.actions.spotchecks
import outreach.jobs.birthdays
import outreach.jobs.blocks
import outreach.jobs.callbacks
import outreach.jobs.contactplans
import outreach.jobs.laddering
import outreach.jobs.planning
import tickets.actions
import tickets.actions.incidents
from app import create_app
from base.clock import now, ticks_s
from base.database import reading, transaction
from base.errors import SettingsError
from base.pulse import CARRIER, beat, begin
from base.queue import Lane, connect, hints

log = structlog.get_logger(__name__)

GAP = timedelta(seconds=60)
"""A silence of the clock longer than this may have cost us calls: the carrier is asked what came in meanwhile."""
COMPARED = timedelta(minutes=5)
"""How long the carrier is not asked when nothing seems to have gone wrong."""
FEW_WAITING = 12
"""A lane with this many hints waiting needs no more of them."""
IDLE_S = 20
"""RQ blocks on the queue for 15 s less than this, then shows life: how soon a Redis that hangs is noticed."""
PATIENT_S = 8.0
"""How long a worker waits for one answer of Redis: longer than it blocks."""


class LaneWorker(Worker):
    """RQ's forking worker on exactly one queue (only then is RQ crash-safe).

    While Redis is away the urgent one works the ledger by itself, once a second.
    """

    exponential_backoff_factor = 1

    def __init__(self, app: Flask, lane: Lane, asked_to_stop: list[int]) -> None:
        self.app, self.lane, self.asked_to_stop = app, lane, asked_to_stop
        self._only_note()
        url = app.extensions["settings"].redis_url
        connection = connect(url, answer_s=PATIENT_S)
        queue = Queue(lane.value, connection=connection, serializer=JSONSerializer)
        super().__init__([queue], connection=connection, serializer=JSONSerializer, worker_ttl=IDLE_S)

    def request_stop(self, signum: int, frame: Any) -> None:
        """Remember that somebody wants the end: RQ also ends by itself, on an answer of Redis that came too late."""
        self.asked_to_stop.append(signum)
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        # what was noted while it registered, which takes as long as Redis takes: its loop ends before the first job
        self._stop_requested = bool(self.asked_to_stop)

    def teardown(self) -> None:
        """Say goodbye; what RQ does on a signal ends with its work: it would raise in the middle of ours."""
        self._only_note()
        super().teardown()  # type: ignore[no-untyped-call]

    def _only_note(self) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda number, _frame: self.asked_to_stop.append(number))

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Tell Redis we live; if it cannot hear us, do what cannot wait."""
        if self.lane is Lane.URGENT and not self.is_horse and self.app.extensions["hints"].waiting(self.lane) is None:
            in_a_child(self.app, work_alone)
            raise RedisConnectionError("Redis does not answer in time")
        super().heartbeat(timeout, pipeline)


def work_lane(app: Flask, lane: Lane) -> None:
    """Work one lane until asked to stop; survive a Redis that is away at the start or goes away later."""
    asked_to_stop: list[int] = []
    while not asked_to_stop:
        try:
            LaneWorker(app, lane, asked_to_stop).work(logging_level="WARNING")
            why = "worker_ended"
        except RedisError as error:
            why = type(error).__name__
        if asked_to_stop:
            return
        log.warning("queue_away", lane=lane.value, error=why)
        if lane is Lane.URGENT:
            in_a_child(app, work_alone)
        time.sleep(1)


def work_alone() -> None:
    """Everything urgent that the database says is due, without any queue."""
    oncall.jobs.climb_due()
    messages.jobs.work_lane(Lane.URGENT.value)
    messages.jobs.stop_overtaken()
    messages.jobs.settle_unknown()


def in_a_child(app: Flask, work: Callable[[], None]) -> None:
    """Run `work` in a fork, as RQ runs its jobs: this process must never hold a database connection."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with app.app_context():
                work()
            status = 0
        except Exception:
            log.exception("working_alone_failed")
        finally:
            os._exit(status)
    os.waitpid(pid, 0)


def hint_what_is_due() -> None:
    """One look at the database, each question at an index; a hint for whatever has something to do now."""
    at = now()
    with reading() as session:
        wanted = [(lane, "messages.jobs.work_lane", lane.value) for lane in messages.ledger.due_lanes(session, at=at)]
        if tickets.actions.pages_due(session, at=at, limit=1):
            wanted.insert(0, (Lane.URGENT, "oncall.jobs.climb_due", ""))
        elif oncall.actions.pages_in_the_air(session):
            wanted.append((Lane.URGENT, "oncall.jobs.close_calls", ""))
        if messages.ledger.plan.overtaken_calls(session, at=at):
            wanted.append((Lane.URGENT, "messages.jobs.stop_overtaken", ""))
        if messages.ledger.settle.is_due(session, at=at):
            # the carrier may be slow to show its lists: a page must not wait behind that
            wanted.append((Lane.NORMAL, "messages.jobs.settle_unknown", ""))
        if outreach.actions.callbacks.is_due(session, at=at):
            wanted.append((Lane.NORMAL, "outreach.jobs.callbacks.follow_due", ""))
        if messages.ledger.silence.is_due(session, at=at):
            wanted.append((Lane.NORMAL, "messages.jobs.ask_for_receipts", ""))
        if tickets.actions.incidents.alarms_due(session, at=at):
            wanted.append((Lane.URGENT, "oncall.jobs.alarm_due", ""))
        if outreach.actions.laddering.due(session, at=at):
            # in the normal lane: it reads a whole audience, and a page must not wait behind that
            wanted.append((Lane.NORMAL, "outreach.jobs.laddering.climb_due", ""))
        spots = outreach.actions
        if spots.spotchecks.draws_due(session, at=at, limit=1) or spots.spotasking.due(session, at=at, limit=1):
            wanted.append((Lane.NORMAL, "outreach.jobs.callbacks.check_all_clears", ""))
        if outreach.actions.planning.to_be_planned(session, at=at):
            wanted.append((Lane.NORMAL, "outreach.jobs.planning.plan_unfinished", ""))
    for lane, job, word in wanted:
        _hint(lane, job, *([word] if word else []))


def _hint(lane: Lane, job: str, *ids: str) -> None:
    waiting = hints().waiting(lane)
    if waiting is not None and waiting <= FEW_WAITING:
        hints().push(lane, job, *ids, once=True)


def show_life() -> None:
    """Beat; after a gap, and now and then, have the carrier asked what came in: our web process may have been away.

    A lost hint or a failed job loses nothing: only a finished comparison moves the carrier's row on.
    """
    at = now()
    with transaction() as session:
        last_at = beat(session, "clock", at=at)
        compared_at = begin(session, CARRIER, at=last_at or at)
    if last_at is not None and at - last_at > GAP:
        log.warning("gap", since=last_at.isoformat())
        # at once, however many hints wait: the web process may have gone on hinting
        hints().push(Lane.NORMAL, "hotline.jobs.fill_gap")
    elif at - compared_at >= COMPARED:
        _hint(Lane.NORMAL, "hotline.jobs.fill_gap")


def sweep_greetings() -> None:
    """Have what stands in the way of greetings looked at, while any are about to go: none leaves without.

    At once, however many hints wait, and in their own lane: nothing else holds it up there.
    """
    with reading() as session:
        is_due = outreach.actions.blocks.is_due(session, at=now())
    if is_due:
        hints().push(Lane.BULK, "outreach.jobs.blocks.sweep")


def wish_birthdays() -> None:
    """Have whoever's birthday it is wished, while that is switched on; at once too."""
    with reading() as session:
        is_on = outreach.actions.birthdays.standing(session) is not None
    if is_on:
        hints().push(Lane.BULK, "outreach.jobs.birthdays.greet_due")


def _every(seconds: float, lane: Lane, job: str) -> tuple[float, Callable[[], None]]:
    return seconds, lambda: _hint(lane, job)


PERIODS: tuple[tuple[float, Callable[[], None]], ...] = (
    (1.0, hint_what_is_due),
    (15.0, show_life),
    _every(10.0, Lane.NORMAL, "hotline.jobs.recordings_due"),
    _every(60.0, Lane.NORMAL, "hotline.jobs.calls_left_open"),
    (30.0, oncall.jobs.refresh_tonight),  # here and not in a lane: the file is for the web process of this machine
    _every(60.0, Lane.BULK, "outreach.jobs.planning.put_away_withdrawn"),
    (60.0, sweep_greetings),
    (300.0, wish_birthdays),
    _every(3600.0, Lane.BULK, "outreach.jobs.contactplans.refresh"),
    _every(3600.0, Lane.BULK, "messages.jobs.archive_old"),
    _every(3600.0, Lane.BULK, "hotline.jobs.delete_old_recordings"),
    _every(
        1800.0, Lane.BULK, "console.jobs.forget_answers"
    ),  # also between the hours: then no other hints crowd it out
)


def tick(work: Callable[[], None]) -> None:
    """Do one piece of the clock's work; what is away now is looked at again next time."""
    try:
        work()
    except (SQLAlchemyError, RedisError) as error:
        log.warning("clock_could_not", error=type(error).__name__)


def run_clock(app: Flask) -> None:
    """Say what is due, for ever. Everything it starts is right with two clocks running.

    Each piece of work has a thread of its own: what is slow now holds up nothing else.
    """
    stops = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stops.set())
    for seconds, work in PERIODS:
        threading.Thread(target=again_and_again, args=(app, seconds, work, stops), daemon=True).start()
    stops.wait()


def again_and_again(app: Flask, seconds: float, work: Callable[[], None], stops: threading.Event) -> None:
    """Do one piece of the clock's work every so many seconds until it `stops`; what was missed is not made up.

    By the clock that only runs forward: when the hands of the wall clock jump, this one must not fall silent.
    """
    next_s = ticks_s()
    while not stops.is_set():
        try:
            with app.app_context():
                tick(work)
        except Exception:
            log.exception("clock_stumbled")
        next_s = max(next_s + seconds, ticks_s())
        stops.wait(next_s - ticks_s())


def _prepare_for_forks(app: Flask) -> None:
    """Do once here what every job would have to do again; no database connection is left open."""
    configure_mappers()
    app.extensions["carrier"].line()  # loads the carrier's library: a tenth of a second
    try:
        with app.app_context():
            messages.jobs.rehearse()
    except SQLAlchemyError as error:
        log.warning("database_away", error=type(error).__name__)  # then each job does it for itself
    finally:
        app.extensions["database"].close()
    gc.freeze()  # what a job inherits is never garbage: looking for it there would copy every page of it


def main(words: list[str]) -> int:
    """Run what `words` name; answers an exit code."""
    jobs: dict[str, Callable[[Flask], None]] = {
        "clock": run_clock,
        **{lane.value: lambda app, lane=lane: work_lane(app, lane) for lane in Lane},  # type: ignore[misc]
    }
    if len(words) != 1 or words[0] not in jobs:
        print(f"usage: worker.py {'|'.join(jobs)}", file=sys.stderr)  # noqa: T201  a command speaks
        return 2
    try:
        app = create_app()
        _prepare_for_forks(app)
        with app.app_context():
            jobs[words[0]](app)
    except SettingsError as error:
        print(error.message, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
