"""A whole repair call, step by step over HTTP, against a bare view on the same server and the same database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from statistics import median

from sqlalchemy import create_engine, text

from base.clock import now
from base.database import transaction
from base.settings import ROOT
from bench import bare, estate, stage
from bench.callers import Script, Told
from bench.stage import Addresses, Stage
from bench.table import Row

LIMITS = {"SQLite": 0.7, "PostgreSQL": 0.6}
ROUNDS, ROUNDS_IN_MEMORY = 25, 7
"""Pairs of neighbours in time: on a machine that shares its processors one pair says 0.5 and the next 0.8."""
ROUND_S = 1.0
WARM_S = 1.0
AT_ONCE = 8
OWNERS = 3000


def run(here: Stage) -> Iterator[Row]:
    """One row for each database on the disk, and one in memory, where no waiting for the disk hides our own work.

    The limit is for the disk: that is how a house runs. In memory it is what there is to look at after a change.
    """
    for in_memory in (False, True):
        for kind in stage.KINDS:
            with here.database(kind, in_memory=in_memory) as url:
                what = f"{kind}, in memory" if in_memory else kind
                yield _measure(here, what, url, None if in_memory else LIMITS[kind])


def _measure(here: Stage, kind: str, url: str, limit: float | None) -> Row:
    log = here.home / "repair_call.log"
    ours = here.environment(url, Addresses(stage.free_port(), stage.free_port()))
    theirs = ours | (their_port := {"PORT": str(stage.free_port())}) | {"PUBLIC_URL": _local(their_port["PORT"])}
    with here.application(ours), transaction() as session:
        estate.build(session, OWNERS, at=now())
    bare.make_tables(url)
    with (
        stage.web(ours, log=log, core=stage.OURS),
        stage.web(theirs, log=log, core=stage.OURS, factory="bench.bare:create_app()"),
    ):
        count = ROUNDS if limit else ROUNDS_IN_MEMORY
        rounds = _rounds(here, kind, count, url, int(ours["PORT"]), int(theirs["PORT"]))
    return _row(here, kind, *rounds, limit)


def _rounds(
    here: Stage, kind: str, count: int, url: str, our_port: int, their_port: int
) -> tuple[list[Told], list[Told]]:
    """Ours and the bare view in turns, so that the machine's moods fall on both."""
    next_caller = 0
    told: dict[str, list[Told]] = {"repair": [], "bare": []}
    for turn in range(count + 1):
        for name, port in (("repair", our_port), ("bare", their_port)):
            seconds = ROUND_S if turn else WARM_S
            one = make_calls(Script(name, port, seconds, AT_ONCE, next_caller, OWNERS))
            next_caller = one.next_caller
            if one.failed:
                raise RuntimeError(f"{len(one.failed)} {name} calls on {kind} failed, the first: {one.failed[0]}")
            if turn:
                told[name].append(one)
        if not turn:
            _count_rows(url)
        here.say(f"repair call, {kind}: round {turn} of {count}")
    return told["repair"], told["bare"]


def _count_rows(url: str) -> None:
    """Have the database note how much there is of what, as PostgreSQL does by itself in the first minute of a house:
    until then it looks for a caller's tickets among all of their category.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def make_calls(script: Script) -> Told:
    """Let a process of its own make them. Raises `RuntimeError`."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.callers"],
        input=json.dumps(asdict(script)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        preexec_fn=lambda: stage.pin(stage.THEIRS),
    )
    if done.returncode:
        raise RuntimeError(f"the callers failed: {done.stderr[-1000:]}")
    return Told(**json.loads(done.stdout))


def _row(here: Stage, kind: str, ours: list[Told], theirs: list[Told], limit: float | None) -> Row:
    for who, rounds in (("ours", ours), ("bare", theirs)):
        rates = " ".join(f"{_rate(one):.0f}" for one in rounds)
        here.say(f"  {who}: {rates} steps/s; the client used {max(one.busy for one in rounds):.0%} of its core")
    # neighbours in time are compared with each other
    ratio = median(_rate(mine) / _rate(bare) for mine, bare in zip(ours, theirs, strict=True))
    return Row("a repair call, 8 at once", kind, _told(ours), _told(theirs), ratio, limit=limit)


def _told(rounds: list[Told]) -> str:
    steps = sorted(seconds for one in rounds for seconds in one.steps_s)
    p50, p99 = steps[len(steps) // 2], steps[int(len(steps) * 0.99)]
    return f"{median(map(_rate, rounds)):.0f} steps/s, p50 {p50 * 1000:.0f} p99 {p99 * 1000:.0f} ms"


def _rate(told: Told) -> float:
    return len(told.steps_s) / told.seconds


def _local(port: str) -> str:
    return f"http://127.0.0.1:{port}"
