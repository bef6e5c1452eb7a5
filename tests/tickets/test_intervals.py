"""What ran of a clock and what stood, whatever happened to its ticket."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.clocks import Clock, clocks, hours_of
from tickets.clocktable import table_of_the_house
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level, WaitReason
from tickets.running import STAND_FOR, ClockName, Fact, Interval, fact_of
from tickets.workdays import Workdays

T0 = datetime(2026, 9, 29, 1, 0, tzinfo=UTC)
OFFICE = Hours(time(8, 30), time(18), "Asia/Shanghai", Workdays())
ALLOWED = {level: row.allowed_s for level, row in table_of_the_house().items()}


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def named(standing: Sequence[Clock], name: ClockName) -> Clock:
    return next(clock for clock in standing if clock.name is name)


@pytest.mark.parametrize("reason", list(WaitReason))
@pytest.mark.parametrize("level", list(Level))
def test_a_pause_stops_only_the_clocks_of_its_reason(level: Level, reason: WaitReason) -> None:
    told = [Fact("opened", at(0)), Fact("waiting", at(1), reason.value)]
    for clock in clocks(level, told, at=at(2), hours=ROUND_THE_CLOCK):
        assert clock.is_paused is (clock.name in STAND_FOR[reason]), clock.name
    assert all(ClockName.ACK not in stopped for stopped in STAND_FOR.values())


@pytest.mark.parametrize(("reason", "stopped"), [
    (WaitReason.OWNER, {"arrive", "control", "first_reply", "finish", "callback"}),
    (WaitReason.PARTS, {"control", "finish"}), (WaitReason.OTHERS, {"control", "finish"}),
])  # fmt: skip
def test_to_an_owner_who_is_away_nobody_comes_and_to_all_others_somebody_does(
    reason: WaitReason, stopped: set[str]
) -> None:
    assert {name.value for name in STAND_FOR[reason]} == stopped


def test_a_pause_with_an_end_is_over_by_itself() -> None:
    told = [Fact("opened", at(0)), Fact("waiting", at(60), "parts", at(120))]
    paused = named(clocks(Level.P2, told, at=at(90), hours=ROUND_THE_CLOCK), ClockName.FINISH)
    assert (paused.is_paused, paused.resumes_at, paused.left_s) == (True, at(120), 23 * 3600)
    runs = named(clocks(Level.P2, told, at=at(180), hours=ROUND_THE_CLOCK), ClockName.FINISH)
    assert (runs.due_at, runs.left_s) == (at(60 + 24 * 60), 22 * 3600)
    assert runs.ran == (Interval(at(0), at(60)), Interval(at(120), at(180)))


def test_what_ran_before_it_was_reopened_is_kept_and_what_was_late_too() -> None:
    told = [
        Fact("opened", at(0)), Fact("acknowledged", at(40)), Fact("resolved", at(60)), Fact("reopened", at(500)),
        Fact("acknowledged", at(510)),
    ]  # fmt: skip
    ack = named(clocks(Level.P2, told, at=at(520), hours=ROUND_THE_CLOCK), ClockName.ACK)
    assert (ack.is_broken, ack.broken_before, ack.left_s) == (False, 1, 20 * 60)
    assert ack.ran == (Interval(at(0), at(40)), Interval(at(500), at(510)))


def test_being_asked_begins_with_the_result_and_ends_with_the_question() -> None:
    told = [Fact("opened", at(0)), Fact("acknowledged", at(1))]
    assert ClockName.CALLBACK not in {clock.name for clock in clocks(Level.P2, told, at=at(2), hours=ROUND_THE_CLOCK)}
    told.append(Fact("resolved", at(60)))
    back = named(clocks(Level.P2, told, at=at(90), hours=ROUND_THE_CLOCK), ClockName.CALLBACK)
    assert (back.began_at, back.due_at) == (at(60), at(60 + 24 * 60))
    for data, is_met in (
        ({"what": "survey"}, True), ({"what": "survey_call"}, True), ({"what": "not_asked"}, True),
        ({"what": "not_asked_owed"}, False), ({"what": "result"}, False),
    ):  # fmt: skip
        asked = [*told, fact_of("message", at(95), data)]
        back = named(clocks(Level.P2, asked, at=at(99), hours=ROUND_THE_CLOCK), ClockName.CALLBACK)
        assert (back.met_at is not None) is is_met, data


WORDS = ["acknowledged", "arrived", "noted", "waiting", "resumed", "resolved", "reopened", "closed"]
EVENTS = st.lists(
    st.builds(
        lambda minute, word, reason, until: (
            Fact(word, at(minute), reason, at(minute + until) if until else None) if word == "waiting"
            else Fact(word, at(minute))
        ),
        st.integers(1, 20_000), st.sampled_from(WORDS), st.sampled_from([*WaitReason, ""]), st.integers(0, 500),
    ),
    max_size=14, unique_by=lambda fact: fact.at,
)  # fmt: skip


@given(EVENTS, st.sampled_from(list(Level)), st.sampled_from([ROUND_THE_CLOCK, OFFICE]), st.randoms())
def test_what_ran_adds_up(happened: list[Fact], level: Level, hours: Hours, dice: object) -> None:
    """Intervals lie in order within the ticket's life; what they hold in service time is what is gone of the clock."""
    told, until = [Fact("opened", T0), *happened], at(20_500)
    standing = clocks(level, told, at=until, hours=hours)
    assert clocks(level, sorted(told, key=lambda fact: -fact.at.timestamp()), at=until, hours=hours) == standing
    for clock in standing:
        own = hours_of(level, clock.name, hours)
        assert all(T0 <= one.from_at <= one.until_at <= until for one in clock.ran)
        assert all(before.until_at <= after.from_at for before, after in pairwise(clock.ran))
        of_round = [one for one in clock.ran if one.from_at >= clock.began_at]
        gone = sum((own.between(one.from_at, one.until_at) for one in of_round), timedelta(0)).total_seconds()
        if clock.left_s > 0 and clock.due_at is None:
            assert gone == pytest.approx(clock.total_s - clock.left_s)
        elif clock.left_s <= 0:
            assert gone >= clock.total_s - 1e-6


