"""The queue: hints to do now what the database already says is due. Losing one loses nothing."""

from enum import StrEnum
from typing import cast

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

from base.database import after_commit

log = structlog.get_logger(__name__)

ANSWER_S = 0.3
"""How long we wait for Redis before we go on without it."""
JOB_S = 120
KEEP_RESULT_S = 60
KEEP_FAILURE_S = 24 * 3600


class Lane(StrEnum):
    """One queue and at least one process each. A page never waits behind a notice, nor that behind greetings."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


def connect(url: str, *, answer_s: float = ANSWER_S) -> "Redis":
    """A connection that answers within `answer_s` or raises; `url` is redis://, rediss:// or unix://."""
    return Redis.from_url(url, socket_timeout=answer_s, socket_connect_timeout=answer_s)


class Hints:
    """Where jobs are put: three queues on one Redis. `push` never raises into a caller."""

    def __init__(self, connection: Redis) -> None:
        self.connection = connection

    def queue(self, lane: Lane) -> Queue:
        """The RQ queue of a lane."""
        return Queue(lane.value, connection=self.connection, serializer=JSONSerializer)

    def push(self, lane: Lane, job: str, *ids: int | str) -> bool:
        """Hint that `job` (its dotted path) should run with these ids. False when Redis did not answer."""
        try:
            with self.connection.pipeline() as once:  # one round trip
                self.queue(lane).enqueue(
                    job, *ids, job_timeout=JOB_S, result_ttl=KEEP_RESULT_S, failure_ttl=KEEP_FAILURE_S, pipeline=once
                )
                once.execute()
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

    def workers(self, lane: Lane) -> int:
        """How many processes work a lane; 0 also when Redis does not answer."""
        try:
            return Worker.count(queue=self.queue(lane))
        except RedisError:
            return 0


def hints() -> Hints:
    """The queues of this process's application."""
    return cast(Hints, current_app.extensions["hints"])


def enqueue(session: Session, lane: Lane, job: str, *ids: int | str) -> None:
    """After this session's transaction is committed, hint that `job` should run with `ids`."""
    put = hints()
    after_commit(session, lambda: _push(put, lane, job, ids))


def _push(put: Hints, lane: Lane, job: str, ids: tuple[int | str, ...]) -> None:
    put.push(lane, job, *ids)
