"""The job process: `worker.py LANE` works one lane; `worker.py clock` says what is due."""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

import hotline.jobs
import hotline.transcribing  # noqa: F401
import messages.jobs
import oncall.jobs
import oncall.mirrorjobs
import outreach.jobs.birthdays
import outreach.jobs.blocks
import outreach.jobs.callbacks
import outreach.jobs.contactplans
import outreach.jobs.laddering
import outreach.jobs.planning
import outreach.jobs.waves  # noqa: F401
from app import create_app
from base.clock import ticks_s
from base.errors import SettingsError
from base.queue import Lane, connect
from base.trail import about, is_quick_look
from clockwork import run_clock

log = structlog.get_logger(__name__)

IDLE_S = 20
"""RQ blocks on the queue for 15 s less than this, then shows life: how soon a Redis that hangs is noticed."""
TURN_S = 0.0005
"""How long a thread works while another waits for its turn. Python's 5 ms are most of a claim: that much later the
database hears its next statement while answers of the carrier come in one after the other."""
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

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Do it, and leave one line: every line in between says of which job it is. One of the clock's looks, of which
        there are many a minute, leaves none unless it failed or was slow.
        """
        began_s = ticks_s()
        with about(job=job.id, lane=self.lane.value):
            is_done = super().perform_job(job, queue, execution)
            took_s = ticks_s() - began_s
            say = log.debug if is_done and is_quick_look(job.args, took_s) else log.info
            say("job_done" if is_done else "job_failed", took_ms=round(took_s * 1000, 1))
        return is_done

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
            with app.app_context(), about(job="without_a_queue"):
                work()
            status = 0
        except Exception:
            log.exception("working_alone_failed")
        finally:
            os._exit(status)
    os.waitpid(pid, 0)


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
        sys.setswitchinterval(TURN_S)
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