@given(EVENTS, st.sampled_from([ROUND_THE_CLOCK, OFFICE]))
def test_another_level_keeps_what_ran(happened: list[Fact], hours: Hours) -> None:
    told, until = [Fact("opened", T0), *happened], at(20_500)
    of_level = {level: {c.name: c.ran for c in clocks(level, told, at=until, hours=hours)} for level in Level}
    for name in ClockName:
        assert len({found[name] for level, found in of_level.items() if name in ALLOWED[level] and name in found}) < 2


@pytest.mark.parametrize("freed", ["released", "anew"])
def test_of_what_was_taken_back_the_clock_of_being_taken_begins_anew_and_no_other_does(freed: str) -> None:
    moved = {"released": fact_of("released", at(60), {}), "anew": fact_of("amended", at(60), {"ladder": "anew"})}[freed]
    told = [Fact("opened", at(0)), Fact("acknowledged", at(40)), moved]
    waits = clocks(Level.P2, told, at=at(70), hours=ROUND_THE_CLOCK)
    ack, finish = named(waits, ClockName.ACK), named(waits, ClockName.FINISH)
    assert (ack.began_at, ack.met_at, ack.due_at, ack.broken_before) == (at(60), None, at(90), 1)
    assert ack.ran == (Interval(at(0), at(40)), Interval(at(60), at(70)))
    assert (finish.began_at, finish.due_at) == (at(0), at(24 * 60))
    again = named(
        clocks(Level.P2, [*told, Fact("acknowledged", at(80))], at=at(99), hours=ROUND_THE_CLOCK), ClockName.ACK
    )
    assert (again.met_at, again.is_broken, again.left_s) == (at(80), False, 10 * 60)


def test_what_was_let_go_before_anybody_had_it_has_the_time_it_had() -> None:
    told = [Fact("opened", at(0)), fact_of("amended", at(10), {"ladder": "anew"})]
    ack = named(clocks(Level.P2, told, at=at(20), hours=ROUND_THE_CLOCK), ClockName.ACK)
    assert (ack.began_at, ack.due_at) == (at(0), at(30))
