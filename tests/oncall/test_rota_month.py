"""The month of a rota, as tables of values: what stands on which day, and where nobody is."""

from datetime import date, datetime, timedelta

import pytest

from oncall.ladder import Post
from oncall.rota import Turn
from oncall.rotamonth import days_of, weeks_of

MONDAY = datetime.fromisoformat("2026-11-30T00:00:00+08:00")
ZONE = "Asia/Shanghai"
WANG, ZHAO = 1, 2


def turn(who: int, first: float, until: float, post: Post = Post.FIRST) -> Turn:
    return Turn(post, who, MONDAY + timedelta(hours=first), MONDAY + timedelta(hours=until))


def shown(turns: list[Turn], days: int, since: float = -100) -> list[list[str]]:
    """Each day: who, from which hour of Monday on until which; `*` for a night."""
    ends, begun_at = MONDAY.date() + timedelta(days=days), MONDAY + timedelta(hours=since)
    found = days_of(turns, Post.FIRST, MONDAY.date(), ends, zone=ZONE, since=begun_at)
    hour = timedelta(hours=1)
    return [
        [
            f"{slot.staff_id or '-'} {(slot.starts_at - MONDAY) / hour:g}-{(slot.ends_at - MONDAY) / hour:g}"
            + "*" * slot.is_night
            for slot in one.slots
        ]
        for one in found
    ]


@pytest.mark.parametrize(
    ("turns", "days", "found"),
    [
        ([turn(WANG, 8, 20), turn(ZHAO, 20, 32)], 1, [["1 8-20", "2 20-32*"]]),
        ([turn(WANG, 8, 20), turn(ZHAO, 20, 32)], 2, [["1 8-20", "2 20-32*"], ["- 32-44", "- 44-56*"]]),
        ([turn(WANG, -4, 8), turn(WANG, 20, 32)], 1, [["- 8-20", "1 20-32*"]]),
        ([turn(WANG, 8, 18), turn(ZHAO, 20, 32)], 1, [["1 8-18", "- 18-20", "2 20-32*"]]),
        (
            [turn(WANG, 8, 20), turn(ZHAO, 32.5, 44)],
            3,
            [["1 8-20", "- 20-32*"], ["- 32-32.5", "2 32.5-44", "- 44-56*"], ["- 56-80"]],
        ),
        ([turn(WANG, 8, 20), turn(ZHAO, 10, 32)], 1, [["1 8-20", "2 10-32"]]),
        ([turn(WANG, -12, 60)], 2, [["1 0-24"], ["1 24-48"]]),
        ([turn(WANG, 8, 20, Post.SECOND)], 1, [["- 0-24"]]),
        ([], 2, [["- 0-24"], ["- 24-48"]]),
    ],
)
def test_what_stands_on_each_day(turns: list[Turn], days: int, found: list[list[str]]) -> None:
    assert shown(turns, days) == found


@pytest.mark.parametrize(
    ("turns", "since", "found"),
    [
        ([turn(WANG, 32, 44)], 32, [[], ["1 32-44", "- 44-56*"]]),
        ([turn(WANG, 32, 44)], 44, [[], ["1 32-44", "- 44-56*"]]),
        ([], 24, [[], ["- 24-48"]]),
        ([], 30, [[], ["- 24-48"]]),
        ([], 48, [[], []]),
    ],
)
def test_what_was_over_before_the_rota_began_is_no_hole(
    turns: list[Turn], since: float, found: list[list[str]]
) -> None:
    assert shown(turns, 2, since) == found


@pytest.mark.parametrize(
    ("month", "weeks"),
    [
        (date(2026, 11, 22), (date(2026, 10, 26), date(2026, 12, 7))),
        (date(2027, 2, 1), (date(2027, 2, 1), date(2027, 3, 1))),
        (date(2026, 12, 31), (date(2026, 11, 30), date(2027, 1, 4))),
    ],
)
def test_a_month_is_shown_in_whole_weeks(month: date, weeks: tuple[date, date]) -> None:
    assert weeks_of(month) == weeks
