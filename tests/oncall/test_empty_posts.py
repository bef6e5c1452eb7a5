"""Whom a ladder wakes where posts are empty, people have left, or a shift was swapped."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from oncall import actions
from oncall.ladder import Post
from oncall.models import Override, Shift
from tests.make import a_member_of_staff, a_project, a_shift
from tests.oncall.climbing import climb_until, names_by_step
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    calls_to,
    later,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import Kind, Level
from tickets.models import EventType, Ticket


def without(session: Session, *posts: Post) -> None:
    for shift in session.scalars(select(Shift).where(Shift.post.in_(posts))):
        session.delete(shift)
    session.flush()


def test_with_one_technician_the_next_above_is_rung_at_once_too_where_life_is_in_danger(session: Session) -> None:
    estate = an_estate(session)
    without(session, Post.SECOND)
    estate.second.is_active = False
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"王强", "孙丽"}}
    assert calls_to(session, estate.supervisor) == ["planned"]


def test_one_person_at_both_posts_is_one_person(session: Session) -> None:
    estate = an_estate(session)
    without(session, Post.SECOND)
    a_shift(session, estate.project, estate.first, Post.SECOND, AT)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"王强", "孙丽"}}


def test_nobody_at_either_post_leaves_danger_to_two_above(session: Session) -> None:
    estate = an_estate(session)
    without(session, Post.FIRST, Post.SECOND)
    estate.first.is_active = estate.second.is_active = False
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"孙丽", "钱伟"}}


def test_with_one_technician_a_burst_pipe_still_wakes_one(session: Session) -> None:
    estate = an_estate(session)
    without(session, Post.SECOND)
    estate.second.is_active = False
    ticket = a_stuck_lift(session, estate, category="burst_pipe")
    actions.climb(session, ticket.id, at=AT)
    assert (ticket.level, names_by_step(session, ticket)) == (Level.P1, {0: {"王强"}})


def test_a_post_that_nobody_can_hold_is_climbed_over_at_once(session: Session) -> None:
    estate = an_estate(session)
    for post in (Post.SUPERVISOR, Post.MANAGER):
        shift = session.scalar(select(Shift).where(Shift.post == post))
        session.delete(shift)
    estate.supervisor.is_active = estate.manager.is_active = False
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 240)
    by_step = names_by_step(session, ticket)
    assert set(by_step) == {0, 1, 4}
    assert by_step[4] == {"王强", "赵刚", "周敏"}
    assert "-: 本级无人可呼，直接升级" in timeline(session, ticket, EventType.PAGED)


def test_a_gap_in_the_rota_is_filled_by_role_and_named(session: Session) -> None:
    estate = an_estate(session)
    for shift in session.scalars(select(Shift).where(Shift.post == Post.FIRST)):
        session.delete(shift)
    session.flush()
    duty = actions.who_is_on_duty(session, estate.project.id, at=AT)
    assert duty.has_gap
    assert [staff.name for staff in duty.first] == ["王强"]
    [gap] = actions.coming_gaps(session, estate.project.id, from_at=AT, until_at=AT + timedelta(hours=6))
    assert (gap.post, gap.starts_at, gap.ends_at) == (Post.FIRST, AT, AT + timedelta(hours=6))


def test_a_swap_is_paged_and_the_shift_beneath_it_sleeps(session: Session) -> None:
    estate = an_estate(session)
    stand_in = a_member_of_staff(session, "郑涛", "+8613900000022", Role.TECHNICIAN, estate.project)
    session.add(
        Override(
            project_id=estate.project.id, staff_id=stand_in.id, post=Post.FIRST, starts_at=later(-3600),
            ends_at=later(3600),
        )
    )  # fmt: skip
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"郑涛", "赵刚"}}


def test_somebody_who_left_is_never_paged(session: Session) -> None:
    estate = an_estate(session)
    estate.first.is_active = False
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 900)
    assert "王强" not in {name for _, name, _ in pages(session, ticket)}


def test_nobody_at_all_turns_the_desk_red_and_keeps_trying(session: Session) -> None:
    ticket = a_stuck_lift(session, None)
    actions.climb(session, ticket.id, at=AT)
    session.expire_all()
    assert ticket.is_alarming
    assert ticket.page_due_at is not None
    assert ticket.page_due_at > AT
    assert "-: 没有任何可呼叫的人员" in timeline(session, ticket)
    late = a_member_of_staff(session, "来者", "+8613900000023", Role.TECHNICIAN)
    actions.climb(session, ticket.id, at=ticket.page_due_at)
    assert page_of(session, ticket, late).step == 5


def an_unhappy_owner(session: Session, estate: Estate | None) -> Ticket:
    """Their matter was done, they say that it is not, and nobody is at a post of the ladder for that."""
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    ticket.refused_at, ticket.page_due_at = AT, AT
    session.flush()
    return ticket


def test_past_the_last_rung_whose_posts_are_all_empty_everybody_is_paged_again_at_its_pace(session: Session) -> None:
    estate = an_estate(session)
    without(session, Post.SUPERVISOR, Post.MANAGER)
    estate.supervisor.is_active = estate.manager.is_active = False
    ticket = an_unhappy_owner(session, estate)
    climb_until(session, ticket, 3599)
    assert names_by_step(session, ticket) == {4: {"王强", "赵刚", "周敏"}}
    assert ticket.is_alarming
    assert ticket.page_due_at == later(3600)
    climb_until(session, ticket, 3600)
    assert set(names_by_step(session, ticket)) == {4, 5}


def test_past_the_last_rung_with_nobody_anywhere_it_looks_again_in_a_while_and_not_without_end(
    session: Session,
) -> None:
    ticket = an_unhappy_owner(session, None)
    actions.climb(session, ticket.id, at=AT)
    session.expire_all()
    assert (ticket.page_step, ticket.page_due_at, ticket.is_alarming) == (5, later(3600), True)
    nobody = "-: 没有任何可呼叫的人员"
    assert timeline(session, ticket, EventType.PAGED)[-1] == nobody
    late = a_member_of_staff(session, "来者", "+8613900000023", Role.SUPERVISOR)
    actions.climb(session, ticket.id, at=later(3600))
    assert page_of(session, ticket, late).step == 5


def test_of_an_estate_with_nobody_on_its_rota_and_nobody_of_its_own_the_companys_leaders_and_administrators_are_rung(
    session: Session,
) -> None:
    bare, elsewhere = a_project(session, "新楼盘"), a_project(session, "别处")
    a_member_of_staff(session, "外人", "+8613900000051", Role.TECHNICIAN, elsewhere)
    boss = a_member_of_staff(session, "总监", "+8613900000052", Role.MANAGER)
    admin = a_member_of_staff(session, "系统员", "+8613900000053", Role.ADMIN)
    ticket = a_stuck_lift(session, None, project_id=bare.id)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"总监", "系统员"}}, "life is in danger: at once"
    climb_until(session, ticket, 900)
    assert ticket.is_alarming
    assert len(calls_to(session, boss)) > 1
    assert len(calls_to(session, admin)) > 1
    assert {name for _, name, _ in pages(session, ticket)} == {"总监", "系统员"}


def test_of_an_estate_with_people_of_its_own_administrators_sleep(session: Session) -> None:
    estate = an_estate(session)
    admin = a_member_of_staff(session, "系统员", "+8613900000053", Role.ADMIN)
    climb_until(session, a_stuck_lift(session, estate), 900)
    assert calls_to(session, admin) == []


def test_an_emergency_in_an_unknown_project_wakes_whoever_is_on_duty_anywhere(session: Session) -> None:
    estate = an_estate(session)
    other = a_project(session, "阳光家园")
    li = a_member_of_staff(session, "李军", "+8613900000031", Role.TECHNICIAN, other)
    a_shift(session, other, li, Post.FIRST, AT)
    ticket = a_stuck_lift(session, None, place="")
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket)[0] == {estate.first.name, "李军", estate.second.name}
    assert "地点待确认" in texts_to(session, li)[0]
