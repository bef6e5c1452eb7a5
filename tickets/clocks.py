"""Deadlines with pauses, worked out from the facts of a ticket. Pure.

Nothing is stored: a clock is what its events say, so a reopened or resumed ticket can never ring at once.

Where life or the building is in danger all time counts. A repair and a grave complaint are seen to in the desk's
hours, whatever day it is: somebody is on duty there on holidays too. What an office answers waits for a working day,
make-up days (调休) and all; so do the "three days" of a complaint. An answer "within twenty-four hours" is meant by the
calendar: not after two and a half office days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import ANOTHER_DESK, Level, WaitReason


class ClockName(StrEnum):
    """What is being waited for."""

    ACK = "ack"
    ARRIVE = "arrive"
    CONTROL = "control"
    FIRST_REPLY = "first_reply"
    FINISH = "finish"
    CALLBACK = "callback"


class Runs(StrEnum):
    """When a clock runs that does not run always: in the desk's hours, there on working days, on whole working days."""

    DESK = "desk"
    OFFICE = "office"
    WORKDAYS = "workdays"


@dataclass(frozen=True, slots=True)
class Fact:
    """One event, by the word of its type; of a pause its reason, and until when it was to last, if somebody said."""

    type: str
    at: datetime
    reason: str = ""
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """From when until when a clock ran without a pause, on the wall; until now where it still runs."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline at one moment.

    `left_s`: until `due_at` on the wall, negative once it is broken; of what was allowed if it is met or stands.
    `due_at` is None when it is met and while it is paused; `resumes_at` is when such a pause ends by itself.
    `ran` are all the intervals in which it ran, also before it was opened again; `broken_before`: how often it was
    broken by then. `is_provisional`: its end lies in a year of which nobody knows the working days yet.
    """

    name: ClockName
    began_at: datetime
    total_s: float
    left_s: float
    due_at: datetime | None
    met_at: datetime | None
    ran: tuple[Interval, ...] = ()
    broken_before: int = 0
    resumes_at: datetime | None = None
    is_provisional: bool = False

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
    Level.P0: {ClockName.ACK: 3 * MINUTE, ClockName.ARRIVE: 5 * MINUTE, ClockName.CALLBACK: 24 * HOUR},
    Level.P1: {
        ClockName.ACK: 5 * MINUTE, ClockName.ARRIVE: 30 * MINUTE, ClockName.CONTROL: 2 * HOUR,
        ClockName.CALLBACK: 24 * HOUR,
    },
    Level.P2: {ClockName.ACK: 30 * MINUTE, ClockName.FINISH: 24 * HOUR, ClockName.CALLBACK: 24 * HOUR},
    Level.P3: {ClockName.FIRST_REPLY: 4 * HOUR, ClockName.FINISH: 48 * HOUR, ClockName.CALLBACK: 168 * HOUR},
    Level.C1: {ClockName.FIRST_REPLY: 24 * HOUR, ClockName.FINISH: 72 * HOUR, ClockName.CALLBACK: 72 * HOUR},
    Level.C2: {
        ClockName.ACK: HOUR, ClockName.FIRST_REPLY: 4 * HOUR, ClockName.FINISH: 72 * HOUR,
        ClockName.CALLBACK: 72 * HOUR,
    },
}  # fmt: skip

RUNS: dict[tuple[Level, ClockName], Runs] = {
    (Level.P2, ClockName.ACK): Runs.DESK,
    (Level.C2, ClockName.FIRST_REPLY): Runs.DESK,
    (Level.P3, ClockName.FIRST_REPLY): Runs.OFFICE,
    (Level.P3, ClockName.FINISH): Runs.WORKDAYS,
    (Level.C1, ClockName.FINISH): Runs.WORKDAYS,
    (Level.C2, ClockName.FINISH): Runs.WORKDAYS,
}
"""The clocks that do not run always."""

STAND_FOR: dict[WaitReason, frozenset[ClockName]] = {
    WaitReason.OWNER: frozenset({
        ClockName.ARRIVE, ClockName.CONTROL, ClockName.FIRST_REPLY, ClockName.FINISH, ClockName.CALLBACK,
    }),
    WaitReason.PARTS: frozenset({ClockName.CONTROL, ClockName.FINISH}),
    WaitReason.OTHERS: frozenset({ClockName.CONTROL, ClockName.FINISH}),
}  # fmt: skip
"""Which clocks stand while a ticket waits, by what it waits for; no reason stops the clock of being taken.

Nobody has to come to an owner who is away; to everybody else we come, and answer, while a part is on its way.
"""

