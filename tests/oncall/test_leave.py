"""Leave: whoever is away is on no rota, in no ladder and on no caller's line, and the hole is seen."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

import tickets.actions
from base import clock
from base.database import transaction
from directory.models import Staff
from oncall import actions
from oncall.actions.calendars import own_shifts
from oncall.actions.duty import coming_gaps, everybody, held, holds_until, next_on_duty, taken_by
from oncall.actions.leave import withdraw_leave, write_leave
from oncall.actions.overriding import take_over
from oncall.ladder import Post
from oncall.models import Leave, LeaveKind
from oncall.rota import Away, Turn, as_held
from tests import make
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, later, pages, texts_to

HOUR = timedelta(hours=1)


def turn(who: int, first: float, until: float, post: Post = Post.FIRST) -> Turn:
    return Turn(post, who, AT + first * HOUR, AT + until * HOUR)


def away(who: int, first: float, until: float) -> Away:
    return Away(who, AT + first * HOUR, AT + until * HOUR)


@pytest.mark.parametrize(
    ("shifts", "overrides", "leave", "held"),
    [
        ([turn(1, 0, 12)], [], [away(1, 4, 6)], [turn(1, 0, 4), turn(1, 6, 12)]),
        ([turn(1, 0, 12)], [], [away(2, 4, 6)], [turn(1, 0, 12)]),
        ([turn(1, 0, 12)], [], [away(1, -1, 13)], []),
        ([turn(1, 0, 12)], [], [away(1, 4, 6), away(1, 5, 8)], [turn(1, 0, 4), turn(1, 8, 12)]),
        ([turn(1, 0, 12)], [turn(2, 2, 8)], [away(2, 4, 24)], [turn(1, 0, 2), turn(1, 8, 12), turn(2, 2, 4)]),
        ([turn(1, 0, 12)], [turn(2, 2, 8), turn(3, 2, 8)], [away(3, 2, 8)], [turn(1, 0, 2), turn(1, 8, 12)]),
        ([turn(1, 0, 12)], [turn(2, 0, 12)], [away(1, 0, 12)], [turn(2, 0, 12)]),
        ([turn(1, 0, 12), turn(2, 0, 12, Post.SECOND)], [turn(3, 0, 12)], [],
         [turn(2, 0, 12, Post.SECOND), turn(3, 0, 12)]),
    ],
)  # fmt: skip
def test_leave_takes_a_turn_and_gives_it_to_nobody(
    shifts: list[Turn], overrides: list[Turn], leave: list[Away], held: list[Turn]
) -> None:
    assert as_held(shifts, overrides, leave) == held


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


def is_away(session: Session, staff: Staff, first: float = -1, until: float = 6) -> Leave:
    return write_leave(
        session, staff_id=staff.id, kind=LeaveKind.SICK, starts_at=AT + first * HOUR, ends_at=AT + until * HOUR,
        note="", by_id=None, at=AT,
    )  # fmt: skip


def names(session: Session, estate: Estate, hours: float = 0) -> list[str]:
    duty = actions.who_is_on_duty(session, estate.project.id, at=AT + hours * HOUR)
    return [staff.name for staff in (*duty.first, *duty.second)]


def test_a_page_and_a_caller_go_to_the_next_while_somebody_is_away(session: Session, estate: Estate) -> None:
    is_away(session, estate.first)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert "王强" not in {name for _, name, _ in pages(session, ticket)}
    ring = actions.ring_live(session, ticket.id, at=later(1))
    assert ring is not None
    assert ring.name == "赵刚"
    assert names(session, estate, 6) == ["王强", "赵刚"]


def test_whoever_took_a_ticket_and_is_away_now_is_not_rung_for_its_caller(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate)
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=AT - HOUR, how="key")
    is_away(session, estate.first)
    ring = actions.ring_live(session, ticket.id, at=AT)
    assert ring is not None
    assert ring.name == "赵刚"


def test_of_whoever_is_away_a_caller_who_asks_again_is_heard_by_their_supervisor(
    session: Session, estate: Estate
) -> None:
    ticket = a_stuck_lift(session, estate)
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=AT, how="key")
    is_away(session, estate.first)
    actions.urge(session, ticket, call_id=1, at=later(60))
    assert texts_to(session, estate.first) == []
    [text] = texts_to(session, estate.supervisor)
    assert "催问" in text


def test_nobody_on_leave_stands_in_or_is_woken_with_everybody(session: Session, estate: Estate) -> None:
    third = make.a_member_of_staff(session, "吴磊", "+8613900000009", project=estate.project)
    is_away(session, estate.first)
    is_away(session, third)
    assert names(session, estate) == ["赵刚"], "the one who would stand in is away too"
    assert {"王强", "吴磊"}.isdisjoint(one.name for one in everybody(session, estate.project.id, at=AT))
    for staff in (estate.second, estate.supervisor, estate.manager, estate.director):
        is_away(session, staff)
    assert len(everybody(session, estate.project.id, at=AT)) == 6, "where all are away, all are woken"


def test_leave_is_a_gap_until_somebody_takes_over(session: Session, estate: Estate) -> None:
    leave = is_away(session, estate.first, 2, 30)
    ends_at = AT + 12 * HOUR
    gaps = coming_gaps(session, estate.project.id, from_at=AT, until_at=ends_at)
    assert [(gap.starts_at, gap.ends_at) for gap in gaps] == [(AT + 2 * HOUR, ends_at)]
    turns = held(session, estate.project.id, AT, AT)
    assert holds_until(turns, Post.FIRST, estate.first.id, at=AT) == AT + 2 * HOUR
    whole = Away(estate.first.id, leave.starts_at, leave.ends_at)
    assert [one for _, one in taken_by(session, whole)] == [turn(estate.first.id, 2, 12)]
    with pytest.raises(Exception, match="on leave"):
        a_cover(session, estate, estate.first)
    a_cover(session, estate, estate.second)
    assert coming_gaps(session, estate.project.id, from_at=AT, until_at=ends_at) == []
    assert taken_by(session, whole) == []
    coming = next_on_duty(session, estate.project.id, Post.FIRST, at=AT)
    assert coming is not None
    assert (coming.staff_id, coming.starts_at) == (estate.second.id, AT + 2 * HOUR)


def a_cover(session: Session, estate: Estate, staff: Staff) -> None:
    take_over(
        session, project_id=estate.project.id, post=Post.FIRST, staff_id=staff.id, starts_at=AT + 2 * HOUR,
        ends_at=AT + 12 * HOUR, reason="", by_id=estate.supervisor.id, at=AT,
    )  # fmt: skip


def test_a_calendar_follows_leave_and_its_end(session: Session, estate: Estate) -> None:
    def hours() -> list[tuple[float, float]]:
        entries = own_shifts(session, estate.first, at=AT)
        return [((e.turn.starts_at - AT) / HOUR, (e.turn.ends_at - AT) / HOUR) for e in entries]

    leave = is_away(session, estate.first, 2, 4)
    assert hours() == [(-12, 2), (4, 12)]
    withdraw_leave(session, leave.id, by_id=None, at=AT)
    assert hours() == [(-12, 12)]
    assert names(session, estate, 3) == ["王强", "赵刚"]


def test_twice_is_once_and_nonsense_is_refused(session: Session, estate: Estate) -> None:
    assert is_away(session, estate.first) is is_away(session, estate.first)
    for first, until in ((3, 3), (3, 2), (-5, -1), (0, 24 * 400)):
        with pytest.raises(Exception, match="366"):
            is_away(session, estate.first, first, until)


@pytest.fixture
def house(app: Flask) -> None:
    clock.stop_at(datetime.fromisoformat("2026-11-23T10:00+08:00"))
    with transaction() as session:
        project = make.a_project(session, "幸福花园")
        make.a_member_of_staff(session, "王强", "+8613900000001", project=project)
        make.a_member_of_staff(session, "李明", "+8613900000002", project=project)


def test_an_operator_writes_leave_down_and_the_rotation_makes_room(house: None, runner: FlaskCliRunner) -> None:
    def says(*args: str, code: int = 0) -> str:
        done = runner.invoke(args=["rota", *args])
        assert done.exit_code == code, done.output
        return done.output

    assert "nobody" in says("leave")
    written = says("away", "王强", "2026-12-01", "2026-12-02", "--kind", "sick")
    number, span = written.split("  ")[0], "2026-12-01 00:00 – 2026-12-03 00:00"
    assert span in written
    assert f"{number}  王强  {span}  sick" in says("leave")
    turns = ("rotate", "幸福花园", "一值", "王强", "李明", "--begins", "2026-11-30", "--days", "4")
    assert "nobody:\n  王强  12-02 08:00 – 12-02 20:00" in says(*turns)
    says("back", number)
    assert "nobody" not in says(*turns)
    assert "no such" in says("back", "999", code=1)
    assert "cannot read" in says("away", "王强", "soon", "2026-12-02", code=1)
    assert "no such member" in says("away", "谁", "2026-12-01", "2026-12-02", code=1)
    assert "after it begins" in says("away", "王强", "2026-12-05", "2026-12-03", code=1)
