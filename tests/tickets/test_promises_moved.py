"""A second repair has a day; an extension moves a clock from the moment it is allowed. Tables of values."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from oncall.overruns import steps_of
from tickets.clocks import Clock, clocks, extendable
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Kind, Level
from tickets.running import ClockName, Fact, fact_of
from tickets.workdays import Workdays

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = Hours(time(9), time(18), "Asia/Shanghai")


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def told(*facts: tuple[str, float], refused: float | None = None, extended: tuple[float, float] | None = None,
         clock: str = "finish") -> list[Fact]:  # fmt: skip
    found = [Fact(word, at(when)) for word, when in facts]
    if refused is not None:
        found.append(fact_of("reopened", at(refused), {"survey": 1, "score": 1}))
    if extended is not None:
        found.append(fact_of("extended", at(extended[0]), {"clock": clock, "until": at(extended[1]).isoformat()}))
    return found


def named(
    level: Level, facts: list[Fact], hours: float, name: ClockName, desk: Hours = ROUND_THE_CLOCK
) -> Clock | None:
    return next((one for one in clocks(level, facts, at=at(hours), hours=desk) if one.name is name), None)


@pytest.mark.parametrize("level", [Level.P0, Level.P1, Level.P2, Level.P3])
@pytest.mark.parametrize("desk", [ROUND_THE_CLOCK, OFFICE, replace(OFFICE, calendar=Workdays())])
def test_over_a_weekend_too_a_repair_that_its_owner_refused_has_a_day(level: Level, desk: Hours) -> None:
    friday = 4 * 24 + 6
    finish = named(level, told(("opened", 0), ("resolved", 1), refused=friday), friday + 1, ClockName.FINISH, desk)
    assert finish is not None
    assert finish.due_at == at(friday + 24)


@pytest.mark.parametrize("level", [Level.P0, Level.P1, Level.P2, Level.P3])
@pytest.mark.parametrize("desk", [ROUND_THE_CLOCK, OFFICE])
def test_a_repair_that_its_owner_refused_has_a_day_to_be_finished(level: Level, desk: Hours) -> None:
    facts = told(("opened", 0), ("resolved", 1), refused=30)
    finish = named(level, facts, 40, ClockName.FINISH, desk)
    assert finish is not None
    assert (finish.began_at, finish.total_s, finish.due_at) == (at(30), 24 * 3600, at(54))
    assert named(level, [*facts, Fact("resolved", at(50))], 60, ClockName.FINISH, desk).met_at == at(50)  # type: ignore[union-attr]


def test_what_staff_reopen_and_a_complaint_have_the_time_they_always_have() -> None:
    reopened = [*told(("opened", 0), ("resolved", 1)), fact_of("reopened", at(30), {})]
    assert named(Level.P1, reopened, 31, ClockName.FINISH) is None
    refused = told(("opened", 0), ("resolved", 1), refused=30)
    assert named(Level.C1, refused, 31, ClockName.FINISH).total_s == 72 * 3600  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("level", "clock", "desk", "before"), [
        (Level.P2, ClockName.FINISH, ROUND_THE_CLOCK, 24), (Level.P1, ClockName.CONTROL, ROUND_THE_CLOCK, 2),
        (Level.C1, ClockName.FINISH, OFFICE, 72), (Level.P3, ClockName.FINISH, OFFICE, 48),
    ],
)  # fmt: skip
def test_an_extended_clock_runs_until_the_very_moment_that_was_allowed(
    level: Level, clock: ClockName, desk: Hours, before: float
) -> None:
    facts = told(("opened", 0), ("acknowledged", 0.1))
    asked = extendable(clocks(level, facts, at=at(1), hours=desk))
    assert asked is not None
    assert (asked.name, asked.total_s, asked.is_extended) == (clock, before * 3600, False)
    moved = named(level, told(("opened", 0), extended=(1, 100.5), clock=clock.value), 1, clock, desk)
    assert moved is not None
    assert (moved.due_at, moved.is_extended, moved.broken_before) == (at(100.5), True, 0)
    late = named(level, told(("opened", 0), extended=(1, 100.5), clock=clock.value), 101, clock, desk)
    assert late is not None
    assert late.left_s == -1800


def test_a_pause_after_it_was_allowed_pushes_it_on_and_a_second_one_takes_its_place() -> None:
    facts = told(("opened", 0), ("acknowledged", 1), extended=(2, 40))
    facts.append(Fact("waiting", at(10), "parts"))
    assert named(Level.P2, facts, 15, ClockName.FINISH).is_paused  # type: ignore[union-attr]
    facts.append(Fact("resumed", at(15)))
    assert named(Level.P2, facts, 16, ClockName.FINISH).due_at == at(45)  # type: ignore[union-attr]
    facts += told(extended=(20, 60))
    again = named(Level.P2, facts, 21, ClockName.FINISH)
    assert again is not None
    assert (again.due_at, again.total_s) == (at(60), (20 - 5 + 40) * 3600)
    met = named(Level.P2, [*facts, Fact("resolved", at(50))], 55, ClockName.FINISH)
    assert met is not None
    assert (met.met_at, met.left_s, met.is_broken) == (at(50), 10 * 3600, False)


def test_that_a_clock_was_broken_before_it_was_extended_is_kept() -> None:
    moved = named(Level.P2, told(("opened", 0), extended=(30, 50)), 31, ClockName.FINISH)
    assert moved is not None
    assert (moved.is_broken, moved.broken_before, moved.due_at) == (False, 1, at(50))


def test_nothing_puts_off_that_somebody_comes_where_life_is_in_danger() -> None:
    assert extendable(clocks(Level.P0, told(("opened", 0)), at=at(0.01), hours=ROUND_THE_CLOCK)) is None
    assert extendable(clocks(Level.P2, told(("opened", 0), ("resolved", 1)), at=at(2), hours=ROUND_THE_CLOCK)) is None


def test_what_was_said_of_the_end_before_is_said_anew_of_the_one_that_was_allowed() -> None:
    late = named(Level.P2, told(("opened", 0)), 26, ClockName.FINISH)
    moved = named(Level.P2, told(("opened", 0), extended=(26, 40)), 41, ClockName.FINISH)
    assert late is not None
    assert moved is not None
    steps = [steps_of(clock, Level.P2, Kind.REPAIR, OFFICE, at=at(41)) for clock in (late, moved)]
    assert [len(one) for one in steps] == [3, 3], "to the supervisor, the manager, the director"
    assert not {step.key for step in steps[0]} & {step.key for step in steps[1]}
    assert steps[1][0].due_at == at(40)