STAND_UNDER_INCIDENT = frozenset({ClockName.CONTROL, ClockName.FINISH})
"""Which clocks stand while a ticket is part of a trouble, until the end its owners were promised for that.

Somebody has to take it and come all the same.
"""

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
    ClockName.CALLBACK: {"asked", "not_asked", "scored", "closed"},
}
_ROUND_BEGINS = {"opened", "reopened"}
_GOES_ON = {"resumed", "arrived", "moved"} | _ENDED
_ASKED = {"survey", "survey_call"}


def fact_of(word: str, at: datetime, data: Mapping[str, Any]) -> Fact:
    """An event of the timeline as a fact, with what of its `data` concerns the clocks."""
    if word == "message":
        what = data.get("what")
        return Fact("asked" if what in _ASKED else "not_asked" if what == "not_asked" else word, at)
    if word == "referred" and data.get("to") in ANOTHER_DESK:  # it is open there, and waits for nothing
        return Fact("moved", at)
    if word == "amended" and data.get("ladder") == "anew":  # so is one that turned out to be grave
        return Fact("moved", at)
    if word == "amended" and ("incident_over" in data or "incident" in data):
        until = data.get("until") if "incident" in data else None
        return Fact("under", at, until_at=datetime.fromisoformat(until)) if until else Fact("free", at)
    if word != "waiting":
        return Fact(word, at)
    until = data.get("until")
    return Fact(word, at, str(data.get("reason", "")), datetime.fromisoformat(until) if until else None)


def clocks(level: Level, facts: Iterable[Fact], *, at: datetime, hours: Hours) -> list[Clock]:
    """The clocks of a ticket of `level` at a desk with these `hours`, as they stand at `at`.

    They begin when it was opened, and again when it was reopened; what ran before that is kept. One of being asked
    how it was begins when it is resolved. They stand while it waits for a reason that is theirs (`STAND_FOR`).
    """
    told = sorted((fact for fact in facts if fact.at <= at), key=lambda fact: fact.at)
    begins = [n for n, fact in enumerate(told) if fact.type in _ROUND_BEGINS]
    if not begins:
        return []
    rounds = [(told[begin:end], told[end].at) for begin, end in pairwise(begins)]
    rounds.append((told[begins[-1] :], at))
    found = (_through(level, name, rounds, hours) for name in ALLOWED_S[level])
    return [clock for clock in found if clock is not None]


def hours_of(level: Level, name: ClockName, hours: Hours) -> Hours:
    """When this clock runs, at a desk with these hours."""
    match RUNS.get((level, name)):
        case Runs.DESK:
            return hours.daily
        case Runs.OFFICE:
            return hours
        case Runs.WORKDAYS:
            return hours.whole_days
        case _:
            return ROUND_THE_CLOCK


def telling_hours(level: Level, hours: Hours) -> Hours:
    """When somebody of us is told of a ticket that wakes nobody: not on days off of what waits for a working day."""
    return hours if RUNS.get((level, PROMISED[level])) is Runs.OFFICE else hours.daily


def deadline(level: Level, *, began_at: datetime, hours: Hours) -> datetime:
    """The moment promised for a ticket that began at `began_at`, while nothing makes its clock stand."""
    name = PROMISED[level]
    return hours_of(level, name, hours).after(began_at, timedelta(seconds=ALLOWED_S[level][name]))


def told_at(level: Level, *, began_at: datetime, at: datetime, hours: Hours) -> datetime | None:
    """When, from `at` on, the first of us is told of a ticket that wakes nobody. None for a level that wakes people."""
    before_s = TOLD_BEFORE_S.get(level)
    if before_s is None:
        return None
    due_at, telling = deadline(level, began_at=began_at, hours=hours), telling_hours(level, hours)
    return telling.opens_at(max(at, telling.after(due_at, -timedelta(seconds=before_s))))


def next_due(standing: Iterable[Clock]) -> Clock | None:
    """The clock that runs out (or ran out) first among those not yet met; None when nothing is waited for."""
    running = [clock for clock in standing if clock.met_at is None and clock.due_at is not None]
    return min(running, key=lambda clock: clock.left_s, default=None)


