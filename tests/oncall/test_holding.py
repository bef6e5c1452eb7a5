"""Whoever took an emergency and is not heard of again is asked, and loses it if they do not answer."""

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState
from oncall import actions
from oncall.actions import holding
from oncall.actions.answering import PassedOn, Taken
from oncall.audit import Fault
from oncall.models import Page, PageKind, PageState
from tests.make import a_home
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    call_ended,
    calls_to,
    has_left,
    later,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import Level, Status, WaitReason
from tickets.models import EventType, Ticket

TAKEN_AT, REMIND_S, RELEASE_S = 20, 1200, 300
ASKED_AT = TAKEN_AT + REMIND_S
BACK_AT = ASKED_AT + RELEASE_S


def taken(session: Session, estate: Estate, **more: object) -> Ticket:
    """The first on duty took it 20 seconds after it was opened."""
    ticket = a_stuck_lift(session, estate, **more)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first)
    has_left(session, estate.second)
    page = page_of(session, ticket, estate.first)
    actions.acknowledge(session, page.id, how="key", at=later(TAKEN_AT))
    return ticket


def look(session: Session, ticket: Ticket, *seconds: float) -> None:
    for each in seconds:
        holding.look_after_taken(session, ticket.id, at=later(each))
    session.expire_all()


def reminder(session: Session, ticket: Ticket, estate: Estate) -> Page:
    page = page_of(session, ticket, estate.first)
    assert page.kind is PageKind.REMINDER
    return page


def test_they_are_asked_once_by_text_and_call_when_nothing_was_heard_for_so_long(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    assert holding.taken_and_watched(session) == [ticket.id]
    look(session, ticket, 60, ASKED_AT - 1)
    assert len(pages(session, ticket)) == 2
    look(session, ticket, ASKED_AT, ASKED_AT + 15, ASKED_AT + 30)
    page = reminder(session, ticket, estate)
    assert (page.state, calls_to(session, estate.first)[-1]) == (PageState.CALLING, "planned")
    assert "一直没有消息" in texts_to(session, estate.first)[-1]
    assert page.code in texts_to(session, estate.first)[-1]
    assert len(pages(session, ticket)) == 3
    assert ticket.status == Status.ACKNOWLEDGED


def test_who_does_not_answer_loses_it_and_the_ladder_goes_on_from_where_it_stood(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT)
    has_left(session, estate.first)
    call_ended(session, estate.first, MessageState.ANSWERED, later(ASKED_AT + 60))
    actions.follow(session, reminder(session, ticket, estate).id, at=later(ASKED_AT + 61))
    assert reminder(session, ticket, estate).state is PageState.MISSED
    look(session, ticket, BACK_AT - 1)
    assert ticket.status == Status.ACKNOWLEDGED
    look(session, ticket, BACK_AT, BACK_AT + 15)
    assert (ticket.status, ticket.assignee_id, ticket.acknowledged_at) == (Status.OPEN, None, None)
    assert (ticket.page_step, ticket.page_due_at, ticket.is_alarming) == (1, later(BACK_AT), True)
    assert timeline(session, ticket, EventType.RELEASED) == ["王强: 没有回应，工单收回，继续呼叫"]
    assert "已收回" in texts_to(session, estate.first)[-1]
    for seconds in (BACK_AT, BACK_AT + 120):
        actions.climb(session, ticket.id, at=later(seconds))
    session.expire_all()
    assert [(step, name) for step, name, _ in pages(session, ticket)][3:] == [
        (1001, "王强"), (1001, "赵刚"), (1002, "孙丽"),
    ]  # fmt: skip
    has_left(session, estate.second)
    actions.acknowledge(session, page_of(session, ticket, estate.supervisor).id, how="key", at=later(BACK_AT + 130))
    assert "已由孙丽接单" in texts_to(session, estate.second)[-1], "they were woken a second time, and hear so"


@pytest.mark.parametrize("sign", ["speaks with the caller", "asks for help"])
def test_what_they_do_on_the_telephone_says_that_they_are_on_it(session: Session, sign: str) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    if sign == "asks for help":
        actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(600))
    else:
        ring = actions.ring_live(session, ticket.id, at=later(600))
        assert ring is not None
        actions.accept(session, ring.page_id, at=later(600))
    look(session, ticket, ASKED_AT, 600 + REMIND_S - 1)
    assert page_of(session, ticket, estate.first).kind is not PageKind.REMINDER
    look(session, ticket, 600 + REMIND_S)
    assert page_of(session, ticket, estate.first).kind is PageKind.REMINDER


def test_key_one_keeps_it_and_they_are_asked_again_when_as_much_time_has_passed(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT)
    page = reminder(session, ticket, estate)
    said_at = ASKED_AT + 90
    assert isinstance(actions.acknowledge(session, page.id, how="reply", at=later(said_at)), Taken)
    assert (page.state, calls_to(session, estate.first)[-1]) == (PageState.ACKNOWLEDGED, "cancelled")
    look(session, ticket, BACK_AT, said_at + REMIND_S - 1)
    assert (ticket.status, ticket.assignee_id) == (Status.ACKNOWLEDGED, estate.first.id)
    assert len(pages(session, ticket)) == 3
    look(session, ticket, said_at + REMIND_S)
    assert len(pages(session, ticket)) == 4
    assert timeline(session, ticket, EventType.PAGE_RESULT)[-1] == "王强: 还在处理"


