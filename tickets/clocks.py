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
from itertools import pairwise

from tickets.clocktable import Row, Runs, Table, table_of_the_house
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level
from tickets.running import (
    ENDED,
    FREED,
    REFUSED,
    STAND_UNDER_INCIDENT,
    ClockName,
    Fact,
    Interval,
    part,
    run_down,
    runs,
    under,
    without,
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline at one moment.

    `left_s`: until `due_at` on the wall, negative once it is broken; of what was allowed if it is met or stands.
    `due_at` is None when it is met and while it is paused; `resumes_at` is when such a pause ends by itself.
    `ran` are all the intervals in which it ran, also before it was opened again; `broken_before`: how often it was
    broken by then, or before it was extended (`extended_at`: when last). `is_provisional`: its end lies in a year of
    which nobody knows the working days yet.
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
    extended_at: datetime | None = None

    @property
    def is_extended(self) -> bool:
        """Somebody allowed it more time."""
        return self.extended_at is not None

    @property
    def since_at(self) -> datetime:
        """Since when its end is the one it has: what was said of the one before is nothing to this one."""
        return self.extended_at or self.began_at

    @property
    def is_paused(self) -> bool:
        """It waits for something outside."""
        return self.due_at is None and self.met_at is None

    @property
    def is_broken(self) -> bool:
        """The promise was not kept, whether or not it was met later."""
        return self.left_s < 0


_MET_BY = {
    ClockName.ACK: {"acknowledged", "arrived"} | ENDED,
    ClockName.ARRIVE: {"arrived"} | ENDED,
    ClockName.CONTROL: ENDED,
    ClockName.FIRST_REPLY: {"acknowledged", "noted", "arrived"} | ENDED,
    ClockName.FINISH: ENDED,
    ClockName.CALLBACK: {"asked", "not_asked", "scored", "closed"},
}
_ROUND_BEGINS = {"opened", "reopened"}


def clocks(
    level: Level, facts: Iterable[Fact], *, at: datetime, hours: Hours, table: Table | None = None,
    only: ClockName | None = None,
) -> list[Clock]:  # fmt: skip
    """The clocks of a ticket of `level` at a desk with these `hours`, as they stand at `at`; by the table of the
    release where no other is given.

    They begin when it was opened, and again when it was reopened; that of being taken also where somebody had it and
    nobody has it any more. What ran before that is kept. A repair that its owner
    refused has a time of its own to be finished. One of being asked how it was begins when it is resolved. They stand
    while it waits for a reason that is theirs (`STAND_FOR`), and run until another moment where somebody extended them.
    `only`: that one alone.
    """
    told = sorted((fact for fact in facts if fact.at <= at), key=lambda fact: fact.at)
    begins = [n for n, fact in enumerate(told) if fact.type in _ROUND_BEGINS]
    if not begins:
        return []
    rounds = [(told[begin:end], told[end].at) for begin, end in pairwise(begins)]
    rounds.append((told[begins[-1] :], at))
    row = (table or table_of_the_house())[level]
    allowed = _allowed(row, rounds[-1][0])
    found = (_through(row, name, rounds, hours) for name in ([only] if only else ClockName) if name in allowed)
    return [clock for clock in found if clock is not None]


def extendable(standing: Iterable[Clock]) -> Clock | None:
    """The clock of being finished, else of being under control, while it is not met; None where there is neither."""
    running = {clock.name: clock for clock in standing if clock.met_at is None}
    return running.get(ClockName.FINISH) or running.get(ClockName.CONTROL)


def goes_by_calendar(level: Level, table: Table | None = None) -> bool:
    """Whether a clock of this level asks which days are worked; all others run every day alike."""
    return not {Runs.OFFICE, Runs.WORKDAYS}.isdisjoint((table or table_of_the_house())[level].runs.values())


def hours_of(level: Level, name: ClockName, hours: Hours, table: Table | None = None) -> Hours:
    """When this clock runs, at a desk with these hours."""
    return _hours((table or table_of_the_house())[level], name, hours)


def _hours(row: Row, name: ClockName, hours: Hours) -> Hours:
    match row.runs.get(name):
        case Runs.DESK:
            return hours.daily
        case Runs.OFFICE:
            return hours
        case Runs.WORKDAYS:
            return hours.whole_days
        case _:
            return ROUND_THE_CLOCK


def telling_hours(level: Level, hours: Hours, table: Table | None = None) -> Hours:
    """When somebody of us is told of a ticket that wakes nobody: not on days off of what waits for a working day."""
    row = (table or table_of_the_house())[level]
    return hours if row.runs.get(row.promised) is Runs.OFFICE else hours.daily


def deadline(level: Level, *, began_at: datetime, hours: Hours, table: Table | None = None) -> datetime:
    """The moment promised for a ticket that began at `began_at`, while nothing makes its clock stand."""
    row = (table or table_of_the_house())[level]
    return _hours(row, row.promised, hours).after(began_at, timedelta(seconds=row.promised_s))


def told_at(
    level: Level, *, began_at: datetime, at: datetime, hours: Hours, table: Table | None = None
) -> datetime | None:  # fmt: skip
    """When, from `at` on, the first of us is told of a ticket that wakes nobody. None for a level that wakes people."""
    before_s = (table or table_of_the_house())[level].told_s
    if before_s is None:
        return None
    due_at, telling = deadline(level, began_at=began_at, hours=hours, table=table), telling_hours(level, hours, table)
    return telling.opens_at(max(at, telling.after(due_at, -timedelta(seconds=before_s))))


def next_due(standing: Iterable[Clock]) -> Clock | None:
    """The clock that runs out (or ran out) first among those not yet met; None when nothing is waited for."""
    running = [clock for clock in standing if clock.met_at is None and clock.due_at is not None]
    return min(running, key=lambda clock: clock.left_s, default=None)


def _through(
    row: Row, name: ClockName, rounds: Sequence[tuple[Sequence[Fact], datetime]], hours: Hours
) -> Clock | None:  # fmt: skip
    """The clock of the last round, with what ran in all; None while what it waits for has not begun."""
    return _in_all([_of_round(row, name, facts, until, hours) for facts, until in rounds])


def _in_all(each: Sequence[Clock | None]) -> Clock | None:
    """The last of these clocks of one name, with what ran of those before and how often they were broken."""
    last, before = each[-1], [clock for clock in each[:-1] if clock is not None]
    if last is None:
        return None
    ran = tuple(interval for clock in (*before, last) for interval in clock.ran)
    broken = last.broken_before + sum(clock.broken_before + clock.is_broken for clock in before)
    return replace(last, ran=ran, broken_before=broken)


def _of_round(row: Row, name: ClockName, facts: Sequence[Fact], at: datetime, hours: Hours) -> Clock | None:
    allowed_s = _allowed(row, facts).get(name)
    if allowed_s is None:
        return None
    if name is ClockName.ACK:
        own = _hours(row, name, hours)
        return _in_all([_clock(name, allowed_s, those, until, own) for those, until in _each_time(facts, at)])
    is_rework = name is ClockName.FINISH and _rework_s(row, facts) is not None
    return _clock(name, allowed_s, facts, at, ROUND_THE_CLOCK if is_rework else _hours(row, name, hours))


def _each_time(facts: Sequence[Fact], at: datetime) -> list[tuple[Sequence[Fact], datetime]]:
    """The facts of a round from each moment at which it had to be taken, and until when: at first, and whenever whoever
    had it has it no more.
    """
    starts, is_taken = [0], False
    for n, fact in enumerate(facts):
        if fact.type == FREED and is_taken:
            starts.append(n)
            is_taken = False
        is_taken = is_taken or fact.type in _MET_BY[ClockName.ACK]
    each = [(facts[begin:end], facts[end].at) for begin, end in pairwise(starts)]
    return [*each, (facts[starts[-1] :], at)]


def _allowed(row: Row, facts: Sequence[Fact]) -> Mapping[ClockName, float]:
    """What is allowed in a round that these facts tell."""
    rework_s = _rework_s(row, facts)
    return row.allowed_s if rework_s is None else {**row.allowed_s, ClockName.FINISH: rework_s}


def _rework_s(row: Row, facts: Sequence[Fact]) -> float | None:
    """How long it may take where an owner said that it is not done."""
    return row.rework_s if facts[0].type == "reopened" and facts[0].reason == REFUSED else None


def _clock(name: ClockName, allowed_s: float, facts: Sequence[Fact], at: datetime, hours: Hours) -> Clock | None:
    if name is ClockName.CALLBACK:
        facts = facts[next((n for n, fact in enumerate(facts) if fact.type == "resolved"), len(facts)) :]
    if not facts:
        return None
    met_at = next((fact.at for fact in facts if fact.type in _MET_BY[name]), None)
    ran, stands, resumes_at = runs(name, facts, met_at or at)
    if name in STAND_UNDER_INCIDENT and (stood := under(facts, met_at or at)):
        ran, until_at = without(ran, stood), stood[-1].until_at
        if not stands and until_at > at:
            stands, resumes_at = True, until_at
    moved = [fact for fact in facts if fact.type == "extended" and fact.reason == name and fact.at <= (met_at or at)]
    left, since_at, spent, broken = timedelta(seconds=allowed_s), facts[0].at, timedelta(0), 0
    for fact in moved:  # what was allowed ends here, and what is allowed now by the calendar begins
        before = part(ran, since_at, fact.at)
        spent += sum((hours.between(run.from_at, run.until_at) for run in before), timedelta(0))
        broken += run_down(before, left, hours).ran_out_at is not None
        left, since_at, hours = (fact.until_at or fact.at) - fact.at, fact.at, ROUND_THE_CLOCK
    total, last = spent + left, part(ran, since_at, met_at or at)
    down = run_down(last, left, hours)
    left, due_at = down.left, None if met_at is not None or stands else down.due_at
    if down.ran_out_at is not None:
        late = (max(run.until_at - max(run.from_at, down.ran_out_at), timedelta(0)) for run in last)
        left = -sum(late, timedelta(0))
    elif due_at is not None:
        left = due_at - at
    return Clock(
        name, facts[0].at, total.total_seconds(), left.total_seconds(), due_at, met_at, ran,
        broken_before=broken, resumes_at=resumes_at if met_at is None else None,
        is_provisional=due_at is not None and hours.is_provisional(due_at), extended_at=moved[-1].at if moved else None,
    )  # fmt: skip
