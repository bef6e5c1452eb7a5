"""Very many calls open at once while a greeting to 100,000 runs: how long each step takes, and that no call is lost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from base.clock import now
from base.database import reading, transaction
from base.queue import Lane
from bench import carrier as carriers
from bench import estate, greeting, sending, stage
from bench.callers import Script, Told
from bench.repair_call import make_calls
from bench.stage import Addresses, Stage
from bench.table import Row
from tickets.models import Ticket

GREETED = 100_000
RATE = 100
"""Segments a second of each sender: a short number."""
LATENCY_S = 0.08
RUNNING = 300
"""So many greetings go to the carrier before anybody calls."""
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Rush:
    """So many calls that begin within so many seconds; each takes a step every five."""

    words: str
    calls: int
    arrive_s: float
    limit_s: float


RUSHES = (
    Rush("30 steps a second", 150, 5.0, 0.05),
    Rush("1,000 calls open, 200 steps a second", 1000, 10.0, 0.25),
)
OWNERS = sum(rush.calls for rush in RUSHES)
"""Everybody calls once, about a home of their own: as many tickets as calls, or something was lost or doubled."""


def run(here: Stage) -> Iterator[Row]:
    """On both databases; the whole service and the callers share the machine."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            yield from _measure(here, kind, url)


def _measure(here: Stage, kind: str, url: str) -> Iterator[Row]:
    log = here.home / "open_calls.log"
    rates = {f"SMS_RATE_{name}": str(RATE) for name in ("EMERGENCY", "SERVICE", "CARE")}
    environment = here.environment(url, Addresses(stage.free_port(), 1), SMS_FROM_CARE=greeting.NUMBER, **rates)
    with carriers.running(environment, log=log) as stub:
        environment["TWILIO_API_BASE"] = stub.address
        with here.application(environment) as app:
            with transaction() as session:
                estate.build(session, OWNERS, at=now())
            here.say(f"a greeting to {GREETED} ({kind})")
            greeting.plan_greeting(GREETED)
            sending.flush(app)
            stub.begin(latency_s=LATENCY_S)
            with (
                stage.web(environment, log=log, core=None),
                stage.lanes(environment, (*Lane, "clock"), log=log, core=None),
            ):
                stub.wait_for(RUNNING, limit_s=PATIENCE_S)
                first = 0
                for rush in RUSHES:
                    yield _rush(here, kind, rush, int(environment["PORT"]), first)
                    first += rush.calls
            _check_tickets()


def _rush(here: Stage, kind: str, rush: Rush, port: int, first: int) -> Row:
    with stage.held_up() as held_up:
        told = make_calls(Script("slow", port, rush.arrive_s, rush.calls, first, OWNERS))
    if told.failed or told.calls != rush.calls:
        raise RuntimeError(f"{len(told.failed)} of {rush.calls} calls on {kind} failed, the first: {told.failed[:1]}")
    steps = sorted(told.steps_s)
    p50, p99, slowest = (steps[int(len(steps) * share)] for share in (0.5, 0.99, 0.9999))
    here.say(f"{rush.words}, {kind}: {len(steps)} steps in {told.seconds:.0f} s; the client used {told.busy:.0%}")
    if told.slow_at_s:
        seconds = Counter(int(at_s) for at_s in told.slow_at_s)
        when = ", ".join(f"{count} in second {second}" for second, count in sorted(seconds.items()))
        here.say(f"  slow ones: {when}; the machine {held_up()}")
    return Row(
        f"{rush.words}: p99 of a step", kind,
        f"p50 {p50 * 1000:.0f} p99 {p99 * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms", f"{_rate(told):.0f} steps/s",
        value=p99, unit="s", limit=rush.limit_s, bound="under",
    )  # fmt: skip


def _rate(told: Told) -> float:
    return len(told.steps_s) / told.seconds


def _check_tickets() -> None:
    """A ticket for each caller, and one only."""
    with reading() as session:
        callers = Counter(session.scalars(select(Ticket.caller_number)))
    if len(callers) != OWNERS or max(callers.values()) != 1:
        doubled = sum(count > 1 for count in callers.values())
        raise RuntimeError(f"{OWNERS} called, {len(callers)} have a ticket, {doubled} more than one")
