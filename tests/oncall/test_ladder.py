"""The ladder, as tables of values."""

from datetime import UTC, datetime, time, timedelta

import pytest

from messages.lifecycle import Way
from oncall.ladder import CATCH_UP_S, Post, is_quiet, next_due_at, next_quiet_at, rung
from oncall.ladderbook import ladders_of
from tickets.clocks import deadline, told_at
from tickets.clocktable import table_of_the_house
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level
from tickets.triage import wakes

RELEASE = ladders_of()
LADDERS = {level: RELEASE.of(level, is_refused=False) for level in Level}
REFUSED = RELEASE.of(Level.P3, is_refused=True)
T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PAIR = {"first", "second"}
EVERYBODY = {"everybody"}


def minute(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def climbed(level: Level, rungs: int) -> list[tuple[float, set[str]]]:
    """When each rung is due, in minutes, and whom it means, if every clock is on time."""
    due_at, found = T0, []
    for step in range(rungs):
        here = rung(LADDERS[level], step)
        who = EVERYBODY if here.everybody else {post.value for post in here.posts}
        found.append(((due_at - T0).total_seconds() / 60, who))
        following = next_due_at(LADDERS[level], step, due_at=due_at, at=due_at)
        due_at = following
    return found


def test_danger_to_life_climbs_every_two_minutes_and_ends_with_everybody() -> None:
    assert climbed(Level.P0, 8) == [
        (0, PAIR),
        (2, PAIR),
        (4, {"supervisor"}),
        (6, {"manager"}),
        (10, EVERYBODY),
        (15, EVERYBODY),
        (20, EVERYBODY),
        (25, EVERYBODY),
    ]


def test_a_burst_pipe_is_tried_three_times_and_then_goes_up() -> None:
    assert climbed(Level.P1, 8) == [
        (0, {"first"}),
        (5, {"second"}),
        (10, PAIR),
        (20, {"supervisor", "manager"}),
        (30, {"manager"}),
        (70, {"director"}),
        (80, EVERYBODY),
        (90, EVERYBODY),
    ]


def test_a_grave_complaint_is_the_managers_within_the_hour() -> None:
    due = climbed(Level.C2, 5)
    assert due[0] == (0, {"manager"})
    assert all(minutes < 60 and "manager" in who for minutes, who in due[:3])
    assert due[3] == (60, {"director"})


LOUD = [level for level in Level if wakes(level)]
SOFT = [level for level in Level if not wakes(level)]
OFFICE = Hours(time(8, 30), time(18), "Asia/Shanghai")


def told(level: Level, opened_at: datetime, hours: Hours) -> list[tuple[datetime, set[str]]]:
    """When each rung of a quiet ladder is climbed, and whom it means, if every clock is on time."""
    promised_at = deadline(level, began_at=opened_at, hours=hours)
    at, step, found = told_at(level, began_at=opened_at, at=opened_at, hours=hours), 0, []
    while at is not None:
        found.append((at, {post.value for post in rung(LADDERS[level], step).posts}))
        at = next_quiet_at(LADDERS[level], step, promised_at=promised_at, hours=hours, at=at)
        step += 1
    return found


def here(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("level", "opened_at", "when_and_who"),
    [
        (
            Level.P2,
            here(23, 10),
            [(here(23, 10), "first"), (here(23, 10, 30), "supervisor"), (here(23, 11), "manager")],
        ),
        (
            Level.P2,
            here(23, 2),
            [(here(23, 8, 30), "first"), (here(23, 9), "supervisor"), (here(23, 9, 30), "manager")],
        ),
        (
            Level.P2,
            here(23, 17, 50),
            [(here(23, 17, 50), "first"), (here(24, 8, 50), "supervisor"), (here(24, 9, 20), "manager")],
        ),
        (
            Level.P2,
            here(23, 17, 30),
            [(here(23, 17, 30), "first"), (here(24, 8, 30), "supervisor"), (here(24, 9), "manager")],
        ),
        (Level.P3, here(23, 9), [(here(23, 12, 30), "supervisor"), (here(23, 14), "manager")]),
        (Level.P3, here(23, 20), [(here(24, 12), "supervisor"), (here(24, 13, 30), "manager")]),
        (Level.C1, here(23, 11), [(here(24, 9, 30), "supervisor"), (here(24, 11), "manager")]),
        (Level.C1, here(23, 22), [(here(24, 16, 30), "supervisor"), (here(25, 8, 30), "manager")]),
    ],
)
def test_what_wakes_nobody_is_told_to_the_next_leader_the_longer_it_is_late(
    level: Level, opened_at: datetime, when_and_who: list[tuple[datetime, str]]
) -> None:
    assert told(level, opened_at, OFFICE) == [(at, {who}) for at, who in when_and_who]


def test_where_clocks_always_run_so_do_the_quiet_ladders() -> None:
    at = [at for at, _ in told(Level.P2, here(23, 2), ROUND_THE_CLOCK)]
    assert at == [here(23, 2), here(23, 2, 30), here(23, 3)]


def test_a_quiet_ladder_catches_up_rung_by_rung_and_only_while_the_desk_is_open() -> None:
    late = here(23, 17, 59) + timedelta(seconds=30)
    following = next_quiet_at(LADDERS[Level.P2], 0, promised_at=here(23, 10, 30), hours=OFFICE, at=late)
    assert following == here(24, 8, 30)
    late = here(23, 12)
    following = next_quiet_at(LADDERS[Level.P2], 0, promised_at=here(23, 10, 30), hours=OFFICE, at=late)
    assert following == late + timedelta(seconds=CATCH_UP_S)


def test_every_level_has_a_ladder_and_those_that_wake_nobody_a_quiet_one() -> None:
    assert set(LADDERS) == set(Level)
    assert {level for level in Level if is_quiet(LADDERS[level])} == set(SOFT)


@pytest.mark.parametrize("level", SOFT)
def test_a_quiet_ladder_rings_nowhere_and_turns_nothing_red(level: Level) -> None:
    for step in range(10):
        here = rung(LADDERS[level], step)
        assert (here.ways, here.alarms, here.everybody) == ((Way.TEXT,), False, False)


@pytest.mark.parametrize("level", LOUD)
def test_every_other_ladder_rings(level: Level) -> None:
    assert {rung(LADDERS[level], step).ways for step in range(10)} == {(Way.TEXT, Way.CALL)}


@pytest.mark.parametrize("level", SOFT)
def test_the_first_rung_is_where_the_tickets_own_row_says(level: Level) -> None:
    assert LADDERS[level].rungs[0].after_s == -(table_of_the_house()[level].told_s or 0)


@pytest.mark.parametrize("level", LOUD)
def test_every_ladder_that_wakes_ends_with_everybody_and_a_red_desk(level: Level) -> None:
    last = rung(LADDERS[level], 100)
    assert (last.everybody, last.alarms) == (True, True)


@pytest.mark.parametrize("level", LOUD)
def test_every_ladder_that_wakes_alarms_before_it_begins_to_repeat(level: Level) -> None:
    assert LADDERS[level].rungs[-1].alarms


def test_a_slow_clock_does_not_stretch_the_ladder() -> None:
    assert next_due_at(LADDERS[Level.P0], 0, due_at=T0, at=minute(0.5)) == minute(2)


def test_after_a_gap_the_next_rung_follows_but_not_in_the_same_instant() -> None:
    late = minute(9)
    assert next_due_at(LADDERS[Level.P0], 1, due_at=minute(2), at=late) == late + timedelta(seconds=CATCH_UP_S)


@pytest.mark.parametrize("step", range(7))
def test_the_manager_is_told_of_a_burst_pipe_from_twenty_minutes_on(step: int) -> None:
    here = rung(LADDERS[Level.P1], step)
    assert (Post.MANAGER in here.posts) is (here.after_s in {20 * 60, 30 * 60})


def test_after_a_gap_no_rung_is_skipped() -> None:
    at, step, seen = minute(30), 0, []
    due_at = T0
    while step < 5:
        here = rung(LADDERS[Level.P0], step)
        seen.append(EVERYBODY if here.everybody else {post.value for post in here.posts})
        following = next_due_at(LADDERS[Level.P0], step, due_at=due_at, at=at)
        assert following > at
        due_at = at = following
        step += 1
    assert seen == [PAIR, PAIR, {"supervisor"}, {"manager"}, EVERYBODY]


def test_posts_stand_in_the_order_in_which_they_are_asked() -> None:
    assert list(Post) == [Post.FIRST, Post.SECOND, Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR]


def test_an_owner_who_says_it_is_not_done_is_heard_by_those_who_lead_at_any_hour_and_level() -> None:
    for level in Level:
        assert RELEASE.of(level, is_refused=True) is REFUSED
    assert not is_quiet(REFUSED)
    assert rung(REFUSED, 0).posts == (Post.SUPERVISOR,)
    reached = {post for step in range(10) for post in rung(REFUSED, step).posts}
    assert reached == {Post.SUPERVISOR, Post.MANAGER}
    assert not any(rung(REFUSED, step).everybody for step in range(10))


def test_that_ladder_goes_on_every_hour_until_somebody_takes_it() -> None:
    last = len(REFUSED.rungs) - 1
    assert REFUSED.rungs[last].alarms
    waits = [rung(REFUSED, step + 1).after_s - rung(REFUSED, step).after_s for step in range(last, last + 5)]
    assert waits == [3600] * 5
