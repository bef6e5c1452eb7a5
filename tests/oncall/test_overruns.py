"""Who is told that a deadline is near, and who, the longer it is overrun the higher: the rule in tables, its file."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from app import create_app
from base.errors import SettingsError
from base.settings import Settings
from oncall import overruns
from oncall.ladder import Post
from oncall.overruns import read_rules, rule_for, steps_of
from tickets.clocks import clocks
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Kind, Level, WaitReason
from tickets.running import ClockName, Fact

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""
RULES = read_rules("- warn: 10\n  over: {0: supervisor, 50: manager, 100: director}\n")


def after(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def said(level: Level, name: ClockName, *facts: tuple[str, float], at: float, hours: Hours = ROUND_THE_CLOCK) -> str:
    """The steps that are due at a minute, and the minute of the next one."""
    told = [Fact("opened", OPENED), *(Fact(word, after(minute), WaitReason.OWNER) for word, minute in facts)]
    found = {clock.name: clock for clock in clocks(level, told, at=after(at), hours=hours)}
    steps = steps_of(found[name], level, Kind.REPAIR, hours, at=after(at), rules=RULES) if name in found else []
    due = " ".join(step.word for step in steps if step.due_at <= after(at))
    coming = [round((step.due_at - OPENED).total_seconds() / 60) for step in steps if step.due_at > after(at)]
    return f"{due or '-'} | {min(coming, default='-')}"


@pytest.mark.parametrize(("facts", "at", "expected"), [
    # P1: to be on site within thirty minutes
    ([], 19, "- | 20"),
    ([], 20, "warn | 30"),
    ([], 30, "over-0 | 45"),
    ([], 31, "over-0 | 45"),
    ([], 45, "over-0 over-50 | 60"),
    ([], 61, "over-0 over-50 over-100 | -"),
    ([("arrived", 25)], 40, "- | -"),
    ([("waiting", 25)], 40, "- | -"),
    ([("waiting", 25), ("resumed", 125)], 126, "warn | 130"),
    ([("waiting", 35)], 60, "- | -"),
    ([("waiting", 35), ("resumed", 135)], 136, "over-0 | 145"),
    ([("resolved", 25), ("reopened", 100)], 110, "- | 120"),
    ([("resolved", 40), ("reopened", 100)], 131, "over-0 | 145"),
])  # fmt: skip
def test_what_is_said_of_being_on_site(facts: list[tuple[str, float]], at: float, expected: str) -> None:
    assert said(Level.P1, ClockName.ARRIVE, ("acknowledged", 1), *facts, at=at) == expected


def test_of_what_is_short_half_is_left_when_it_is_said() -> None:
    assert said(Level.P0, ClockName.ARRIVE, at=2) == "- | 2", "two and a half of five minutes"
    assert said(Level.P0, ClockName.ARRIVE, at=3) == "warn | 5"


def test_a_clock_of_the_desk_is_not_overrun_at_night() -> None:
    desk = Hours(time(8, 30), time(18), "Asia/Shanghai")
    at_closing = 8 * 60  # six in the evening
    assert said(Level.P2, ClockName.ACK, at=at_closing, hours=desk).startswith("over-0 over-50 over-100")
    late = [Fact("opened", after(at_closing - 31))]
    [clock] = [
        one for one in clocks(Level.P2, late, at=after(at_closing + 600), hours=desk) if one.name is ClockName.ACK
    ]
    steps = steps_of(clock, Level.P2, Kind.REPAIR, desk, at=after(at_closing + 600), rules=RULES)
    due = [step.word for step in steps if step.due_at <= after(at_closing + 600)]
    assert due == ["over-0"], "one minute of the desk's time late, whatever the night was long"


def test_each_round_has_steps_of_its_own() -> None:
    facts = [Fact("opened", OPENED), Fact("resolved", after(40)), Fact("reopened", after(100))]
    keys = set()
    for at in (35, 135):
        for clock in clocks(Level.P1, facts, at=after(at), hours=ROUND_THE_CLOCK):
            keys |= {step.key for step in steps_of(clock, Level.P1, Kind.REPAIR, ROUND_THE_CLOCK, at=after(at))}
    assert len([key for key in keys if key.startswith("arrive/") and key.endswith("over-0")]) == 2
    assert max(len(f"overrun/1234567890/{key}") for key in keys) <= 80


def test_the_table_of_the_house_leaves_to_the_ladder_what_the_ladder_says() -> None:
    assert rule_for(ClockName.ACK, Level.P0, Kind.EMERGENCY).over == ()
    assert [post for _, post in rule_for(ClockName.ACK, Level.P2, Kind.REPAIR).over] == [Post.DIRECTOR]
    for clock in (ClockName.ARRIVE, ClockName.CONTROL, ClockName.FINISH, ClockName.CALLBACK):
        rule = rule_for(clock, Level.P1, Kind.REPAIR)
        assert rule.warn > 0
        assert [post for _, post in rule.over] == [Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR]


@pytest.mark.parametrize(("text", "line", "words"), [
    ("a: 1", 1, "list of rules"),
    ("- warn: [", 1, "not YAML"),
    ("- clock: akc\n- warn: 1", 1, "no 'akc'"),
    ("- warn: 1\n  level:\n  - {}\n- warn: 1", 2, "level has no"),
    ("- clock: ack\n  ovr: {}\n- warn: 1", 2, "no 'ovr'"),
    ("- warn: 1\n- warn: -5", 2, "warn must be a number"),
    ("- warn: 1\n  over: {0: boss}", 2, "no post 'boss'"),
    ("- warn: 1\n  over: {0: [manager]}", 2, "no post"),
    ("- warn: 1\n  over: {half: manager}", 2, "no whole percent"),
    ("- warn: 1\n  over: 5", 2, "{percent: post}"),
    ("- warn: 1\n- clock: ack", 2, "fit every clock"),
    ("- 5", 1, "name: value"),
    ("- level: []\n- warn: 1", 1, "leave it out"),
])  # fmt: skip
def test_a_table_that_is_wrong_says_where(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_rules(text, "mine.yaml")
    assert str(refused.value).startswith(f"mine.yaml:{line}: ")
    assert words in str(refused.value)


def test_a_wrong_table_starts_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings) -> None:
    overruns.rules_of_the_house.cache_clear()
    monkeypatch.setattr(overruns, "RULES", tmp_path / "overruns.yaml")
    (tmp_path / "overruns.yaml").write_text("- clock: ack\n")
    with pytest.raises(SettingsError, match=r"overruns.yaml:1: .*fit every clock"):
        create_app(settings)
    monkeypatch.undo()
    overruns.rules_of_the_house.cache_clear()


def test_the_command_says_what_the_table_means_and_what_is_wrong(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = runner.invoke(args=["overruns", "check"])
    assert done.exit_code == 0, done.output
    assert "P1  arrive       -10 min, +0% supervisor, +50% manager, +100% director" in done.output
    wrong = tmp_path / "mine.yaml"
    wrong.write_text("- warn: x")
    done = runner.invoke(args=["overruns", "check", str(wrong)])
    assert (done.exit_code, "mine.yaml:1:" in done.output) == (1, True)