def test_key_two_gives_it_back_at_once_and_wakes_somebody_else(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT)
    page = reminder(session, ticket, estate)
    assert isinstance(actions.pass_on(session, page.id, at=later(ASKED_AT + 20)), PassedOn)
    session.expire_all()
    assert (ticket.status, ticket.is_alarming) == (Status.OPEN, False)
    actions.climb(session, ticket.id, at=later(ASKED_AT + 20))
    assert [name for step, name, _ in pages(session, ticket) if step > 1000] == ["赵刚"]
    assert isinstance(actions.pass_on(session, page.id, at=later(ASKED_AT + 25)), PassedOn)
    session.expire_all()
    assert ticket.page_step == 2, "the same key again brings nothing forward"


def test_key_three_keeps_it_and_calls_for_help(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT)
    actions.need_help(session, reminder(session, ticket, estate).id, at=later(ASKED_AT + 20))
    look(session, ticket, BACK_AT)
    assert ticket.status == Status.ACKNOWLEDGED
    assert page_of(session, ticket, estate.supervisor).kind is PageKind.HELP


def test_whoever_answers_late_takes_it_again_or_hears_who_has_it(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT, BACK_AT)
    page = reminder(session, ticket, estate)
    assert isinstance(actions.acknowledge(session, page.id, how="key", at=later(BACK_AT + 5)), Taken)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id) == (Status.ACKNOWLEDGED, estate.first.id)


@pytest.mark.parametrize("sign", ["note", "arrive", "wait", "handed"])
def test_anything_they_do_is_a_sign_of_life(session: Session, sign: str) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    at = later(ASKED_AT - 60)
    if sign == "note":
        tickets.actions.note(session, ticket.id, estate.first.id, at=at, text="在路上")
    elif sign == "arrive":
        tickets.actions.arrive(session, ticket.id, estate.first.id, at=at)
    elif sign == "wait":
        tickets.actions.wait(session, ticket.id, estate.first.id, at=at, reason=WaitReason.OTHERS)
    else:
        tickets.actions.assign(session, ticket.id, estate.supervisor.id, to_staff_id=estate.second.id, at=at)
    look(session, ticket, ASKED_AT, BACK_AT)
    assert [kind for kind in session.query(Page.kind).all() if kind[0] is PageKind.REMINDER] == []


@pytest.mark.parametrize("has_come", [False, True])
@pytest.mark.parametrize("said_s", [7200, None])
def test_a_pause_ends_when_they_said_or_soon_and_then_they_are_asked(
    session: Session, said_s: float | None, has_come: bool
) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    if has_come:
        tickets.actions.arrive(session, ticket.id, estate.first.id, at=later(60))
    tickets.actions.wait(
        session, ticket.id, estate.first.id, at=later(100), reason=WaitReason.PARTS,
        until_at=later(100 + said_s) if said_s else None,
    )  # fmt: skip
    over_at = 100 + (said_s or REMIND_S)
    assert holding.taken_and_watched(session) == [ticket.id]
    look(session, ticket, over_at - 1)
    assert (ticket.status, len(pages(session, ticket))) == (Status.WAITING, 2)
    look(session, ticket, over_at)
    assert (ticket.status, reminder(session, ticket, estate).state) == (Status.ACKNOWLEDGED, PageState.CALLING)
    look(session, ticket, over_at + RELEASE_S)
    assert (ticket.status, ticket.is_alarming) == (Status.OPEN, True)


def test_what_others_do_is_none(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    tickets.actions.note(session, ticket.id, estate.manager.id, at=later(ASKED_AT - 60), text="到了吗")
    look(session, ticket, ASKED_AT)
    reminder(session, ticket, estate)


def test_what_wakes_nobody_and_a_rehearsal_are_left_alone(session: Session) -> None:
    estate = an_estate(session)
    taken(session, estate, is_drill=True)
    tap = a_stuck_lift(session, estate, kind="repair", category="water_power", level=Level.P2)
    tickets.actions.acknowledge(session, tap.id, estate.first.id, at=AT, how="click")
    assert holding.taken_and_watched(session) == []


def test_of_a_group_they_are_asked_once(session: Session) -> None:
    estate = an_estate(session)
    first, second = (
        a_stuck_lift(
            session, estate, kind="repair", category="burst_pipe", caller_number=f"+861370000000{n}",
            home_id=a_home(session, estate.project, f"3-1-{n}01").id,
        )
        for n in (1, 2)
    )  # fmt: skip
    tickets.actions.acknowledge(session, first.id, estate.first.id, at=later(TAKEN_AT), how="key")
    for id in tickets.actions.groups_due(session, at=later(TAKEN_AT)):
        tickets.actions.keep_group(session, id, at=later(TAKEN_AT))
    assert holding.taken_and_watched(session) == [first.id]
    tickets.actions.resolve(session, first.id, estate.first.id, at=later(ASKED_AT), text="x")
    assert holding.taken_and_watched(session) == [second.id], "with the first it is not done"


def test_the_watch_counts_the_time_without_anybody_from_when_it_was_taken_back(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT, BACK_AT)
    nobody = [
        [found.ref for found in actions.audit(session, at=later(BACK_AT + more)) if found.fault is Fault.NOBODY]
        for more in (1, 600)
    ]
    assert nobody == [[], [ticket.ref]]


def test_whoever_calls_in_is_asked_first(session: Session) -> None:
    estate = an_estate(session)
    ticket = taken(session, estate)
    look(session, ticket, ASKED_AT)
    found = actions.open_page_of(session, estate.first.id, at=later(ASKED_AT + 30))
    assert found is not None
    assert found.id == reminder(session, ticket, estate).id
    actions.acknowledge(session, found.id, how="called_in", at=later(ASKED_AT + 40))
    assert actions.open_page_of(session, estate.first.id, at=later(ASKED_AT + 50)) is None
