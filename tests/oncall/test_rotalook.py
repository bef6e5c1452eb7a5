"""What a rota is worth, as tables of values."""

from datetime import UTC, date, datetime, timedelta

import pytest

from oncall.ladder import Post
from oncall.rota import Gap, Turn
from oncall.rotalook import held, look, meetings

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ZONE = "UTC"
WANG, ZHAO, SUN = 1, 2, 3


def hour(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def turn(staff_id: int, starts: float, ends: float, post: Post = Post.FIRST) -> Turn:
    return Turn(post, staff_id, hour(starts), hour(ends))


def ahead(shifts: list[Turn], overrides: list[Turn] | None = None, *, days: int = 7, **more):
    return look(shifts, overrides or [], MONDAY, hour(24 * days), zone=ZONE, **more)


def in_turns(*staff: int, days: int = 7, length: int = 24) -> list[Turn]:
    """One after the other, without a hole."""
    times = range(0, 24 * days, length)
    return [turn(staff[place % len(staff)], at, at + length) for place, at in enumerate(times)]


def test_a_full_even_rested_rota_is_worth_a_hundred() -> None:
    seen = ahead(in_turns(WANG, ZHAO, days=14, length=24), days=14)
    assert (seen.coverage, seen.rest, seen.gaps, seen.meetings) == (1.0, 1.0, (), ())
    assert seen.score == 100


@pytest.mark.parametrize(
    ("shifts", "coverage", "fairness", "rest", "score"),
    [
        ([], 0, 0, 0, 0),
        ([turn(WANG, 0, 84)], 0.5, 1, 0, 37),  # half of the week, at a stretch
        (in_turns(WANG), 1, 1, 1 / 7, 78),  # one person, always
        (in_turns(WANG, ZHAO, length=12, days=6) + in_turns(WANG)[6:], 1, 0.726, 1, 93),
        ([turn(WANG, 0, 8), turn(WANG, 12, 20)], 16 / 168, 1, 0.5, 8),  # four hours between
    ],
)
def test_holes_unevenness_and_missing_rests_cost(
    shifts: list[Turn], coverage: float, fairness: float, rest: float, score: int
) -> None:
    seen = ahead(shifts)
    assert (seen.coverage, seen.fairness, seen.rest) == pytest.approx((coverage, fairness, rest), abs=0.001)
    assert seen.score == score


@pytest.mark.parametrize(
    ("starts", "ends", "hours", "nights", "weekends", "holidays"),
    [
        (8, 20, 12, 0, 0, 0),  # Monday by day
        (20, 32, 12, 8, 0, 0),  # the night to Tuesday
        (22, 30, 8, 8, 0, 0),
        (4 * 24 + 20, 4 * 24 + 32, 12, 8, 8, 0),  # Friday night: Saturday begins at midnight
        (2 * 24 + 12, 2 * 24 + 36, 24, 8, 0, 12),  # from the noon of a holiday
        (5 * 24, 7 * 24, 48, 16, 48, 0),
    ],
)
def test_what_somebody_carries_is_counted_by_the_wall_clock(
    starts: float, ends: float, hours: float, nights: float, weekends: float, holidays: float
) -> None:
    (load,) = ahead([turn(WANG, starts, ends)], holidays={date(2026, 11, 25)}).loads
    assert (load.hours, load.nights, load.weekends, load.holidays) == (hours, nights, weekends, holidays)


def test_a_swap_moves_the_load_with_the_shift() -> None:
    seen = ahead([turn(WANG, 0, 24)], [turn(ZHAO, 6, 12)])
    assert {load.staff_id: load.hours for load in seen.loads} == {WANG: 18, ZHAO: 6}
    assert held([turn(WANG, 0, 24)], [turn(ZHAO, 6, 12), turn(SUN, 8, 10)]) == [
        turn(WANG, 0, 6), turn(ZHAO, 6, 8), turn(SUN, 8, 10), turn(ZHAO, 10, 12), turn(WANG, 12, 24),
    ]  # fmt: skip


def test_only_posts_that_ring_are_a_load() -> None:
    assert ahead([turn(SUN, 0, 168, Post.MANAGER)]).loads == ()


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (turn(WANG, 0, 12), turn(ZHAO, 12, 24), None),
        (turn(WANG, 0, 12), turn(ZHAO, 10, 24), (10, 12)),  # two hold it
        (turn(WANG, 0, 24), turn(ZHAO, 6, 12), (6, 12)),
        (turn(WANG, 0, 12), turn(ZHAO, 0, 12, Post.SECOND), None),
        (turn(WANG, 0, 12), turn(WANG, 6, 18, Post.SECOND), (6, 12)),  # one holds two
        (turn(WANG, 0, 12), turn(WANG, 6, 18), None),
    ],
)
def test_two_turns_meet(one: Turn, other: Turn, meets: tuple[float, float] | None) -> None:
    found = [(each.starts_at, each.ends_at) for each in meetings([other, one])]
    assert found == ([tuple(map(hour, meets))] if meets else [])


def test_each_day_says_for_how_long_nobody_is_there() -> None:
    seen = ahead([turn(WANG, 0, 20), turn(ZHAO, 30, 168)], holidays={date(2026, 11, 29)})
    assert [(d.day.day, d.missing) for d in seen.days][:3] == [(23, 4), (24, 6), (25, 0)]
    assert [d.day.day for d in seen.days if d.is_holiday] == [29]
    assert seen.gaps == (Gap(Post.FIRST, hour(20), hour(30)),)


def test_a_day_of_the_wall_clock_may_have_twenty_five_hours() -> None:
    starts = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # midnight in Berlin; the clocks go back at three
    turns = [Turn(Post.FIRST, WANG, starts, starts + timedelta(hours=25))]
    seen = look(turns, [], starts, starts + timedelta(hours=25), zone="Europe/Berlin")
    assert (seen.loads[0].hours, seen.loads[0].nights, len(seen.days)) == (25, 9, 1)
