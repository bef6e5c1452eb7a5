"""The measures of the reports: periods, shares, and what counts as answered, at once or again."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from console.reports.measures.calls import CallCount, CallFate, busiest, by_weekday_and_hour
from console.reports.measures.messages import Sent
from console.reports.measures.period import Period, PeriodKind, of, offered, read
from console.reports.measures.shares import percent, quantile, shade
from console.reports.measures.tickets import Said, TicketCount, repeated
from console.reports.measures.watch import Pages, Takings, nights
from console.reports.shapes import Chart, Unit
from messages.lifecycle import MessageState, Way

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "first", "last", "pieces"),
    [
        ("2026-11", "2026-11-01", "2026-11-30", 30), ("2026-12", "2026-12-01", "2026-12-31", 31),
        ("2026-W01", "2025-12-29", "2026-01-04", 7), ("2026-W53", "2026-12-28", "2027-01-03", 7),
        ("2026-Q4", "2026-10-01", "2026-12-31", 14), ("2026-Q1", "2026-01-01", "2026-03-31", 14),
        ("2026", "2026-01-01", "2026-12-31", 12), ("2028-02", "2028-02-01", "2028-02-29", 29),
    ],
)  # fmt: skip
def test_a_period_is_whole_days_in_pieces(code: str, first: str, last: str, pieces: int) -> None:
    period = read(code)
    assert period is not None
    assert (str(period.first), str(period.last), len(period.starts)) == (first, last, pieces)
    assert period.code == code
    ends = [period.end_of(start) for start in period.starts]
    assert ends == [*period.starts[1:], period.after]
    assert period.before.after == period.first


@pytest.mark.parametrize("code", ["", "2026-13", "2026-W54", "2026-Q5", "26-11", "9999", "2026-11-22", "x"])
def test_what_is_no_period_is_none(code: str) -> None:
    assert read(code) is None


def test_weeks_of_a_quarter_begin_on_mondays_but_the_first() -> None:
    starts = Period(PeriodKind.QUARTER, date(2026, 10, 1)).starts
    assert [str(one) for one in starts[:3]] == ["2026-10-01", "2026-10-05", "2026-10-12"]


def test_of_each_kind_the_present_period_is_offered_first() -> None:
    each = offered(date(2026, 11, 22))
    assert [one[0].code for one in each.values()] == ["2026-W47", "2026-11", "2026-Q4", "2026"]
    assert [one[1].code for one in each.values()] == ["2026-W46", "2026-10", "2026-Q3", "2025"]
    assert of(PeriodKind.WEEK, date(2027, 1, 1)).code == "2026-W53"


@pytest.mark.parametrize(("part", "whole", "found"), [(1, 3, 33), (2, 3, 67), (0, 5, 0), (5, 5, 100), (0, 0, None)])
def test_a_share_of_nothing_is_none(part: int, whole: int, found: int | None) -> None:
    assert percent(part, whole) == found


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.5, None), ([4], 0.9, 4), ([3, 1, 2], 0.5, 2), ([4, 1, 3, 2], 0.5, 2), (list(range(1, 11)), 0.9, 9)],
)
def test_a_quantile_is_a_value_that_was_there(values: list[float], share: float, found: float | None) -> None:
    assert quantile(values, share) == found


@pytest.mark.parametrize(("n", "most", "found"), [(0, 8, 0), (1, 8, 1), (2, 8, 1), (3, 8, 2), (8, 8, 4), (0, 0, 0)])
def test_shades_grow_with_the_count(n: int, most: int, found: int) -> None:
    assert shade(n, most) == found


def test_who_wanted_nobody_neither_raises_nor_lowers_the_rate() -> None:
    count = CallCount()
    for fate, n, waited_s in (
        (CallFate.SPOKEN, 6, 90.0), (CallFate.ABANDONED, 1, 500.0), (CallFate.LEFT_WORD, 1, 0.0),
        (CallFate.BY_ITSELF, 40, 0.0), (CallFate.ON_THE_LINE, 2, 0.0),
    ):  # fmt: skip
        count.add(fate, n, waited_s)
    assert (count.all, count.wanted, count.answered, count.abandoned, count.wait_s) == (50, 8, 75, 12, 15.0)


def test_without_anybody_who_wanted_a_person_there_is_no_rate() -> None:
    count = CallCount()
    count.add(CallFate.BY_ITSELF, 3, 0.0)
    assert (count.answered, count.abandoned, count.wait_s) == (None, None, None)


def test_hours_are_those_of_the_companys_clock() -> None:
    sunday_evening = datetime(2026, 11, 22, 16, tzinfo=UTC)  # midnight in Shanghai: Monday has begun
    found = by_weekday_and_hour({sunday_evening: 3, NOON: 2}, "Asia/Shanghai")
    assert found == {(0, 0): 3, (6, 20): 2}
    assert busiest(found) == (0, 0)
    assert busiest(Counter()) is None


def test_first_contact_is_a_share_of_what_is_done() -> None:
    count = TicketCount()
    count.add(opened=10, moving=2, ended=8, at_once=6, reworked=1, urged=3)
    count.add(opened=1, moving=1, ended=0, at_once=0, reworked=0, urged=0)
    assert (count.opened, count.first_contact) == (11, 75)
    assert TicketCount().first_contact is None


def test_a_complaint_comes_again_within_thirty_days_about_the_same_home_and_matter() -> None:
    def said(id: int, days: float, home: int = 1, matter: str = "noise") -> Said:
        return Said(id, (home, matter), NOON + timedelta(days=days))

    told = [said(1, 0), said(2, 30), said(3, 61), said(4, 62, home=2), said(5, 62, matter="lift"), said(6, 62)]
    assert [one.id for one in repeated(reversed(told))] == [2, 6]


def test_what_nobody_took_is_late_and_has_no_part_in_the_middle() -> None:
    found = Takings()
    for seconds in (60.0, 180.0, 181.0, 600.0, None):
        found.add(seconds, 180.0)
    assert (found.opened, found.taken, found.in_time, found.kept) == (5, 4, 2, 40)
    assert (found.middle_s, found.slow_s) == (180.0, 600.0)
    assert (Takings().kept, Takings().middle_s) == (None, None)


def test_where_a_colleague_was_quicker_nobody_missed_anything() -> None:
    assert Pages(paged=10, answered=3, missed=1, others=6).reached == 75
    assert Pages(paged=2, others=2).reached is None


@pytest.mark.parametrize(
    ("turns", "n"),
    [
        ([], 0), ([("22T20:00", "23T08:00")], 1), ([("22T08:00", "22T20:00")], 0), ([("22T00:00", "22T05:00")], 1),
        ([("22T20:00", "23T02:00"), ("23T02:00", "23T08:00")], 1), ([("22T08:00", "24T08:00")], 2),
        ([("22T06:00", "22T22:00")], 0), ([("22T05:59", "22T22:01")], 2),
    ],
)  # fmt: skip
def test_a_night_counts_once_whoever_begins_it_and_ends_it(turns: list[tuple[str, str]], n: int) -> None:
    each = [tuple(datetime.fromisoformat(f"2026-11-{end}:00+08:00") for end in turn) for turn in turns]
    assert len(nights([(starts_at, ends_at) for starts_at, ends_at in each], "Asia/Shanghai")) == n


def test_messages_are_counted_by_how_far_they_came_and_cost_when_a_carrier_took_them() -> None:
    sent = Sent()
    for n, state, way, segments in (
        (8, MessageState.DELIVERED, Way.TEXT, 16), (1, MessageState.UNDELIVERED, Way.TEXT, 1),
        (1, MessageState.NO_ANSWER, Way.CALL, 1), (3, MessageState.SUPPRESSED, Way.TEXT, 3),
        (2, MessageState.PLANNED, Way.TEXT, 2),
    ):  # fmt: skip
        sent.add(n, state=state, way=way, segments=segments, cost=float(segments), reason="opted_out", code="")
    assert (sent.all, sent.arrived, sent.not_arrived, sent.not_sent, sent.moving) == (15, 8, 2, 3, 2)
    assert (sent.reached, sent.segments, sent.calls, sent.cost) == (80, 17, 1, 18.0)
    assert sent.reasons[MessageState.SUPPRESSED, "opted_out", ""] == 3
    assert MessageState.DELIVERED not in {state for state, _, _ in sent.reasons}
    assert Sent().reached is None


@pytest.mark.parametrize(
    ("values", "unit", "says"),
    [
        ([0, 0], Unit.COUNT, False), ([], Unit.COUNT, False), ([None, 0], Unit.COUNT, False),
        ([0, 2], Unit.COUNT, True),
        ([None, None], Unit.PERCENT, False), ([None, 0], Unit.PERCENT, True),
    ],
)  # fmt: skip
def test_nothing_but_zeros_is_not_drawn_while_a_rate_of_nought_is(
    values: list[int | None], unit: Unit, says: bool
) -> None:
    assert Chart("stack", ["11月21日", "11月22日"], {"来电": values}, unit).says_something is says
