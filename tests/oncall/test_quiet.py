"""What wakes nobody: texts in the desk's hours, one a person and rung, until somebody takes it or answers."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import oncall.jobs
import tickets.actions
from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Language
from messages.lifecycle import MessageState, Way
from messages.models import Message
from messages.pacing import URGENCY, MessageClass
from oncall import actions
from oncall.ladder import Post
from oncall.models import Page, PageKind, PageState
from tests.make import a_member_of_staff, a_shift
from tests.oncall.estate import (
    Estate,
    a_stuck_lift,
    an_estate,
    calls_to,
    has_left,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import Kind, Level
from tickets.models import EventType, Ticket

TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


def after(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


@pytest.fixture
def estate(session: Session) -> Estate:
    """Everybody has a shift that covers these two days."""
    found = an_estate(session)
    for post in Post:
        a_shift(session, found.project, getattr(found, post.value), post, TEN, hours=60)
    return found


def a_tap(session: Session, estate: Estate, at: datetime = TEN, **more: object) -> Ticket:
    values: dict[str, object] = {"kind": Kind.REPAIR, "category": "water_power", "at": at}
    return a_stuck_lift(session, estate, **values | more)


def climb_until(session: Session, ticket: Ticket, until_minute: float, *, from_minute: float = 0) -> None:
    """A clock that looks every minute."""
    minute = from_minute
    while minute <= until_minute:
        actions.climb(session, ticket.id, at=after(minute))
        minute += 1
    session.expire_all()


def everybodys_texts(session: Session, estate: Estate) -> dict[str, int]:
    """How many texts each of them got."""
    return {post.value: len(texts_to(session, getattr(estate, post.value))) for post in Post}


def test_whoever_is_on_duty_gets_one_text_and_no_call(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 29)
    assert pages(session, ticket) == [(0, "王强", "texted")]
    [text] = texts_to(session, estate.first)
    code = page_of(session, ticket, estate.first).code
    assert all(part in text for part in (ticket.ref, "3号楼2单元", "水电", "今日十点半前", f"回复{code}"))
    assert "紧急" not in text
    assert calls_to(session, estate.first) == []
    assert timeline(session, ticket, EventType.PAGED) == ["王强: 呼叫王强（短信）"]


def test_an_overrun_is_told_to_the_supervisor_and_a_longer_one_to_the_manager_once_each(
    session: Session, estate: Estate
) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 300)
    assert [(step, name) for step, name, _ in pages(session, ticket)] == [(0, "王强"), (1, "孙丽"), (2, "钱伟")]
    assert [page.paged_at for page in session.scalars(select(Page).order_by(Page.id))] == [TEN, after(30), after(60)]
    assert "超时工单" in texts_to(session, estate.manager)[0]
    assert "紧急" not in texts_to(session, estate.manager)[0]
    assert everybodys_texts(session, estate) == {"first": 1, "second": 0, "supervisor": 1, "manager": 1, "director": 0}
    assert (ticket.page_due_at, ticket.is_alarming, ticket.status) == (None, False, "open")
    assert session.scalars(select(Message).where(Message.way == Way.CALL)).all() == []


def test_english_is_spoken_to_those_who_read_it(session: Session, estate: Estate) -> None:
    estate.first.language = estate.supervisor.language = Language.EN
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 30)
    assert "get in touch by 10:30 this morning" in texts_to(session, estate.first)[0]
    assert "Overdue" in texts_to(session, estate.supervisor)[0]
    assert "urgent" not in texts_to(session, estate.first)[0].lower()


def test_at_night_nobody_is_texted_and_in_the_morning_the_ladder_begins(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate, at=after(-8 * 60))
    climb_until(session, ticket, -91, from_minute=-8 * 60)
    assert pages(session, ticket) == []
    climb_until(session, ticket, -60, from_minute=-90)
    assert [page.paged_at for page in session.scalars(select(Page).order_by(Page.id))] == [after(-90), after(-60)]
    assert "今日九点前" in texts_to(session, estate.first)[0]


def test_a_clock_that_was_away_until_the_evening_waits_for_the_morning(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    actions.climb(session, ticket.id, at=after(12 * 60))
    session.expire_all()
    assert len(pages(session, ticket)) == 1
    assert ticket.page_due_at == after(22.5 * 60)


@pytest.mark.parametrize(
    ("kind", "category", "minute", "who", "overdue_minute", "leader"),
    [
        (Kind.ENQUIRY, "enquiry", 210, "孙丽", 300, "钱伟"),
        (Kind.COMPLAINT, "noise", 22.5 * 60, "孙丽", 1440, "钱伟"),
    ],
)
def test_what_the_desk_answers_reaches_a_leader_only_when_it_is_about_to_be_late(
    session: Session, estate: Estate, kind: Kind, category: str, minute: float, who: str, overdue_minute: float,
    leader: str,
) -> None:  # fmt: skip
    ticket = a_tap(session, estate, kind=kind, category=category)
    climb_until(session, ticket, 1500)
    found = session.scalars(select(Page).where(Page.ticket_id == ticket.id).order_by(Page.id)).all()
    assert [(page.staff.name, page.paged_at) for page in found] == [
        (who, after(minute)),
        (leader, after(overdue_minute)),
    ]
    assert "待办" in texts_to(session, found[0].staff)[0]


def test_a_complaint_to_headquarters_is_not_told_to_those_it_may_be_about(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate, kind=Kind.COMPLAINT, category="attitude", owner_desk="HQ")
    climb_until(session, ticket, 1500)
    assert {name for _, name, _ in pages(session, ticket)} == {"周敏"}


def test_nor_to_their_stand_ins_nor_when_a_grave_one_is_told_to_everybody(session: Session, estate: Estate) -> None:
    grave = a_tap(session, estate, kind=Kind.COMPLAINT, category="grave_complaint", owner_desk="HQ")
    climb_until(session, grave, 200)
    assert {name for _, name, _ in pages(session, grave)} == {"周敏"}
    estate.director.project = estate.project
    quality = a_member_of_staff(session, "梁静", "+8613900000077", Role.QUALITY)
    session.flush()
    another = a_tap(session, estate, at=after(300), kind=Kind.COMPLAINT, category="attitude", owner_desk="HQ")
    climb_until(session, another, 1800, from_minute=300)
    assert {name for _, name, _ in pages(session, another)} == {quality.name}, "no director is left: the house is told"


def test_nobody_of_the_project_is_rung_for_it_or_asked_to_help(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate, kind=Kind.COMPLAINT, category="attitude", owner_desk="HQ")
    assert actions.ring_live(session, ticket.id, at=TEN) is None, "the caller is asked for a message"
    agent = a_member_of_staff(session, "周敏敏", "+8613900000078", Role.AGENT)
    session.flush()
    ringing = actions.ring_live(session, ticket.id, at=after(10))
    assert ringing is not None
    assert ringing.staff_id == agent.id
    climb_until(session, ticket, 1500)
    page = session.scalars(select(Page).where(Page.staff_id == estate.director.id)).first()
    assert page is not None
    actions.need_help(session, page.id, how="key", at=after(1500))
    asked = session.scalars(select(Page).where(Page.kind == PageKind.HELP)).all()
    assert [one.staff.name for one in asked if one.staff.project_id is not None] == []


def test_a_reply_stops_it(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate, kind=Kind.ENQUIRY, category="enquiry")
    tickets.actions.note(session, ticket.id, estate.supervisor.id, at=after(60), text="已回电说明")
    climb_until(session, ticket, 600)
    assert pages(session, ticket) == []


@pytest.mark.parametrize("way", ["code", "click", "resolved"])
def test_taking_it_stops_it_and_tells_nobody_to_stand_down(session: Session, estate: Estate, way: str) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 30)
    has_left(session, estate.first)
    has_left(session, estate.supervisor)
    if way == "code":
        code = page_of(session, ticket, estate.first).code
        page = actions.page_by_code(session, estate.first.id, code, at=after(31))
        assert page is not None
        actions.acknowledge(session, page.id, how="reply", at=after(31))
        assert page_of(session, ticket, estate.first).state is PageState.ACKNOWLEDGED
        assert page_of(session, ticket, estate.supervisor).state is PageState.TAKEN_BY_OTHER
    elif way == "click":
        actions.take_ticket(session, ticket.id, estate.first.id, how="click", at=after(31))
        assert page_of(session, ticket, estate.first).how == "click"
    else:
        tickets.actions.resolve(session, ticket.id, estate.second.id, at=after(31), text="好了")
        actions.stand_down(session, ticket, by=None, at=after(31))
    climb_until(session, ticket, 300, from_minute=31)
    assert everybodys_texts(session, estate) == {"first": 1, "second": 0, "supervisor": 1, "manager": 0, "director": 0}


def test_a_text_that_has_not_left_when_it_is_taken_does_not_leave(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    actions.take_ticket(session, ticket.id, estate.second.id, how="click", at=TEN)
    assert texts_to(session, estate.first) == []


def test_a_technician_who_dials_hears_the_open_page_and_a_graver_one_first(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    actions.climb(session, tap.id, at=TEN)
    page = actions.open_page_of(session, estate.first.id, at=after(1))
    assert page is not None
    assert (page.ticket_id, page.kind) == (tap.id, PageKind.ROUTINE)
    lift = a_stuck_lift(session, estate, at=after(1))
    actions.climb(session, lift.id, at=after(1))
    page = actions.open_page_of(session, estate.first.id, at=after(2))
    assert page is not None
    assert page.ticket_id == lift.id


def test_passing_it_on_tells_the_next_now_by_day_and_in_the_morning_by_night(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    actions.pass_on(session, page_of(session, ticket, estate.first).id, at=after(5))
    actions.climb(session, ticket.id, at=after(5))
    assert [name for _, name, _ in pages(session, ticket)] == ["王强", "孙丽"]
    assert "待办" in texts_to(session, estate.supervisor)[0], "it is not late yet"
    actions.pass_on(session, page_of(session, ticket, estate.supervisor).id, at=after(11 * 60))
    actions.climb(session, ticket.id, at=after(11 * 60))
    session.expire_all()
    assert len(pages(session, ticket)) == 2
    assert ticket.page_due_at == after(22.5 * 60)


def test_when_all_pass_it_on_the_ladder_ends(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 60)
    for staff in (estate.first, estate.supervisor, estate.manager):
        actions.pass_on(session, page_of(session, ticket, staff).id, at=after(61))
        actions.climb(session, ticket.id, at=after(61))
    session.expire_all()
    assert (len(pages(session, ticket)), ticket.page_due_at) == (3, None)


def test_with_nobody_to_tell_it_ends_too(session: Session) -> None:
    ticket = a_stuck_lift(session, None, kind=Kind.REPAIR, category="water_power", at=TEN)
    actions.climb(session, ticket.id, at=TEN)
    session.expire_all()
    assert (ticket.page_due_at, ticket.is_alarming) == (None, False)
    assert "-: 本级无人可呼，直接升级" in timeline(session, ticket)


def test_while_the_caller_is_being_put_through_nobody_is_texted(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate, kind=Kind.HELP, category="person")
    ring = actions.ring_live(session, ticket.id, at=TEN)
    assert ring is not None
    actions.climb(session, ticket.id, at=TEN)
    assert texts_to(session, estate.first) == []
    second = actions.ring_live(session, ticket.id, at=after(0.4), after_page_id=ring.page_id)
    assert second is not None
    actions.climb(session, ticket.id, at=after(0.6))
    assert texts_to(session, estate.first) == []
    actions.ring_over(session, second.page_id, at=after(0.9))
    actions.climb(session, ticket.id, at=after(1))
    assert len(texts_to(session, estate.first)) == 1


def test_what_turns_out_to_be_danger_pages_those_who_had_a_text_before(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    tickets.actions.amend(session, ticket.id, at=after(3), category="lift_trapped", level=Level.P0)
    actions.climb(session, ticket.id, at=after(3))
    assert len(texts_to(session, estate.first)) == 2
    assert calls_to(session, estate.first) == calls_to(session, estate.second) == ["planned"]
    has_left(session, estate.first)
    actions.take_ticket(session, ticket.id, estate.second.id, how="click", at=after(4))
    states = {page.state for page in session.scalars(select(Page).where(Page.ticket_id == ticket.id))}
    assert states == {PageState.TAKEN_BY_OTHER, PageState.ACKNOWLEDGED}


def test_reopened_it_is_told_anew(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=after(5), text="好了")
    tickets.actions.reopen(session, ticket.id, estate.supervisor.id, at=after(40), text="又漏")
    actions.climb(session, ticket.id, at=after(40))
    assert [step for step, _, _ in pages(session, ticket)] == [0, 1000]
    assert "今日11:10前" in texts_to(session, estate.first)[-1]


def test_a_routine_text_never_goes_before_a_page_or_an_emergency(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    [urgency] = session.scalars(select(Message.urgency).where(Message.number == estate.first.number))
    assert urgency > max(URGENCY[sort, way] for sort in (MessageClass.STAFF, MessageClass.EMERGENCY) for way in Way)


def test_nothing_of_a_routine_page_is_in_the_air(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    actions.climb(session, ticket.id, at=TEN)
    assert actions.pages_to_follow(session, at=TEN) == []
    actions.ring_live(session, a_stuck_lift(session, estate, at=TEN).id, at=TEN)
    assert page_of(session, ticket, estate.first).call_due_at is None, "there is no call to put off"


def test_the_clock_finds_it_by_the_tickets_row(app: Flask) -> None:
    clock.stop_at(TEN)
    with transaction() as session:
        estate = an_estate(session)
        for post in Post:
            a_shift(session, estate.project, getattr(estate, post.value), post, TEN, hours=60)
        a_tap(session, estate)
    for minute in (0, 15, 30, 45, 60, 90):
        clock.stop_at(after(minute))
        oncall.jobs.climb_due()
    with reading() as session:
        roles = [page.staff.role for page in session.scalars(select(Page).order_by(Page.id))]
        assert roles == [Role.TECHNICIAN, Role.SUPERVISOR, Role.MANAGER]
        assert {m.state for m in session.scalars(select(Message))} == {MessageState.PLANNED}


def test_a_caller_who_asks_again_after_the_promise_has_the_next_told_now(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 46)
    assert actions.urge(session, ticket, call_id=1, at=after(47)) == after(47)
    assert actions.urge(session, ticket, call_id=1, at=after(47)) == after(47)
    climb_until(session, ticket, 47, from_minute=47)
    assert everybodys_texts(session, estate)["manager"] == 1
    assert timeline(session, ticket, EventType.CALLED_AGAIN) == ["-: 来电人催办：已超过约定时间"]


def test_asking_every_minute_pages_nobody_every_minute(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 61)
    for minute in range(62, 100):
        actions.urge(session, ticket, call_id=minute, at=after(minute))
        climb_until(session, ticket, minute, from_minute=minute)
    assert everybodys_texts(session, estate) == {"first": 1, "second": 0, "supervisor": 1, "manager": 3, "director": 0}


def test_asked_at_night_it_is_chased_in_the_morning(session: Session, estate: Estate) -> None:
    ticket = a_tap(session, estate)
    climb_until(session, ticket, 70)
    assert actions.urge(session, ticket, call_id=1, at=after(12 * 60)) == after(22.5 * 60)
    actions.climb(session, ticket.id, at=after(12 * 60))
    session.expire_all()
    assert (len(pages(session, ticket)), ticket.page_due_at) == (3, after(22.5 * 60))
