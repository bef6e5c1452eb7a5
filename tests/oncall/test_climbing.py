"""Climbing a ladder on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from directory.models import Language, Staff
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.ladder import Post
from oncall.models import Override, Page, PageState, Shift
from tests.make import a_member_of_staff, a_project, a_shift
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    calls_to,
    has_left,
    later,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import Channel, Kind, Level, Status, WaitReason
from tickets.models import EventType, Ticket


def climb_until(session: Session, ticket: Ticket, until_s: float, tick_s: float = 30) -> None:
    """A clock that looks every `tick_s` seconds."""
    seconds = 0.0
    while seconds <= until_s:
        actions.climb(session, ticket.id, at=later(seconds))
        seconds += tick_s
    session.expire_all()


def names_by_step(session: Session, ticket: Ticket) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for step, name, _state in pages(session, ticket):
        found.setdefault(step, set()).add(name)
    return found


def test_the_first_and_the_second_are_paged_at_once_by_text_and_call(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert names_by_step(session, ticket) == {0: {"王强", "赵刚"}}
    for staff in (estate.first, estate.second):
        code = page_of(session, ticket, staff).code
        [text] = texts_to(session, staff)
        assert ticket.ref in text
        assert "3号楼2单元" in text
        assert "电梯困人" in text
        assert code in text
        assert calls_to(session, staff) == ["planned"]


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


def test_pages_leave_before_everything_else(session: Session) -> None:
    estate = an_estate(session)
    actions.climb(session, a_stuck_lift(session, estate).id, at=AT)
    planned = session.scalars(select(Message).order_by(Message.id)).all()
    assert {(m.way, m.urgency, m.message_class) for m in planned} == {
        (Way.TEXT, 1, MessageClass.STAFF), (Way.CALL, 0, MessageClass.STAFF),
    }  # fmt: skip
    assert all(m.due_at == AT for m in planned)
    answers = {m.about: m.answer_path for m in planned if m.way is Way.CALL}
    assert answers == {f"page:{n}:call": f"/voice/page/{n}" for n in session.scalars(select(Page.id))}


def test_nobody_answers_and_it_climbs_to_everybody_and_a_red_desk(session: Session) -> None:
    estate = an_estate(session)
    agent = a_member_of_staff(session, "吴静", "+8613900000021", Role.AGENT, estate.project)
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 599)
    assert names_by_step(session, ticket) == {
        0: {"王强", "赵刚"}, 1: {"王强", "赵刚"}, 2: {"孙丽"}, 3: {"钱伟"},
    }  # fmt: skip
    assert not ticket.is_alarming
    climb_until(session, ticket, 900)
    everybody = {"王强", "赵刚", "孙丽", "钱伟", "周敏", agent.name}
    assert names_by_step(session, ticket)[4] == everybody
    assert names_by_step(session, ticket)[5] == everybody
    assert ticket.is_alarming
    assert timeline(session, ticket, EventType.ALARM) == ["-: "]
    assert texts_to(session, estate.director)[0].startswith("【回音物业】无人接单！")
    assert page_of(session, ticket, estate.director).code in texts_to(session, estate.director)[0]


def test_a_rung_that_is_not_due_yet_is_not_climbed(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    for seconds in (0, 0, 1, 119):
        actions.climb(session, ticket.id, at=later(seconds))
    assert set(names_by_step(session, ticket)) == {0}


def test_every_step_stands_on_the_timeline(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 240)
    assert timeline(session, ticket, EventType.PAGED) == [
        "王强: 呼叫王强（短信+电话）", "赵刚: 呼叫赵刚（短信+电话）",
        "王强: 呼叫王强（短信+电话）", "赵刚: 呼叫赵刚（短信+电话）",
        "孙丽: 呼叫孙丽（短信+电话）",
    ]  # fmt: skip


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


@pytest.mark.parametrize("kind", [Kind.REPAIR, Kind.ENQUIRY, Kind.COMPLAINT])
def test_what_wakes_nobody_pages_nobody_at_night(session: Session, kind: Kind) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=kind, category="")
    climb_until(session, ticket, 900)
    assert pages(session, ticket) == []


def test_a_level_that_was_lowered_stops_waking_people(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    ticket.level = Level.P3
    session.flush()
    actions.climb(session, ticket.id, at=AT)
    session.expire_all()
    assert pages(session, ticket) == []
    assert ticket.page_due_at == later(6 * 3600), "at the next opening"


def test_on_a_one_way_route_no_code_is_offered(session: Session, app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = an_estate(session)
    estate.second.number = "+85291234567"
    from base.wiring import settings  # noqa: PLC0415

    monkeypatch.setitem(settings().__dict__, "two_way_countries", "HK")
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert page_of(session, ticket, estate.first).code == ""
    assert "回复" not in texts_to(session, estate.first)[0]
    assert page_of(session, ticket, estate.second).code != ""
    assert "回复" in texts_to(session, estate.second)[0]


def test_staff_are_spoken_to_in_their_language(session: Session) -> None:
    estate = an_estate(session)
    estate.first.language = Language.EN
    ticket = a_stuck_lift(session, estate)
    ticket.place = "3号楼2单元1502室"
    actions.climb(session, ticket.id, at=AT)
    assert "trapped in a lift" in texts_to(session, estate.first)[0]
    assert "Building 3, Unit 2, Room 1502" in texts_to(session, estate.first)[0]


def test_all_pages_of_a_ticket_to_one_person_have_one_code_and_other_tickets_another(session: Session) -> None:
    estate = an_estate(session)
    ticket, other = a_stuck_lift(session, estate), a_stuck_lift(session, estate, category="fire")
    for each in (ticket, other):
        climb_until(session, each, 120)
    theirs = select(Page).where(Page.staff_id == estate.first.id)
    codes = {(page.ticket_id, page.code) for page in session.scalars(theirs)}
    assert len(codes) == 2
    assert len({code for _, code in codes}) == 2


def test_digits_that_mean_another_ticket_are_not_given_out_and_without_any_left_the_page_leaves_all_the_same(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncall.actions.paging.secrets.randbelow", lambda _: 234)
    estate = an_estate(session)
    tickets_ = [a_stuck_lift(session, estate), a_stuck_lift(session, estate, category="fire")]
    for each in tickets_:
        actions.climb(session, each.id, at=AT)
    assert [page_of(session, each, estate.first).code for each in tickets_] == ["1234", ""]
    first, second = texts_to(session, estate.first)
    assert "回复" in first
    assert "回复" not in second


def test_while_a_live_transfer_rings_them_they_get_the_text_but_no_call_on_top(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    ring = actions.ring_live(session, ticket.id, at=AT)
    assert ring is not None
    assert ring.staff_id == estate.first.id
    actions.climb(session, ticket.id, at=later(1))
    assert len(texts_to(session, estate.first)) == 1
    assert calls_to(session, estate.first) == []
    assert calls_to(session, estate.second) == ["planned"]


def calls_not_taken_back(session: Session, staff: Staff) -> list[str]:
    session.expire_all()
    return [state for state in calls_to(session, staff) if state != "cancelled"]


def test_after_a_gap_a_call_that_waited_for_a_live_ring_gives_way_to_the_next_page(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.ring_live(session, ticket.id, at=AT)
    actions.climb(session, ticket.id, at=later(1))
    waited = page_of(session, ticket, estate.first)
    actions.climb(session, ticket.id, at=later(300))
    assert page_of(session, ticket, estate.first).id != waited.id
    for page_id in actions.pages_to_follow(session, at=later(300.5)):
        actions.follow(session, page_id, at=later(300.5))
    assert calls_not_taken_back(session, estate.first) == ["planned"]
    assert waited.state is PageState.MISSED
    assert "王强: 电话未拨出，未接到" in timeline(session, ticket, EventType.PAGE_RESULT)


def test_after_a_gap_a_call_that_waited_and_rings_now_is_the_only_one(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.ring_live(session, ticket.id, at=AT)
    actions.climb(session, ticket.id, at=later(1))
    for page_id in actions.pages_to_follow(session, at=later(300)):
        actions.follow(session, page_id, at=later(300))
    actions.climb(session, ticket.id, at=later(300.5))
    assert calls_not_taken_back(session, estate.first) == ["planned"]
    assert calls_not_taken_back(session, estate.second) == ["planned"], "one that had not left before the gap"


def test_two_pages_behind_one_live_ring_ring_once_when_it_is_over(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.ring_live(session, ticket.id, at=AT)
    actions.climb(session, ticket.id, at=later(1))
    actions.pass_on(session, page_of(session, ticket, estate.second).id, at=later(10))
    actions.climb(session, ticket.id, at=later(10))
    for page_id in actions.pages_to_follow(session, at=later(90)):
        actions.follow(session, page_id, at=later(90))
    assert calls_not_taken_back(session, estate.first) == ["planned"]


def test_a_call_that_left_late_still_rings_when_the_next_rung_is_due(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first)
    for call in session.scalars(select(Message).where(Message.number == estate.first.number)):
        call.accepted_at = later(110)
    session.flush()
    actions.climb(session, ticket.id, at=later(120))
    assert names_by_step(session, ticket)[1] == {"赵刚"}
    assert calls_not_taken_back(session, estate.first) == ["accepted"]


def test_a_call_whose_sender_was_killed_spares_nobody_and_does_not_go_again(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first, MessageState.CLAIMED)
    for call in session.scalars(select(Message).where(Message.number == estate.first.number)):
        call.lease_until_at = later(60)
    session.flush()
    actions.climb(session, ticket.id, at=later(120))
    assert names_by_step(session, ticket)[1] == {"王强", "赵刚"}
    assert calls_not_taken_back(session, estate.first) == ["claimed", "planned"]
    first = session.scalars(select(Message).where(Message.state == MessageState.CLAIMED, Message.way == Way.CALL)).one()
    assert first.valid_until_at == later(120)


def test_a_reopened_ticket_climbs_a_new_ladder(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(5))
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(60), text="已救出")
    tickets.actions.reopen(session, ticket.id, None, at=later(600), text="又困住了")
    actions.climb(session, ticket.id, at=later(600))
    assert names_by_step(session, ticket)[1000] == {"王强", "赵刚"}
    taken = actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(605))
    assert isinstance(taken, actions.Taken)


def test_who_was_paged_before_its_level_was_lowered_by_mistake_is_paged_again(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    climb_until(session, ticket, 120)
    paged = names_by_step(session, ticket)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P3, at=later(200), text="看错了")
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=later(210), text="")
    actions.climb(session, ticket.id, at=later(210))
    session.expire_all()
    assert [event.data.get("ladder") for event in ticket.events if event.type == EventType.AMENDED] == ["anew", None]
    actions.climb(session, ticket.id, at=later(330))
    assert names_by_step(session, ticket) == paged | {1000 + step: names for step, names in paged.items()}


@pytest.mark.parametrize("is_waiting", [False, True])
def test_what_was_taken_as_a_tap_and_turns_out_to_be_danger_wakes_people(session: Session, is_waiting: bool) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power", at=later(-86400))
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=later(-86000), how="click")
    if is_waiting:
        tickets.actions.wait(session, ticket.id, estate.first.id, at=later(-80000), reason=WaitReason.OWNER)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=AT, text="")
    assert [finding.fault for finding in actions.audit(session, at=AT)] == []
    actions.climb(session, ticket.id, at=AT)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id, ticket.acknowledged_at) == (Status.OPEN, estate.first.id, None)
    assert names_by_step(session, ticket) == {1000: {"王强", "赵刚"}}
    assert tickets.actions.is_late(session, ticket, at=AT + timedelta(days=1)), "it waits for nothing"
    taken = actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(5))
    assert isinstance(taken, actions.Taken)


def test_of_danger_that_somebody_is_at_already_nobody_is_woken(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.arrive(session, ticket.id, estate.first.id, at=AT)
    tickets.actions.set_level(session, ticket.id, estate.manager.id, Level.P0, at=AT, text="")
    assert (ticket.status, ticket.page_due_at) == (Status.IN_PROGRESS, None)


def test_channel_makes_no_difference(session: Session) -> None:
    estate = an_estate(session)
    for channel in Channel:
        ticket = a_stuck_lift(session, estate, channel=channel)
        actions.climb(session, ticket.id, at=AT)
        assert len(pages(session, ticket)) == 2


def refused_by_its_owner(session: Session, estate: Estate, handler: Staff, *, says_so: Staff | None = None) -> Ticket:
    """Somebody had it and somebody said that it is done; its owner says that it is not."""
    ticket = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="water_power")
    tickets.actions.acknowledge(session, ticket.id, handler.id, at=AT, how="click")
    tickets.actions.resolve(session, ticket.id, (says_so or handler).id, at=AT, text="好了")
    tickets.actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})
    return ticket


def test_whoever_did_it_is_not_the_one_who_calls_back_when_its_owner_says_it_is_not_done(session: Session) -> None:
    estate = an_estate(session)
    by_the_leader = refused_by_its_owner(session, estate, estate.supervisor)
    said_by_the_leader = refused_by_its_owner(session, estate, estate.first, says_so=estate.supervisor)
    by_another = refused_by_its_owner(session, estate, estate.first)
    for ticket in (by_the_leader, said_by_the_leader, by_another):
        climb_until(session, ticket, 4 * 3600, tick_s=60)
    assert {name for _, name, _ in pages(session, by_the_leader)} == {"钱伟"}, "the next who leads, at once"
    assert pages(session, by_the_leader)[0][1] == "钱伟"
    assert {name for _, name, _ in pages(session, said_by_the_leader)} == {"钱伟"}
    assert {name for _, name, _ in pages(session, by_another)} == {"孙丽", "钱伟"}
    ring = actions.ring_leader(session, by_the_leader.id, at=AT, caller_number=None)
    assert ring is not None
    assert ring.name == "钱伟", "nor is the owner put through to them"


def test_where_whoever_did_it_leads_alone_anybody_else_hears_of_it_and_where_nobody_is_even_they(
    session: Session,
) -> None:
    project = a_project(session, "独栋")
    alone = a_member_of_staff(session, "孙丽", "+8613900000031", Role.SUPERVISOR, project)
    a_shift(session, project, alone, Post.SUPERVISOR, AT)
    a_shift(session, project, alone, Post.MANAGER, AT)

    here = Estate(project, alone, alone, alone, alone, alone)
    first = refused_by_its_owner(session, here, alone)
    climb_until(session, first, 1200, tick_s=60)
    assert {name for _, name, _ in pages(session, first)} == {"孙丽"}, "better than nobody"
    worker = a_member_of_staff(session, "王强", "+8613900000032", Role.TECHNICIAN, project)
    second = refused_by_its_owner(session, here, alone)
    climb_until(session, second, 1200, tick_s=60)
    assert {name for _, name, _ in pages(session, second)} == {worker.name}