def _through(
    level: Level, name: ClockName, rounds: Sequence[tuple[Sequence[Fact], datetime]], hours: Hours
) -> Clock | None:  # fmt: skip
    """The clock of the last round, with what ran in all; None while what it waits for has not begun."""
    allowed_s, own = ALLOWED_S[level][name], hours_of(level, name, hours)
    each = [_clock(name, allowed_s, facts, until, own) for facts, until in rounds]
    last, before = each[-1], [clock for clock in each[:-1] if clock is not None]
    if last is None:
        return None
    ran = tuple(interval for clock in (*before, last) for interval in clock.ran)
    return replace(last, ran=ran, broken_before=sum(clock.is_broken for clock in before))


def _clock(name: ClockName, allowed_s: float, facts: Sequence[Fact], at: datetime, hours: Hours) -> Clock | None:
    if name is ClockName.CALLBACK:
        facts = facts[next((n for n, fact in enumerate(facts) if fact.type == "resolved"), len(facts)) :]
    if not facts:
        return None
    met_at = next((fact.at for fact in facts if fact.type in _MET_BY[name]), None)
    ran, stands, resumes_at = _runs(name, facts, met_at or at)
    if name in STAND_UNDER_INCIDENT and (under := _under(facts, met_at or at)):
        ran, until_at = _without(ran, under), under[-1].until_at
        if not stands and until_at > at:
            stands, resumes_at = True, until_at
    left, ran_out_at, due_at = timedelta(seconds=allowed_s), None, None
    for run in ran:
        due_at = hours.after(run.from_at, left)
        if due_at <= run.until_at:
            ran_out_at = due_at
            break
        left -= hours.between(run.from_at, run.until_at)
    if met_at is not None or stands:
        due_at = None
    if ran_out_at is not None:
        late = (max(run.until_at - max(run.from_at, ran_out_at), timedelta(0)) for run in ran)
        left = -sum(late, timedelta(0))
    elif due_at is not None:
        left = due_at - at
    return Clock(
        name, facts[0].at, allowed_s, left.total_seconds(), due_at, met_at, ran,
        resumes_at=resumes_at if met_at is None else None,
        is_provisional=due_at is not None and hours.is_provisional(due_at),
    )  # fmt: skip


def _runs(
    name: ClockName, facts: Sequence[Fact], until: datetime
) -> tuple[tuple[Interval, ...], bool, datetime | None]:  # fmt: skip
    """From when until when it ran, up to `until`; whether it stands then, and when it goes on by itself."""
    ran: list[Interval] = []
    since_at: datetime | None = facts[0].at
    resumes_at: datetime | None = None
    for fact in facts:
        if fact.at > until:
            break
        if resumes_at is not None and resumes_at <= fact.at:
            since_at, resumes_at = resumes_at, None
        if fact.type == "waiting" and name in _stands_for(fact.reason):
            if since_at is not None:
                ran.append(Interval(since_at, fact.at))
            since_at, resumes_at = None, fact.until_at
        elif since_at is None and fact.type in _GOES_ON:
            since_at, resumes_at = fact.at, None
    if resumes_at is not None and resumes_at <= until:
        since_at, resumes_at = resumes_at, None
    if since_at is not None:
        ran.append(Interval(since_at, until))
    return tuple(ran), since_at is None, resumes_at


def _under(facts: Sequence[Fact], until: datetime) -> list[Interval]:
    """From when until when it was part of a trouble, up to the end promised for that; the last may lie ahead."""
    found: list[Interval] = []
    for fact in facts:
        if fact.at > until or fact.type not in {"under", "free"}:
            continue
        if found and found[-1].until_at > fact.at:
            found[-1] = replace(found[-1], until_at=fact.at)
        if fact.until_at is not None and fact.until_at > fact.at:
            found.append(Interval(fact.at, fact.until_at))
    return found


def _without(ran: Iterable[Interval], stood: Iterable[Interval]) -> tuple[Interval, ...]:
    """What is left of these intervals outside of those."""
    left = list(ran)
    for gap in stood:
        before = [Interval(one.from_at, min(one.until_at, gap.from_at)) for one in left]
        after = [Interval(max(one.from_at, gap.until_at), one.until_at) for one in left]
        left = sorted((one for one in before + after if one.from_at < one.until_at), key=lambda one: one.from_at)
    return tuple(left)


def _stands_for(reason: str) -> frozenset[ClockName]:
    """A pause without one of our reasons (there were such once) stops what any of them does."""
    return STAND_FOR[WaitReason(reason)] if reason in set(WaitReason) else STAND_FOR[WaitReason.OWNER]
