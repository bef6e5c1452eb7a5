"""Rotations: as tables of values, and by the command."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import transaction
from oncall.ladder import Post
from oncall.models import Shift
from oncall.rotation import Leave, Rotation, turns
from tests import make

WANG, ZHAO, SUN = 1, 2, 3
MONDAY = date(2026, 11, 30)
NIGHT = (time(20), time(8))
ARGS = ["rota", "rotate", "幸福花园", "一值", "王强", "李明", "--begins", "2026-11-30", "--hours", "20:00-08:00"]


def played(days: int, leave: tuple[Leave, ...] = (), **changes: object) -> tuple[list[str], list[str]]:
    """Who holds it from when to when, by day and hour; and the holes."""
    usual = {"post": Post.FIRST, "staff_ids": (WANG, ZHAO), "begins": MONDAY, "days_each": 1, "starts": NIGHT[0],
             "ends": NIGHT[1]}  # fmt: skip
    found = turns(Rotation(**{**usual, **changes}), days, zone="Asia/Shanghai", leave=leave)  # type: ignore[arg-type]
    return tuple([f"{t.staff_id} {t.starts_at:%d %H}-{t.ends_at:%d %H}" for t in some] for some in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("changes", "days", "held"),
    [
        ({}, 3, ["1 30 20-01 08", "2 01 20-02 08", "1 02 20-03 08"]),
        ({"starts": time(8), "ends": time(20)}, 2, ["1 30 08-30 20", "2 01 08-01 20"]),
        ({"days_each": 2}, 4, ["1 30 20-01 08", "1 01 20-02 08", "2 02 20-03 08", "2 03 20-04 08"]),
        ({"days_each": 7, "starts": time(9), "ends": time(9)}, 14, ["1 30 09-07 09", "2 07 09-14 09"]),
        ({"weekdays": {5, 6}, "days_each": 7}, 14,
         ["1 05 20-06 08", "1 06 20-07 08", "2 12 20-13 08", "2 13 20-14 08"]),
        ({"staff_ids": (WANG, ZHAO, SUN)}, 4, ["1 30 20-01 08", "2 01 20-02 08", "3 02 20-03 08", "1 03 20-04 08"]),
    ],
)  # fmt: skip
def test_one_follows_the_other(changes: dict[str, object], days: int, held: list[str]) -> None:
    assert played(days, **changes) == (held, [])


def test_leave_takes_turns_out_and_moves_nobody_elses() -> None:
    held, holes = played(4, (Leave(ZHAO, date(2026, 12, 1), date(2026, 12, 2)),))
    assert held == ["1 30 20-01 08", "1 02 20-03 08", "2 03 20-04 08"]
    assert holes == ["2 01 20-02 08"]


def test_an_hour_that_the_clocks_skip_is_still_one_turn() -> None:
    rotation = Rotation(Post.FIRST, (WANG,), date(2027, 3, 27), 1, time(20), time(8))
    [turn], _ = turns(rotation, 1, zone="Europe/Berlin")
    assert (turn.ends_at.astimezone(UTC) - turn.starts_at.astimezone(UTC)).total_seconds() == 11 * 3600


@pytest.fixture
def garden(app: Flask) -> None:
    clock.stop_at(datetime(2026, 11, 30, 4, 0, tzinfo=UTC))
    with transaction() as session:
        project = make.a_project(session)
        make.a_member_of_staff(session, "王强", "+8613900000001", Role.TECHNICIAN, project)
        make.a_member_of_staff(session, "李明", "+8613900000002", Role.TECHNICIAN, project)


def stored() -> list[tuple[str, str]]:
    with transaction() as session:
        shifts = session.scalars(select(Shift).order_by(Shift.starts_at))
        return [(shift.staff.name, f"{clock.local(shift.starts_at, 'Asia/Shanghai'):%d %H}") for shift in shifts]


def test_it_is_shown_first_and_written_when_asked_and_twice_is_once(garden: None, runner: FlaskCliRunner) -> None:
    shown = runner.invoke(args=[*ARGS, "--days", "3"])
    assert (shown.exit_code, stored()) == (0, []), shown.output
    assert "王强  11-30 20:00 – 12-01 08:00" in shown.output
    assert "--write" in shown.output
    written = runner.invoke(args=[*ARGS, "--days", "3", "--write"])
    assert "new 3" in written.output, written.output
    assert stored() == [("王强", "30 20"), ("李明", "01 20"), ("王强", "02 20")]
    assert "unchanged 3" in runner.invoke(args=[*ARGS, "--days", "3", "--write"]).output


def test_whoever_is_away_leaves_a_hole_that_is_named(garden: None, runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=[*ARGS, "--days", "3", "--away", "李明", "2026-12-01", "2026-12-05", "--write"])
    assert stored() == [("王强", "30 20"), ("王强", "02 20")]
    assert "李明  12-01 20:00 – 12-02 08:00" in done.output.split("休假")[1]


def test_only_on_some_days_of_the_week(garden: None, runner: FlaskCliRunner) -> None:
    runner.invoke(args=[*ARGS, "--days", "7", "--on", "6,7", "--days-each", "7", "--write"])
    assert stored() == [("王强", "05 20"), ("王强", "06 20")]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["乐园", "一值", "王强"], "项目"),
        (["幸福花园", "九值", "王强"], "岗位"),
        (["幸福花园", "一值", "赵六"], "员工"),
        (["幸福花园", "一值", "王强", "--hours", "20-8"], "20:00-08:00"),
        (["幸福花园", "一值", "王强", "--on", "0,8"], "1,2,3,4,5"),
        (["幸福花园", "一值", "王强", "--days-each", "40", "--days", "80", "--hours", "08:00-08:00"], "31"),
        (["幸福花园", "一值", "王强", "--away", "王强", "2026-12-05", "2026-12-01"], "休假"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    garden: None, runner: FlaskCliRunner, args: list[str], words: str
) -> None:
    done = runner.invoke(args=["rota", "rotate", *args, "--begins", "2026-11-30", "--write"])
    assert done.exit_code != 0
    assert words in done.output, done.output
    assert stored() == []
