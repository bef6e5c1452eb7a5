"""Deadlines with pauses, worked out from the facts of a ticket. Pure.

Nothing is stored: a clock is what its events say, so a reopened or resumed ticket can never ring at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.lifecycle import Level


class ClockName(StrEnum):
    """What is being waited for."""

    ACK = "ack"
    ARRIVE = "arrive"
    CONTROL = "control"
    FIRST_REPLY = "first_reply"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Fact:
    """One event, by the word of its type."""

    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline at one moment. `left_s` is negative once it is broken; None `due_at` while it is paused."""

    name: ClockName
    began_at: datetime
    total_s: float
    left_s: float
    due_at: datetime | None
    met_at: datetime | None

    @property
    def is_paused(self) -> bool:
        """It waits for something outside."""
        return self.due_at is None and self.met_at is None

    @property
    def is_broken(self) -> bool:
        """The promise was not kept, whether or not it was met later."""
        return self.left_s < 0


MINUTE, HOUR = 60.0, 3600.0

ALLOWED_S: dict[Level, dict[ClockName, float]] = {
    Level.P0: {ClockName.ACK: 3 * MINUTE, ClockName.ARRIVE: 5 * MINUTE},
    Level.P1: {ClockName.ACK: 5 * MINUTE, ClockName.ARRIVE: 30 * MINUTE, ClockName.CONTROL: 2 * HOUR},
    Level.P2: {ClockName.ACK: 30 * MINUTE, ClockName.FINISH: 24 * HOUR},
    Level.P3: {ClockName.FIRST_REPLY: 4 * HOUR, ClockName.FINISH: 48 * HOUR},
    Level.C1: {ClockName.FIRST_REPLY: 24 * HOUR, ClockName.FINISH: 72 * HOUR},
    Level.C2: {ClockName.ACK: HOUR, ClockName.FIRST_REPLY: 4 * HOUR, ClockName.FINISH: 72 * HOUR},
}

_ENDED = {"resolved", "closed", "cancelled", "merged"}
_MET_BY = {
    ClockName.ACK: {"acknowledged", "arrived"} | _ENDED,
    ClockName.ARRIVE: {"arrived"} | _ENDED,
    ClockName.CONTROL: _ENDED,
    ClockName.FIRST_REPLY: {"acknowledged", "noted", "arrived"} | _ENDED,
    ClockName.FINISH: _ENDED,
}


def clocks(level: Level, facts: Iterable[Fact], *, at: datetime) -> list[Clock]:
    """The clocks of a ticket of `level` as they stand at `at`; `facts` in the order they happened.

    They begin when it was opened, and again when it was reopened; between `waiting` and `resumed` they stand.
    """
    facts = [fact for fact in facts if fact.at <= at]
    began = [n for n, fact in enumerate(facts) if fact.type in {"opened", "reopened"}]
    if not began:
        return []
    since = facts[began[-1] :]
    return [_clock(name, allowed, since, at) for name, allowed in ALLOWED_S[level].items()]


def next_due(standing: Iterable[Clock]) -> Clock | None:
    """The clock that runs out (or ran out) first among those not yet met; None when nothing is waited for."""
    running = [clock for clock in standing if clock.met_at is None and clock.due_at is not None]
    return min(running, key=lambda clock: clock.left_s, default=None)


def _clock(name: ClockName, allowed_s: float, facts: list[Fact], at: datetime) -> Clock:
    met_at = next((fact.at for fact in facts if fact.type in _MET_BY[name]), None)
    until = met_at or at
    began_at = facts[0].at
    paused, since = _paused(facts, until)
    left_s = allowed_s - (until - began_at - paused).total_seconds()
    stands = met_at is not None or since is not None
    due_at = None if stands else at + timedelta(seconds=left_s)
    return Clock(name, began_at, allowed_s, left_s, due_at, met_at)


def _paused(facts: list[Fact], until: datetime) -> tuple[timedelta, datetime | None]:
    """How long it stood before `until`, and since when it stands now (None if it runs)."""
    total, since = timedelta(0), None
    for fact in facts:
        if fact.at > until:
            break
        if fact.type == "waiting":
            since = since or fact.at
        elif since is not None and fact.type in {"resumed", "arrived"} | _ENDED:
            total, since = total + (fact.at - since), None
    return total + (until - since if since else timedelta(0)), since
