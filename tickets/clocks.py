"""Deadlines with pauses, worked out from the facts of a ticket. Pure.

Nothing is stored: a clock is what its events say, so a reopened or resumed ticket can never ring at once.

Where life or the building is in danger all time counts. Elsewhere the clocks that are shorter than a day of service
run in the desk's hours (`IN_SERVICE`). Those given as 24, 48 or 72 hours are calendar time, as they are customarily
meant: an answer "within twenty-four hours" is not one after two and a half office days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.hours import ROUND_THE_CLOCK, Hours
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
    """One deadline at one moment.

    `left_s`: until `due_at` on the wall, negative once it is broken; of what was allowed if it is met or stands.
    `due_at` is None when it is met and while it is paused.
    """

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

IN_SERVICE = frozenset({
    (Level.P2, ClockName.ACK), (Level.P3, ClockName.FIRST_REPLY), (Level.C2, ClockName.FIRST_REPLY),
})  # fmt: skip
"""The clocks that run only while the desk is open."""

PROMISED: dict[Level, ClockName] = {
    Level.P0: ClockName.ARRIVE,
    Level.P1: ClockName.ARRIVE,
    Level.P2: ClockName.ACK,
    Level.P3: ClockName.FIRST_REPLY,
    Level.C1: ClockName.FIRST_REPLY,
    Level.C2: ClockName.ACK,
}
"""The clock whose end the caller is told."""

TOLD_BEFORE_S: dict[Level, float] = {Level.P2: 30 * MINUTE, Level.P3: 30 * MINUTE, Level.C1: 90 * MINUTE}
"""Levels that wake nobody: how much service time before the promised moment the first of us is told."""

_ENDED = {"resolved", "closed", "cancelled", "merged"}
_MET_BY = {
    ClockName.ACK: {"acknowledged", "arrived"} | _ENDED,
    ClockName.ARRIVE: {"arrived"} | _ENDED,
    ClockName.CONTROL: _ENDED,
    ClockName.FIRST_REPLY: {"acknowledged", "noted", "arrived"} | _ENDED,
    ClockName.FINISH: _ENDED,
}


def clocks(level: Level, facts: Iterable[Fact], *, at: datetime, hours: Hours) -> list[Clock]:
    """The clocks of a ticket of `level` at a desk with these `hours`, as they stand at `at`; `facts` in order.

    They begin when it was opened, and again when it was reopened; between `waiting` and `resumed` they stand.
    """
    facts = [fact for fact in facts if fact.at <= at]
    began = [n for n, fact in enumerate(facts) if fact.type in {"opened", "reopened"}]
    if not began:
        return []
    since = facts[began[-1] :]
    return [
        _clock(name, allowed, since, at, hours_of(level, name, hours)) for name, allowed in ALLOWED_S[level].items()
    ]


def hours_of(level: Level, name: ClockName, hours: Hours) -> Hours:
    """When this clock runs, at a desk with these hours."""
    return hours if (level, name) in IN_SERVICE else ROUND_THE_CLOCK


def deadline(level: Level, *, began_at: datetime, hours: Hours) -> datetime:
    """The moment promised for a ticket that began at `began_at`, while nothing makes its clock stand."""
    name = PROMISED[level]
    return hours_of(level, name, hours).after(began_at, timedelta(seconds=ALLOWED_S[level][name]))


def told_at(level: Level, *, began_at: datetime, at: datetime, hours: Hours) -> datetime | None:
    """When, from `at` on, the first of us is told of a ticket that wakes nobody. None for a level that wakes people."""
    before_s = TOLD_BEFORE_S.get(level)
    if before_s is None:
        return None
    due_at = deadline(level, began_at=began_at, hours=hours)
    return hours.opens_at(max(at, hours.after(due_at, -timedelta(seconds=before_s))))


def next_due(standing: Iterable[Clock]) -> Clock | None:
    """The clock that runs out (or ran out) first among those not yet met; None when nothing is waited for."""
    running = [clock for clock in standing if clock.met_at is None and clock.due_at is not None]
    return min(running, key=lambda clock: clock.left_s, default=None)


def _clock(name: ClockName, allowed_s: float, facts: list[Fact], at: datetime, hours: Hours) -> Clock:
    met_at = next((fact.at for fact in facts if fact.type in _MET_BY[name]), None)
    runs, stands = _runs(facts, met_at or at)
    left, ran_out_at, due_at = timedelta(seconds=allowed_s), None, None
    for from_at, until_at in runs:
        due_at = hours.after(from_at, left)
        if due_at <= until_at:
            ran_out_at = due_at
            break
        left -= hours.between(from_at, until_at)
    if met_at is not None or stands:
        due_at = None
    if ran_out_at is not None:
        left = -sum(
            (max(until_at - max(from_at, ran_out_at), timedelta(0)) for from_at, until_at in runs), timedelta(0)
        )
    elif due_at is not None:
        left = due_at - at
    return Clock(name, facts[0].at, allowed_s, left.total_seconds(), due_at, met_at)


def _runs(facts: list[Fact], until: datetime) -> tuple[list[tuple[datetime, datetime]], bool]:
    """From when until when it ran, up to `until`, and whether it stands then."""
    runs: list[tuple[datetime, datetime]] = []
    since_at: datetime | None = facts[0].at
    for fact in facts:
        if fact.at > until:
            break
        if fact.type == "waiting" and since_at is not None:
            runs.append((since_at, fact.at))
            since_at = None
        elif since_at is None and fact.type in {"resumed", "arrived"} | _ENDED:
            since_at = fact.at
    if since_at is not None:
        runs.append((since_at, until))
    return runs, since_at is None
