"""Clocks, moves and triage, as tables of values."""

from datetime import UTC, datetime, time, timedelta

import pytest

from base.errors import Conflict
from tickets.clocks import clocks, next_due
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Kind, Level, Move, Status, after, may
from tickets.running import ClockName, Fact
from tickets.triage import CATEGORIES, USUAL_DAY, level_of, wakes

T0 = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def facts(*told: tuple[str, float]) -> list[Fact]:
    return [Fact(word, at(minutes)) for word, minutes in told]


def left(level: Level, told: list[Fact], minutes: float) -> dict[str, float]:
    return {clock.name.value: clock.left_s / 60 for clock in clocks(level, told, at=at(minutes), hours=ROUND_THE_CLOCK)}


def test_a_fresh_emergency_has_three_minutes_to_be_taken() -> None:
    assert left(Level.P0, facts(("opened", 0)), 1) == {"ack": 2, "arrive": 4}


def test_taking_it_stops_the_first_clock_only() -> None:
    told = facts(("opened", 0), ("acknowledged", 2))
    standing = {clock.name: clock for clock in clocks(Level.P0, told, at=at(4), hours=ROUND_THE_CLOCK)}
    assert standing[ClockName.ACK].met_at == at(2)
    assert standing[ClockName.ACK].left_s == 60
    assert standing[ClockName.ARRIVE].left_s == 60


def test_a_clock_that_ran_out_is_broken_also_when_met_late() -> None:
    (ack, *_rest) = clocks(Level.P0, facts(("opened", 0), ("acknowledged", 5)), at=at(6), hours=ROUND_THE_CLOCK)
    assert ack.is_broken
    assert ack.met_at == at(5)


def test_waiting_does_not_count() -> None:
    told = facts(("opened", 0), ("acknowledged", 1), ("waiting", 60), ("resumed", 180))
    assert left(Level.P2, told, 240)["finish"] == 24 * 60 - 120


def test_while_waiting_nothing_is_due() -> None:
    told = facts(("opened", 0), ("acknowledged", 1), ("waiting", 60))
    standing = clocks(Level.P2, told, at=at(600), hours=ROUND_THE_CLOCK)
    finish = next(clock for clock in standing if clock.name == ClockName.FINISH)
    assert finish.is_paused
    assert finish.left_s == 23 * 3600
    assert next_due(standing) is None


def test_reopening_after_a_week_starts_afresh() -> None:
    told = facts(("opened", 0), ("resolved", 60), ("reopened", 7 * 1440))
    assert left(Level.P2, told, 7 * 1440 + 10)["ack"] == 20


def test_the_next_due_is_the_one_with_least_left() -> None:
    due = next_due(clocks(Level.P1, facts(("opened", 0), ("acknowledged", 1)), at=at(2), hours=ROUND_THE_CLOCK))
    assert due is not None
    assert due.name == ClockName.ARRIVE


def test_facts_of_the_future_are_not_known_yet() -> None:
    assert clocks(Level.P0, facts(("opened", 10)), at=at(5), hours=ROUND_THE_CLOCK) == []


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("status", list(Status))
def test_a_move_is_made_or_refused_in_words(move: Move, status: Status) -> None:
    if may(move, status):
        assert isinstance(after(move, status), Status)
    else:
        with pytest.raises(
            Conflict, match=r"^工单现在是“[^a-zA-Z]+”，不能再[^a-zA-Z]+。A ticket that is [a-z ]+ cannot be [a-z ]+\.$"
        ):
            after(move, status)


def test_nothing_leaves_cancelled_or_merged_but_a_note() -> None:
    for status in (Status.CANCELLED, Status.MERGED):
        assert {move for move in Move if may(move, status)} == {Move.NOTE}


@pytest.mark.parametrize(
    ("kind", "category", "level"),
    [
        (Kind.EMERGENCY, "lift_trapped", Level.P0),
        (Kind.EMERGENCY, "burst_pipe", Level.P1),
        (Kind.EMERGENCY, "what is this", Level.P0),
        (Kind.REPAIR, "lift", Level.P1),
        (Kind.REPAIR, "water_power", Level.P2),
        (Kind.COMPLAINT, "complaint", Level.C1),
        (Kind.SUGGESTION, "", Level.P3),
    ],
)
def test_the_level_follows_the_category_else_the_kind(kind: Kind, category: str, level: Level) -> None:
    assert level_of(kind, category) == level


def test_after_a_pause_a_broken_clock_is_late_by_what_it_ran() -> None:
    day = 24 * 60
    told = facts(("opened", 0), ("waiting", day + 10), ("resumed", day + 70))
    (_ack, finish) = clocks(Level.P2, told, at=at(day + 75), hours=ROUND_THE_CLOCK)
    assert (finish.left_s, finish.due_at) == (-15 * 60, at(day))


def test_a_tap_wakes_nobody() -> None:
    assert {level for level in Level if wakes(level)} == {Level.P0, Level.P1, Level.C2}


def test_every_category_is_named_in_both_languages() -> None:
    assert all(c.zh and c.en and not c.en.isspace() for c in CATEGORIES.values())


@pytest.mark.parametrize(
    ("hours", "open_at", "closed_at"),
    [
        (USUAL_DAY, [time(8, 30), time(17, 59)], [time(0), time(8, 29), time(18), time(23, 59)]),
        ((time(18), time(6)), [time(18), time(23, 59), time(0), time(5, 59)], [time(6), time(12), time(17, 59)]),
        ((time(0), time(23, 59)), [time(0), time(12)], [time(23, 59)]),
        ((time(9), time(9)), [time(0), time(9), time(12)], []),
    ],
)
def test_a_desk_is_open_in_its_hours_also_over_midnight(
    hours: tuple[time, time], open_at: list[time], closed_at: list[time]
) -> None:
    desk = Hours(*hours, "UTC")
    is_open = {here: desk.is_open(datetime.combine(T0, here, UTC)) for here in open_at + closed_at}
    assert [here for here in open_at if not is_open[here]] == []
    assert [here for here in closed_at if is_open[here]] == []
