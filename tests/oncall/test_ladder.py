"""The ladder, as tables of values."""

from datetime import UTC, datetime, timedelta

import pytest

from oncall.ladder import CATCH_UP_S, LADDERS, Post, next_due_at, rung
from tickets.lifecycle import Level
from tickets.triage import wakes

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
PAIR = {"first", "second"}
EVERYBODY = {"everybody"}


def minute(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def climbed(level: Level, rungs: int) -> list[tuple[float, set[str]]]:
    """When each rung is due, in minutes, and whom it means, if every clock is on time."""
    due_at, found = T0, []
    for step in range(rungs):
        here = rung(level, step)
        assert here is not None
        who = EVERYBODY if here.everybody else {post.value for post in here.posts}
        found.append(((due_at - T0).total_seconds() / 60, who))
        following = next_due_at(level, step, due_at=due_at, at=due_at)
        assert following is not None
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
        (20, {"supervisor"}),
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


@pytest.mark.parametrize("level", [Level.P2, Level.P3, Level.C1])
def test_nobody_is_woken_for_the_rest(level: Level) -> None:
    assert rung(level, 0) is None
    assert next_due_at(level, 0, due_at=T0, at=T0) is None


def test_ladders_and_the_levels_that_wake_people_agree() -> None:
    assert set(LADDERS) == {level for level in Level if wakes(level)}


@pytest.mark.parametrize("level", list(LADDERS))
def test_every_ladder_ends_with_everybody_and_a_red_desk(level: Level) -> None:
    last = rung(level, 100)
    assert last is not None
    assert (last.everybody, last.alarms) == (True, True)


@pytest.mark.parametrize("level", list(LADDERS))
def test_every_ladder_alarms_before_it_begins_to_repeat(level: Level) -> None:
    assert LADDERS[level].rungs[-1].alarms


def test_a_slow_clock_does_not_stretch_the_ladder() -> None:
    assert next_due_at(Level.P0, 0, due_at=T0, at=minute(0.5)) == minute(2)


def test_after_a_gap_the_next_rung_follows_but_not_in_the_same_instant() -> None:
    late = minute(9)
    assert next_due_at(Level.P0, 1, due_at=minute(2), at=late) == late + timedelta(seconds=CATCH_UP_S)


def test_after_a_gap_no_rung_is_skipped() -> None:
    at, step, seen = minute(30), 0, []
    due_at = T0
    while step < 5:
        here = rung(Level.P0, step)
        assert here is not None
        seen.append(EVERYBODY if here.everybody else {post.value for post in here.posts})
        following = next_due_at(Level.P0, step, due_at=due_at, at=at)
        assert following is not None
        assert following > at
        due_at = at = following
        step += 1
    assert seen == [PAIR, PAIR, {"supervisor"}, {"manager"}, EVERYBODY]


def test_posts_stand_in_the_order_in_which_they_are_asked() -> None:
    assert list(Post) == [Post.FIRST, Post.SECOND, Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR]
