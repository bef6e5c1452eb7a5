"""From SIGKILL of a worker and its children to the next message of its lane, and until its own rows are settled."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from base.database import reading
from bench import carrier as carriers
from bench import sending, stage
from bench.carrier import Carrier
from bench.stage import Addresses, Stage
from bench.table import Row
from bench.texts import NO_RATE
from dev.house import PAUSE_S
from messages.lifecycle import MessageState
from messages.models import Message

COUNT = 3000
KILL_AFTER = 400
LATENCY_S = 0.3
"""So that a hundred requests are in flight whenever the kill falls."""
LANE_LIMIT_S = 15.0
ROWS_LIMIT_S = 45.0
PATIENCE_S = 120.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Recovered:
    """Seconds after the kill; how many rows the dead worker had claimed."""

    lane_s: float
    rows_s: float
    rows: int


def run(here: Stage) -> Iterator[Row]:
    """Once on each database; a worker that dies is started again after the pause that `make run` makes."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            found = _measure(here, url)
        here.say(f"after a kill, {kind}: lane {found.lane_s:.1f} s, {found.rows} rows {found.rows_s:.1f} s")
        yield Row(
            "SIGKILL to the lane's next message", kind, f"{found.lane_s:.1f} s", value=found.lane_s, unit="s",
            limit=LANE_LIMIT_S, bound="under",
        )  # fmt: skip
        yield Row(
            f"  to the end of its own {found.rows} rows", kind, f"{found.rows_s:.1f} s, {COUNT:,} people once each",
            value=found.rows_s, unit="s", limit=ROWS_LIMIT_S, bound="under",
        )  # fmt: skip


def _measure(here: Stage, url: str) -> Recovered:
    log = here.home / "after_a_kill.log"
    environment = here.environment(url, Addresses(stage.free_port(), 1), **NO_RATE)
    with carriers.running(environment, log=log) as stub:
        environment["TWILIO_API_BASE"] = stub.address
        with (
            here.application(environment) as app,
            stage.lanes(environment, ("urgent", "clock"), log=log, core=None),
        ):
            sending.flush(app)
            stub.begin(latency_s=LATENCY_S)
            first = _worker(environment, log)
            batch_id = sending.plan_notice(COUNT)
            sending.hint()
            stub.wait_for(KILL_AFTER, limit_s=PATIENCE_S)
            return _kill_and_watch(first, lambda: _worker(environment, log), stub, batch_id)


def _kill_and_watch(
    first: "subprocess.Popen[bytes]", again: Callable[[], "subprocess.Popen[bytes]"], stub: Carrier, batch_id: int
) -> Recovered:
    killed_s = time.monotonic()
    stage.kill_tree(first.pid)
    first.wait()
    its_own = _ids(batch_id, MessageState.CLAIMED)
    if not its_own:
        raise RuntimeError("the worker was killed between two claims: nothing to settle")
    time.sleep(PAUSE_S)
    restarted_s = time.monotonic()
    second = again()
    try:
        _until(lambda: _open(its_own) == 0)
        rows_s = time.monotonic() - killed_s
        sending.wait_until(batch_id, (MessageState.ACCEPTED,), COUNT)
    finally:
        stage.stop(second)
    taken = stub.log()
    lane_s = min(one.at_s for one in taken if one.at_s > restarted_s) - killed_s
    times = Counter(one.number for one in taken)
    if len(times) != COUNT or max(times.values()) > 1:
        raise RuntimeError(f"{len(times)} of {COUNT} people reached, somebody {max(times.values())} times")
    return Recovered(lane_s, rows_s, len(its_own))


def _worker(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    return stage.start(f"python worker.py {sending.LANE.value}", environment, core=None, log=log)


def _ids(batch_id: int, state: MessageState) -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Message.id).where(Message.batch_id == batch_id, Message.state == state)))


def _open(ids: list[int]) -> int:
    """How many of these are not with the carrier yet, as far as we know."""
    with reading() as session:
        found = select(func.count()).where(Message.id.in_(ids), Message.state != MessageState.ACCEPTED)
        return int(session.scalar(found) or 0)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_S:.0f} s")
        time.sleep(POLL_S)
