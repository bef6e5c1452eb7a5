"""An emergency notice to 200 while a greeting to 100,000 runs: until the first and nearly all are with the carrier."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from base.database import reading, transaction
from base.queue import Lane
from bench import carrier as carriers
from bench import desk, estate, greeting, sending, stage
from bench.carrier import Carrier
from bench.desk import Desk
from bench.stage import Addresses, Stage
from bench.table import Row
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.jobs import planning

GREETED = 100_000
TOLD = 200
ROUNDS = 5
RATE = 100
"""Segments a second of each sender: a short number. A long one carries one."""
LATENCY_S = 0.08
FIRST_LIMIT_S = 1.0
MOST_LIMIT_S = 10.0
MOST = 0.95
RUNNING = 300
"""So many greetings go to the carrier before each notice."""
PATIENCE_S = 60.0
POLL_S = 0.1
PAUSE_S = (0.1, 2.1)
"""Between notices, at random, so that they do not fall into step with the claims of the greeting."""
OWN_SENDERS = {"SMS_FROM_CARE": greeting.NUMBER}
ONE_SENDER = {"SMS_FROM_CARE": greeting.NUMBER, "SMS_FROM_EMERGENCY": greeting.NUMBER}


@dataclass(frozen=True, slots=True)
class Passed:
    """One notice: seconds from just before its approval until the carrier took the first and most; greetings
    a second meanwhile."""

    first_s: float
    most_s: float
    greetings: float


def run(here: Stage) -> Iterator[Row]:
    """With a sender of its own, as production demands; then with one sender for both, which it refuses."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            yield from _measure(here, kind, url)


def _measure(here: Stage, kind: str, url: str) -> Iterator[Row]:
    log = here.home / "emergency_first.log"
    rates = {f"SMS_RATE_{name}": str(RATE) for name in ("EMERGENCY", "SERVICE", "CARE")}
    environment = here.environment(url, Addresses(stage.free_port(), 1), **rates)
    with carriers.running(environment, log=log) as stub:
        environment["TWILIO_API_BASE"] = stub.address
        with here.application(environment | OWN_SENDERS):
            here.say(f"a greeting to {GREETED} ({kind})")
            there, building_id = _greeting_and_desk()
        own = _rounds(here, environment | OWN_SENDERS, stub, there, building_id)
        one = _rounds(here, environment | ONE_SENDER, stub, there, building_id)
    for words, told in (("its own sender", own), ("the greeting's sender", one)):
        here.say(
            f"emergency first, {kind}, {words}: " + " ".join(f"{o.first_s:.2f}/{o.most_s:.1f}" for o in told) + " s"
        )
    yield from _rows(kind, f"emergency to {TOLD} past a greeting to {GREETED:,}", own, is_limited=True)
    yield from _rows(kind, "  on the greeting's own sender", one, is_limited=False)


def _rows(kind: str, words: str, told: list[Passed], *, is_limited: bool) -> Iterator[Row]:
    greetings = f"greeting goes on at {sum(one.greetings for one in told) / len(told):.0f}/s"
    firsts, mosts = sorted(one.first_s for one in told), sorted(one.most_s for one in told)
    for what, seconds, limit_s in (("first", firsts, FIRST_LIMIT_S), (f"{MOST:.0%}", mosts, MOST_LIMIT_S)):
        yield Row(
            f"{words}: {what}", kind, f"p50 {seconds[len(seconds) // 2]:.2f} s, slowest {seconds[-1]:.2f} s", greetings,
            value=seconds[-1], unit="s", limit=limit_s if is_limited else None, bound="under",
        )  # fmt: skip


def _rounds(here: Stage, environment: dict[str, str], stub: Carrier, there: Desk, building_id: int) -> list[Passed]:
    log = here.home / "emergency_first.log"
    with here.application(environment) as app:
        sending.flush(app)
        with stage.lanes(environment, (*Lane, "clock"), log=log, core=None):
            return [_one(stub, there, building_id) for _ in range(ROUNDS)]


def _one(stub: Carrier, there: Desk, building_id: int) -> Passed:
    """Water is off: the notice is written and planned as the desk does it, and let go."""
    stub.begin(latency_s=LATENCY_S)
    stub.wait_for(RUNNING, limit_s=PATIENCE_S)
    time.sleep(random.uniform(*PAUSE_S))
    campaign_id = desk.write_emergency(there, building_id)
    planning.plan(campaign_id)
    desk.wait_until_planned(campaign_id)
    began_s = time.monotonic()
    batch_id = desk.approve(there, campaign_id)
    ids = _wait_for_all(batch_id)
    taken = stub.log()
    times = Counter(one.message_id for one in taken)
    if max(times.values()) > 1 or not ids <= times.keys():
        raise RuntimeError(f"{len(ids & times.keys())} of {len(ids)} reached, somebody {max(times.values())} times")
    theirs = sorted(one.at_s for one in taken if one.message_id in ids)
    greetings = sum(one.message_id not in ids and began_s <= one.at_s <= theirs[-1] for one in taken)
    accepted_s = [at_s + LATENCY_S - began_s for at_s in theirs]
    return Passed(accepted_s[0], accepted_s[int(len(ids) * MOST) - 1], greetings / (theirs[-1] - began_s))


def _wait_for_all(batch_id: int) -> set[int]:
    """The ids of a batch's messages, once every one of them is recorded as accepted."""
    deadline = time.monotonic() + PATIENCE_S
    found = select(Message.id, Message.state).where(Message.batch_id == batch_id)
    while time.monotonic() < deadline:
        with reading() as session:
            states = {id: state for id, state in session.execute(found)}  # noqa: C416  a result is no mapping
        if set(states.values()) == {MessageState.ACCEPTED} and len(states) == TOLD:
            return set(states)
        time.sleep(POLL_S)
    raise TimeoutError(f"not within {PATIENCE_S:.0f} s: {Counter(states.values())}")


def _greeting_and_desk() -> tuple[Desk, int]:
    """The desk, the building where water will be off, and a greeting to everybody else that may go."""
    there = desk.open_desk(0)
    number_of = greeting.plan_greeting(GREETED)
    with transaction() as session:
        building_id = estate.add_building(session, there.project_id, 2, range(GREETED, GREETED + TOLD), number_of)
    return there, building_id
