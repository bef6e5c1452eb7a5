"""Sends texts three ways and times each: through the ledger, by the raw client, and one job for each recipient."""

import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask
from redis import Redis
from rq import Queue
from sqlalchemy import func, select, update

from base.clock import now
from base.database import reading, transaction
from base.queue import Lane, hints
from base.settings import ROOT, SANDBOX_NUMBER
from bench import stage
from bench.callers import owner_number
from bench.carrier import Carrier
from bench.stage import Stage
from messages.ledger.plan import MOST_ROWS, Draft, plan
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Batch, Message
from messages.pacing import URGENCY

WORDS = "【回音物业】各位业主：因市政管网抢修，3号楼今日14:00至18:00停水，请提前储水备用。给您带来不便，敬请谅解。"
LANE = Lane.NORMAL
LIMIT_S = 300.0
POLL_S = 0.004
NAIVE = 100
UNDER_WAY = (MessageState.PLANNED, MessageState.CLAIMED)


def plan_notice(count: int) -> int:
    """A notice to so many people, planned and approved; its batch's id. Of a class that no night holds up."""
    with transaction() as session:
        batch = Batch(
            title="停水通知", lane=LANE, message_class=MessageClass.EMERGENCY, planned_at=now(), state=BatchState.DRAFT
        )
        session.add(batch)
        session.flush()
        batch_id = batch.id
    for start in range(0, count, MOST_ROWS):
        with transaction() as session:
            plan(session, [_draft(batch_id, at) for at in range(start, min(start + MOST_ROWS, count))], at=now())
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == batch_id).values(state=BatchState.APPROVED))
    return batch_id


def _draft(batch_id: int, place: int) -> Draft:
    return Draft(
        once_key=f"bench/{batch_id}/{place}", about=f"batch:{batch_id}", lane=LANE, batch_id=batch_id,
        message_class=MessageClass.EMERGENCY, urgency=URGENCY[MessageClass.EMERGENCY, Way.TEXT], way=Way.TEXT,
        number=owner_number(place),
        sender=SANDBOX_NUMBER, due_at=now(), valid_until_at=now() + timedelta(hours=12), body=WORDS,
    )  # fmt: skip


def through_the_ledger(carrier: Carrier, count: int) -> tuple[float, int]:
    """Seconds from the hint until every one of them is recorded as accepted, by the worker that runs; the batch."""
    batch_id = plan_notice(count)
    began_s = time.perf_counter()
    send(carrier, batch_id, count)
    return time.perf_counter() - began_s, batch_id


def send(carrier: Carrier, batch_id: int, count: int) -> None:
    """Have a batch of so many sent by the worker that runs, until it is written down."""
    hint()
    carrier.wait_for(count, limit_s=LIMIT_S)  # asking the database all the time would slow down what is measured
    wait_until(batch_id, (MessageState.ACCEPTED, MessageState.DELIVERED), count)


def hint() -> None:
    """Tell the lane that it has work."""
    hints().push(LANE, "messages.jobs.work_lane", LANE.value)


def wait_until(batch_id: int, states: tuple[MessageState, ...], count: int) -> None:
    """Wait until so many of a batch are in one of `states`. Raises `TimeoutError`."""
    deadline = time.monotonic() + LIMIT_S
    while (there := _count(batch_id, states)) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{there} of {count} are {'/'.join(states)} after {LIMIT_S:.0f} s")
        time.sleep(POLL_S)


def _count(batch_id: int, states: tuple[MessageState, ...]) -> int:
    with reading() as session:
        found = select(func.count()).where(Message.batch_id == batch_id, Message.state.in_(states))
        return int(session.scalar(found) or 0)


def by_the_raw_client(carrier: Carrier, at_once: int, bodies: bytes) -> float:
    """Seconds."""
    return _timed("bench.raw_texts", carrier.address, at_once, bodies)


def by_next_to_nothing(carrier: Carrier, at_once: int, bodies: bytes) -> float:
    """Seconds."""
    return _timed("bench.wire", str(carrier.port), at_once, bodies)


def _timed(module: str, place: str, at_once: int, bodies: bytes) -> float:
    done = subprocess.run(
        [sys.executable, "-m", module, place, str(at_once)],
        input=bodies,
        capture_output=True,
        cwd=ROOT,
        check=False,
        preexec_fn=lambda: stage.pin(stage.OURS),
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr.decode()[-1000:]}")
    return float(done.stdout)


def by_jobs(here: Stage, environment: Mapping[str, str], count: int = NAIVE) -> float:
    """Seconds for so many jobs by RQ's own worker as its command line starts it, from the first job to the last."""
    log = here.home / "naive.log"
    with stage.running(f"rq worker -u {here.redis_url} naive", environment, core=stage.OURS, log=log):
        connection = Redis.from_url(here.redis_url)
        queue = Queue("naive", connection=connection)
        warm = queue.enqueue("bench.naive.send_text", owner_number(0), WORDS)
        _until(lambda: warm.is_finished)
        began_s = time.perf_counter()
        jobs = [queue.enqueue("bench.naive.send_text", owner_number(place), WORDS) for place in range(count)]
        _until(lambda: jobs[-1].is_finished)
        took_s = time.perf_counter() - began_s
        if failed := queue.failed_job_registry.count:
            raise RuntimeError(f"{failed} of the jobs failed; see {log}")
        connection.close()
    return took_s


def _until(is_so) -> None:  # type: ignore[no-untyped-def]  # anything that says yes in the end
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the plain jobs took longer than {LIMIT_S:.0f} s")
        time.sleep(0.01)


def flush(app: Flask) -> None:
    """Forget every hint."""
    app.extensions["hints"].connection.flushall()
