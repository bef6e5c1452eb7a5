"""What an operator sees of the queue: what waits, who works, what failed; and what may be done with what failed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import utcparse

from base.errors import NotFound, Unavailable
from base.log import mask_text
from base.queue import Hints, Lane
from base.settings import ROOT

MOST_FAILURES = 20
"""So many failures of a lane are shown, the newest; the count is of all."""
LONGEST = 80
_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+), in ')
_FAULT = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_GONE = "没有这个失败的任务，可能已经有人处理了。No such failed job; somebody may have dealt with it already."
_AWAY = "Redis 没有应答，请恢复后再试。Redis does not answer; try again when it is back."


@dataclass(frozen=True, slots=True)
class Hand:
    """A process that works a lane, and when it last showed life."""

    host: str
    pid: int
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed. Never what its error said, which may name people: only its kind, and where in our code.

    `handle` stands for its id, which holds the ids it carries. `fault` is empty where its process left no trace.
    """

    handle: str
    lane: Lane
    job: str
    ids: str
    failed_at: datetime | None
    fault: str
    place: str


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """One lane: how many hints wait and since when the oldest does, who works it, and how many jobs failed."""

    lane: Lane
    waiting: int
    oldest_at: datetime | None
    hands: tuple[Hand, ...]
    failed: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """The queue at one look, and which server it is."""

    server: str
    lanes: tuple[LaneSeen, ...]


def look(hints: Hints) -> QueueSeen | None:
    """All lanes as they are; None when Redis does not answer."""
    try:
        return QueueSeen(_server(hints), tuple(_lane(hints.queue(lane), lane) for lane in Lane))
    except RedisError:
        return None


def try_again(hints: Hints, handle: str) -> str:
    """Put a job that failed at the end of its lane; answers which it is, by its dotted path.

    Raises `NotFound` for one that is not among the failed ones, or `Unavailable`.

    Safe for each of our jobs: they carry ids, and look in the database what there is to do.
    """
    try:
        for queue, id in _failed(hints, handle):
            return queue.failed_job_registry.requeue(id).func_name or "?"
    except (NoSuchJobError, InvalidJobOperation):
        raise NotFound(_GONE) from None
    except RedisError:
        raise Unavailable(_AWAY) from None
    raise NotFound(_GONE)


def forget(hints: Hints, handle: str) -> str:
    """Drop a job that failed; answers and raises as `try_again` does."""
    try:
        for queue, id in _failed(hints, handle):
            job = queue.fetch_job(id)
            # whoever takes it off the list first deals with it
            if queue.failed_job_registry.remove(id) and job is not None:
                job.delete(remove_from_queue=False)
                return job.func_name or "?"
    except RedisError:
        raise Unavailable(_AWAY) from None
    raise NotFound(_GONE)


def handle_of(id: str) -> str:
    """What stands for the id of a job where people see it."""
    return blake2s(id.encode(), digest_size=12).hexdigest()


def _failed(hints: Hints, handle: str) -> Iterator[tuple[Queue, str]]:
    for queue in map(hints.queue, Lane):
        for id in queue.failed_job_registry.get_job_ids(cleanup=False):
            if handle_of(id) == handle:
                yield queue, id


def fault_of(trace: str) -> tuple[str, str]:
    """The kind of error a trace ends in, and the file and line of ours it came through last; empty where unknown."""
    lines = trace.splitlines()
    frames = [(n, found) for n, line in enumerate(lines) if (found := _FRAME.match(line))]
    if not frames:
        return "", ""
    after = (line for line in lines[frames[-1][0] + 1 :] if line and not line.startswith(" "))
    said = next(after, "").partition(":")[0]
    ours = [found for _, found in frames if _is_ours(found["file"])]
    place = f"{ours[-1]['file'].removeprefix(f'{ROOT}/')}:{ours[-1]['line']}" if ours else ""
    return said if _FAULT.fullmatch(said) else "", place


def _is_ours(file: str) -> bool:
    return file.startswith(f"{ROOT}/") and "site-packages" not in file


def _server(hints: Hints) -> str:
    told = hints.connection.info("server")
    return f"Valkey {told['valkey_version']}" if "valkey_version" in told else f"Redis {told['redis_version']}"


def _lane(queue: Queue, lane: Lane) -> LaneSeen:
    head = queue.get_job_ids(0, 1)
    oldest = queue.fetch_job(head[0]) if head else None
    registry = queue.failed_job_registry
    # by when they will be dropped, which is a day after each failed
    ids = registry.get_job_ids(0, MOST_FAILURES - 1, desc=True, cleanup=False)
    jobs = Job.fetch_many(ids, connection=queue.connection, serializer=JSONSerializer)
    return LaneSeen(
        lane, len(queue), oldest.enqueued_at if oldest else None,
        _hands(queue),
        registry.get_job_count(cleanup=False), tuple(_failure(job, lane) for job in jobs if job is not None),
    )  # fmt: skip


def _hands(queue: Queue) -> tuple[Hand, ...]:
    """Read from where RQ keeps them: its own `Worker.all` would make this connection as patient as a worker's."""
    with queue.connection.pipeline(transaction=False) as one_trip:
        for key in Worker.all_keys(queue=queue):
            one_trip.hmget(key, "hostname", "pid", "last_heartbeat")
        found = [[value and value.decode() for value in row] for row in one_trip.execute()]
    hands = (Hand(host, int(pid or 0), utcparse(seen) if seen else None) for host, pid, seen in found if host)
    return tuple(sorted(hands, key=lambda hand: (hand.host, hand.pid)))


def _failure(job: Job, lane: Lane) -> Failure:
    result = job.latest_result()
    fault, place = fault_of(result.exc_string or "" if result else "")
    try:
        ids = mask_text(" ".join(map(str, job.args)))[:LONGEST]
    except DeserializationError:
        ids = "?"
    return Failure(handle_of(job.id), lane, mask_text(job.func_name or "?"), ids, job.ended_at, fault, place)
