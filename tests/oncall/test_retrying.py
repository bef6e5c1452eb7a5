"""A telephone that nobody answered, that was engaged, or that a machine picked up, is rung once more by rule."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.actions.drilling import start_drill
from oncall.actions.paging import RING_S
from oncall.models import Drill, Page, PageState
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
    timeline,
)
from tickets.models import EventType, Ticket


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


def a_page(session: Session, estate: Estate, category: str = "lift_trapped") -> tuple[Ticket, Page]:
    """A ticket whose first rung has just been climbed, and the page of whoever is first on duty."""
    ticket = a_stuck_lift(session, estate, category=category)
    actions.climb(session, ticket.id, at=AT)
    session.refresh(ticket)
    return ticket, page_of(session, ticket, estate.first)


def in_vain(session: Session, estate: Estate, page: Page, state: MessageState, at_s: float) -> None:
    """The call to whoever is first on duty ends like this, and the clock looks."""
    has_left(session, estate.first)
    call_ended(session, estate.first, state, later(at_s))
    actions.follow(session, page.id, at=later(at_s))


@pytest.mark.parametrize(("category", "again_s"), [("lift_trapped", 20), ("burst_pipe", 60)])
@pytest.mark.parametrize(
    ("state", "words"),
    [(MessageState.ANSWERED, "语音信箱/无按键，不算接单"), (MessageState.NO_ANSWER, "无人接听")],
)
def test_nobody_or_a_machine_is_rung_once_more_before_the_next_rung_and_neither_is_an_answer(
    session: Session, estate: Estate, state: MessageState, words: str, category: str, again_s: int
) -> None:
    ticket, page = a_page(session, estate, category)
    next_at = ticket.page_due_at
    assert next_at is not None
    in_vain(session, estate, page, state, 30)
    assert (page.state, page.call_due_at) == (PageState.CALLING, later(30 + again_s))
    actions.follow(session, page.id, at=later(30 + again_s - 1))
    assert calls_to(session, estate.first) == [state.value], "not before its time"
    assert actions.pages_to_follow(session, at=later(30 + again_s - 1)) == [], "and the clock need not look"
    assert actions.pages_to_follow(session, at=later(30 + again_s)) == [page.id]
    actions.follow(session, page.id, at=later(30 + again_s))
    assert calls_to(session, estate.first) == [state.value, "planned"]
    assert later(30 + again_s + RING_S) < next_at
    in_vain(session, estate, page, state, 60 + again_s)
    actions.follow(session, page.id, at=later(62 + again_s))
    assert (page.state, page.call_due_at) == (PageState.MISSED, None)
    assert calls_to(session, estate.first) == [state.value] * 2
    assert timeline(session, ticket, EventType.PAGE_RESULT) == [f"王强: {words}"] * 2
    session.refresh(ticket)
    assert ticket.page_due_at == next_at, "the next rung waits for nobody"


def test_an_engaged_line_is_rung_twice_more(session: Session, estate: Estate) -> None:
    _, page = a_page(session, estate)
    for ended_s in (5, 30, 55):
        assert page.state is PageState.CALLING
        in_vain(session, estate, page, MessageState.BUSY, ended_s)
        actions.follow(session, page.id, at=later(ended_s + 20))
    assert page.state is PageState.MISSED
    assert calls_to(session, estate.first) == ["busy"] * 3


def test_it_is_not_rung_again_once_somebody_took_it(session: Session, estate: Estate) -> None:
    ticket, page = a_page(session, estate)
    in_vain(session, estate, page, MessageState.NO_ANSWER, 30)
    actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(40))
    session.refresh(page)
    assert (page.state, page.call_due_at) == (PageState.TAKEN_BY_OTHER, None)
    actions.follow(session, page.id, at=later(50))
    assert calls_to(session, estate.first) == ["no_answer"]


def test_it_is_not_rung_again_once_the_ladder_has_gone_on(session: Session, estate: Estate) -> None:
    ticket, page = a_page(session, estate, "burst_pipe")
    in_vain(session, estate, page, MessageState.NO_ANSWER, 30)
    tickets.actions.set_page_due(session, ticket.id, due_at=later(60))  # somebody brought the second forward
    actions.climb(session, ticket.id, at=later(60))
    actions.follow(session, page.id, at=later(90))
    assert (page.state, page.call_due_at) == (PageState.MISSED, None)
    assert calls_to(session, estate.first) == ["no_answer"]
    assert calls_to(session, estate.second) == ["planned"]
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["王强: 无人接听"]


def test_after_a_gap_the_next_rung_takes_the_place_of_a_try_and_rings_once(session: Session, estate: Estate) -> None:
    ticket, page = a_page(session, estate)
    in_vain(session, estate, page, MessageState.NO_ANSWER, 30)
    actions.climb(session, ticket.id, at=later(300))
    for one in (page, page_of(session, ticket, estate.first)):
        actions.follow(session, one.id, at=later(300))
    session.refresh(page)
    assert page.state is PageState.MISSED
    assert calls_to(session, estate.first) == ["no_answer", "planned"]
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["王强: 无人接听"]


def test_a_try_that_would_still_ring_with_the_next_rung_is_not_made(session: Session, estate: Estate) -> None:
    _, page = a_page(session, estate)
    in_vain(session, estate, page, MessageState.NO_ANSWER, 71)
    assert (page.state, page.call_due_at) == (PageState.MISSED, None)


def test_a_try_that_did_not_leave_in_time_never_does(session: Session, estate: Estate) -> None:
    ticket, page = a_page(session, estate)
    in_vain(session, estate, page, MessageState.NO_ANSWER, 30)
    actions.follow(session, page.id, at=later(50))
    again = session.scalars(select(Message).where(Message.way == Way.CALL).order_by(Message.id.desc())).first()
    assert again is not None
    assert again.valid_until_at == ticket.page_due_at
    call_ended(session, estate.first, MessageState.EXPIRED, later(120))
    actions.follow(session, page.id, at=later(121))
    assert page.state is PageState.MISSED
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["王强: 无人接听"]


def test_while_another_call_of_ours_is_at_their_telephone_it_waits(session: Session, estate: Estate) -> None:
    _, page = a_page(session, estate, "burst_pipe")
    in_vain(session, estate, page, MessageState.NO_ANSWER, 30)
    other = a_stuck_lift(session, estate, category="gas_leak", at=later(80))
    actions.climb(session, other.id, at=later(80))
    has_left(session, estate.first)
    actions.follow(session, page.id, at=later(90))
    assert len(calls_to(session, estate.first)) == 2
    assert (page.state, page.call_due_at) == (PageState.CALLING, later(100))
    call_ended(session, estate.first, MessageState.NO_ANSWER, later(99))
    actions.follow(session, page.id, at=later(100))
    assert calls_to(session, estate.first) == ["no_answer", "no_answer", "planned"]


def test_in_a_rehearsal_it_is_the_same_and_ends_with_that(session: Session, estate: Estate) -> None:
    drill = start_drill(session, estate.project, once_key="k", at=AT)
    assert isinstance(drill, Drill)
    assert drill.ticket_id is not None
    ticket = session.get_one(Ticket, drill.ticket_id)
    actions.climb(session, ticket.id, at=AT)
    page = page_of(session, ticket, estate.first)
    in_vain(session, estate, page, MessageState.BUSY, 5)
    actions.follow(session, page.id, at=later(25))
    assert calls_to(session, estate.first) == ["busy", "planned"]
    in_vain(session, estate, page, MessageState.BUSY, 30)
    tickets.actions.cancel(session, ticket.id, None, at=later(40), text="演练结束")
    for page_id in actions.pages_to_follow(session, at=later(50)):
        actions.follow(session, page_id, at=later(50))
    session.refresh(page)
    assert (page.state, page.call_due_at) == (PageState.TAKEN_BY_OTHER, None)
    assert calls_to(session, estate.first) == ["busy", "busy"]
