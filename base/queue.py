"""The queue: hints to do now what the database already says is due. Losing one loses nothing."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import cast
from uuid import uuid4

import structlog
from flask import current_app
from redis import Redis, Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

from base.trail import about
from base.watchers import SCHEME, watchers
from base.work import after_commit

log = structlog.get_logger(__name__)

ANSWER_S = 0.3
"""How long we wait for Redis before we go on without it."""
JOB_S = 120
LAST = 8
"""How many waiting hints are looked at before another like them is given."""
KEEP_RESULT_S = 60
KEEP_FAILURE_S = 24 * 3600


class Lane(StrEnum):
    """One queue and at least one process each. A page never waits behind a notice, nor that behind greetings."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


def connect(url: str, *, answer_s: float = ANSWER_S) -> "Redis":
    """A connection that answers within `answer_s` or raises; `url` is redis://, rediss://, unix:// or, for the leader
    that sentinels name at the time, redis+sentinel://.
    """
    patience = {"socket_timeout": answer_s, "socket_connect_timeout": answer_s}
    if not url.startswith(f"{SCHEME}:"):
        return Redis.from_url(url, **patience)
    asked = watchers(url)
    # no second try: whoever asks knows what to do without a queue
    given = {**patience, "password": asked.password, "retry": Retry(NoBackoff(), 0)}
    group = Sentinel(asked.places, sentinel_kwargs=given, **given)  # type: ignore[no-untyped-call]
    return cast(Redis, group.master_for(asked.group))  # type: ignore[no-untyped-call]


class Hints:
    """Where jobs are put: three queues on one Redis. `push` never raises into a caller."""

    def __init__(self, connection: Redis) -> None:
        self.connection = connection
        self._queues = {lane: Queue(lane.value, connection=connection, serializer=JSONSerializer) for lane in Lane}

    def queue(self, lane: Lane) -> Queue:
        """The RQ queue of a lane."""
        return self._queues[lane]

    def push(self, lane: Lane, job: str, *ids: int | str, once: bool = False, takes_s: int = JOB_S) -> bool:
        """Hint that `job` (its dotted path) should run with these ids, for `takes_s` at most. False when Redis did not
        answer.

        `once`: not if this very hint is among the last that wait. Whoever takes it up looks after us.
        """
        queue = self.queue(lane)
        name = "-".join(map(str, (_name(job), *ids)))
        try:
            if once and any(waiting.startswith(f"{name}-") for waiting in queue.get_job_ids(-LAST, LAST)):
                return True
            with self.connection.pipeline() as one_trip:
                queue.enqueue(
                    job, *ids, job_id=f"{name}-{uuid4().hex}", job_timeout=takes_s, result_ttl=KEEP_RESULT_S,
                    failure_ttl=KEEP_FAILURE_S, pipeline=one_trip,
                )  # fmt: skip
                one_trip.execute()
        except RedisError as error:
            log.warning("hint_lost", lane=lane.value, job=job, error=type(error).__name__)
            return False
        return True

    def waiting(self, lane: Lane) -> int | None:
        """How many hints wait in a lane; None when Redis does not answer."""
        try:
            return self.connection.llen(self.queue(lane).key)
        except RedisError:
            return None

    def others(self, lane: Lane, job: str) -> list[str] | None:
        """The ids of what waits at the head of a lane, but hints at `job`; None when Redis does not answer."""
        try:
            ids = self.queue(lane).get_job_ids(0, LAST)
        except RedisError:
            return None
        return [waiting for waiting in ids if not waiting.startswith(f"{_name(job)}-")]

    def do_here(self, lane: Lane, job_id: str) -> None:
        """Take a hint that waits off its queue and do here and now what it says. Raises what the job raises.

        Nothing happens if somebody else took it first. What fails goes back to the head, for RQ to see to.
        """
        queue = self.queue(lane)
        try:
            job = queue.fetch_job(job_id)
            if job is None or not queue.remove(job_id):
                return
        except RedisError:
            return
        try:
            with about(job=job_id):
                job.func(*job.args)
        except Exception:
            self._tell(lane, job_id, lambda: queue.push_job_id(job_id, at_front=True))
            raise
        self._tell(lane, job_id, lambda: job.delete(remove_from_queue=False))

    @staticmethod
    def _tell(lane: Lane, job_id: str, tell: Callable[[], object]) -> None:
        try:
            tell()
        except RedisError as error:
            log.warning("hint_lost", lane=lane.value, job=job_id, error=type(error).__name__)

    def failed(self, lane: Lane) -> int:
        """How many jobs of a lane failed within the last day; 0 also when Redis does not answer."""
        try:
            return int(self.queue(lane).failed_job_registry.get_job_count(cleanup=False))
        except RedisError:
            return 0

    def workers(self, lane: Lane) -> int:
        """How many processes work a lane; 0 also when Redis does not answer."""
        try:
            return Worker.count(queue=self.queue(lane))
        except RedisError:
            return 0


def _name(job: str) -> str:
    return job.replace(".", "_")


def hints() -> Hints:
    """The queues of this process's application."""
    return cast(Hints, current_app.extensions["hints"])


def enqueue(
    session: Session, lane: Lane, job: str, *ids: int | str, once: bool = False, takes_s: int = JOB_S
) -> None:  # fmt: skip
    """After this session's transaction is committed, hint that `job` should run with `ids` (`push` has the rest)."""
    after_commit(session, partial(hints().push, lane, job, *ids, once=once, takes_s=takes_s))
