"""A caller is put through live: in order, to staff alone, and never against the ladder."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Language
from messages.lifecycle import MessageState
from oncall import actions
from oncall.actions import LiveRing, Taken, TakenBefore
from oncall.models import Page, PageState
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    calls_to,
    has_left,
    later,
    page_of,
    texts_to,
    timeline,
)
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


@pytest.fixture
def ticket(session: Session, estate: Estate) -> Ticket:
    return a_stuck_lift(session, estate)


def rung(session: Session, ticket: Ticket, at_s: float, after: LiveRing | None = None) -> LiveRing:
    ring = actions.ring_live(session, ticket.id, at=later(at_s), after_page_id=after.page_id if after else None)
    assert ring is not None
    return ring


def test_first_second_supervisor_twenty_seconds_each_and_then_nobody(session: Session, ticket: Ticket) -> None:
    first = rung(session, ticket, 0)
    second = rung(session, ticket, 21, first)
    third = rung(session, ticket, 42, second)
    assert [ring.name for ring in (first, second, third)] == ["王强", "赵刚", "孙丽"]
    assert {ring.ring_s for ring in (first, second, third)} == {20}
    assert first.whisper_path == f"/voice/whisper/{first.page_id}"
    assert actions.ring_live(session, ticket.id, at=later(63), after_page_id=third.page_id) is None
    assert ticket.status is Status.OPEN


def test_an_english_caller_comes_to_whom_we_speak_english_with_first(session: Session, estate: Estate) -> None:
    estate.second.language = Language.EN
    english = a_stuck_lift(session, estate, language="en")
    first = rung(session, english, 0)
    assert [first.name, rung(session, english, 21, first).name] == ["赵刚", "王强"]


def test_a_chinese_caller_comes_to_everybody_in_their_turn(session: Session, estate: Estate, ticket: Ticket) -> None:
    estate.second.language = Language.EN
    assert rung(session, ticket, 0).name == "王强"


def test_nobody_is_rung_for_their_own_call(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = actions.ring_live(session, ticket.id, at=AT, caller_number=estate.first.number)
    assert ring is not None
    assert ring.name == "赵刚"


def test_who_did_not_come_stands_on_the_timeline(session: Session, ticket: Ticket) -> None:
    rung(session, ticket, 21, rung(session, ticket, 0))
    assert timeline(session, ticket, EventType.PAGED, EventType.PAGE_RESULT) == [
        "王强: 电话直转王强", "王强: 直转未接听", "赵刚: 电话直转赵刚",
    ]  # fmt: skip


def test_after_two_minutes_the_same_caller_may_ring_them_again(session: Session, ticket: Ticket) -> None:
    rung(session, ticket, 0)
    assert rung(session, ticket, 121).name == "王强"


def test_whoever_took_a_page_meanwhile_is_rung_next(session: Session, estate: Estate, ticket: Ticket) -> None:
    first = rung(session, ticket, 0)
    actions.climb(session, ticket.id, at=later(1))
    has_left(session, estate.second)
    actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(15))
    second = rung(session, ticket, 21, first)
    assert second.name == "赵刚"
    assert actions.ring_live(session, ticket.id, at=later(42), after_page_id=second.page_id) is None


def test_pressing_one_at_the_whisper_takes_it(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    actions.climb(session, ticket.id, at=later(1))
    has_left(session, estate.first)
    has_left(session, estate.second)
    assert isinstance(actions.accept(session, ring.page_id, at=later(8)), Taken)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id) == (Status.ACKNOWLEDGED, estate.first.id)
    assert calls_to(session, estate.first) == []
    assert "已由王强接单" in texts_to(session, estate.second)[-1]
    assert len(texts_to(session, estate.first)) == 1


def test_somebody_who_comes_second_is_joined_all_the_same(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.climb(session, ticket.id, at=AT)
    ring = rung(session, ticket, 1)
    actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="reply", at=later(5))
    joined = actions.accept(session, ring.page_id, at=later(9))
    assert isinstance(joined, TakenBefore)
    session.expire_all()
    assert ticket.assignee_id == estate.second.id
    assert "王强: 与来电人通话" in timeline(session, ticket, EventType.PAGE_RESULT)


def test_the_call_follows_when_the_ring_is_over(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    actions.climb(session, ticket.id, at=later(1))
    page = page_of(session, ticket, estate.first)
    actions.follow(session, page.id, at=later(10))
    assert calls_to(session, estate.first) == []
    actions.ring_over(session, ring.page_id, at=later(21))
    actions.follow(session, page.id, at=later(22))
    assert calls_to(session, estate.first) == ["planned"]


def test_a_call_planned_a_moment_before_the_live_ring_is_put_off(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.climb(session, ticket.id, at=AT)
    assert calls_to(session, estate.first) == ["planned"]
    ring = rung(session, ticket, 0)
    assert calls_to(session, estate.first) == ["cancelled"]
    assert len(texts_to(session, estate.first)) == 1
    assert calls_to(session, estate.second) == ["planned"]
    actions.ring_over(session, ring.page_id, at=later(20))
    for seconds in (21, 23):
        actions.follow(session, page_by_kind(session, ticket, estate), at=later(seconds))
    assert calls_to(session, estate.first) == ["cancelled", "planned"]


def page_by_kind(session: Session, ticket: Ticket, estate: Estate) -> int:
    """The ladder's page to the first on duty (their newest is the live ring)."""
    found = select(Page.id).where(Page.ticket_id == ticket.id, Page.staff_id == estate.first.id, Page.step == 0)
    return session.scalars(found).one()


def test_the_call_does_not_follow_once_it_is_taken(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    actions.climb(session, ticket.id, at=later(1))
    actions.ring_over(session, ring.page_id, at=later(21))
    actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(22))
    actions.follow(session, page_of(session, ticket, estate.first).id, at=later(60))
    assert calls_to(session, estate.first) == []


def test_while_they_hear_the_whisper_the_call_waits_longer(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    actions.climb(session, ticket.id, at=later(1))
    actions.picked_up(session, ring.page_id, at=later(18))
    page = page_of(session, ticket, estate.first)
    actions.follow(session, page.id, at=later(35))
    assert calls_to(session, estate.first) == []
    actions.follow(session, page.id, at=later(50))
    assert calls_to(session, estate.first) == ["planned"]


def test_a_ring_nobody_reported_about_is_over_by_itself(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    actions.follow(session, ring.page_id, at=later(25))
    assert page_of(session, ticket, estate.first).state is PageState.CALLING
    actions.follow(session, ring.page_id, at=later(31))
    assert page_of(session, ticket, estate.first).state is PageState.MISSED


def test_a_missed_live_ring_is_told_when_somebody_else_takes_it(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    rung(session, ticket, 21, rung(session, ticket, 0))
    actions.take_ticket(session, ticket.id, estate.manager.id, how="click", at=later(30))
    assert "已由钱伟接单" in texts_to(session, estate.first)[-1]
    assert "已由钱伟接单" in texts_to(session, estate.second)[-1]


def test_a_delivered_text_is_no_answer(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first, MessageState.DELIVERED)
    actions.follow(session, page_of(session, ticket, estate.first).id, at=later(60))
    assert ticket.status is Status.OPEN
    assert ticket.page_due_at is not None


def live_page(session: Session, ring: LiveRing) -> Page:
    session.flush()
    session.expire_all()
    return session.get_one(Page, ring.page_id)


def test_a_live_ring_is_not_ended_by_somebody_taking_the_ticket(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    ring = rung(session, ticket, 0)
    actions.take_ticket(session, ticket.id, estate.second.id, how="click", at=later(5))
    actions.follow(session, ring.page_id, at=later(6))
    assert live_page(session, ring).state is PageState.CALLING
    actions.follow(session, ring.page_id, at=later(31))
    assert (live_page(session, ring).state, live_page(session, ring).joined_at) == (PageState.MISSED, None)


@pytest.mark.parametrize("how", ["click", "reply", "called_in"])
def test_taking_it_elsewhere_while_being_rung_is_no_talk_and_they_are_rung_once_more(
    session: Session, estate: Estate, ticket: Ticket, how: str
) -> None:
    ring = rung(session, ticket, 0)
    if how == "called_in":
        actions.acknowledge(session, ring.page_id, how=how, at=later(5))
    else:
        actions.take_ticket(session, ticket.id, estate.first.id, how=how, at=later(5))
    assert ticket.assignee_id == estate.first.id
    assert (live_page(session, ring).state, live_page(session, ring).joined_at) == (PageState.CALLING, None)
    again = rung(session, ticket, 21, ring)
    assert again.name == "王强"
    assert actions.ring_live(session, ticket.id, at=later(42), after_page_id=again.page_id) is None


def test_the_one_who_has_it_already_is_joined(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.take_ticket(session, ticket.id, estate.second.id, how="click", at=AT)
    ring = rung(session, ticket, 5)
    assert isinstance(actions.accept(session, ring.page_id, at=later(9)), Taken)
    actions.ring_over(session, ring.page_id, at=later(60))
    page = live_page(session, ring)
    assert (page.state, page.how, page.joined_at) == (PageState.ACKNOWLEDGED, "whisper", later(9))
    assert "赵刚: 直转未接听" not in timeline(session, ticket)


def test_one_who_presses_1_when_the_matter_is_over_is_joined(session: Session, estate: Estate, ticket: Ticket) -> None:
    ring = rung(session, ticket, 0)
    tickets.actions.cancel(session, ticket.id, estate.manager.id, at=later(5), text="误报")
    actions.accept(session, ring.page_id, at=later(9))
    assert live_page(session, ring).joined_at == later(9)


def test_one_who_cannot_be_rung_does_not_end_the_chain(
    session: Session, estate: Estate, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncall.actions.live.transferable", lambda _session, number: number != estate.first.number)
    first = rung(session, ticket, 0)
    assert first.name == "赵刚"
    assert rung(session, ticket, 21, first).name == "孙丽"
    assert [page.staff_id for page in session.query(Page)] == [estate.second.id, estate.supervisor.id]


def test_if_the_one_who_took_it_cannot_be_rung_somebody_else_is(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.take_ticket(session, ticket.id, estate.director.id, how="click", at=AT)
    estate.director.is_active = False
    session.flush()
    assert rung(session, ticket, 5).name == "王强"


def test_calling_in_speaks_of_the_page_and_not_of_the_ring(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.climb(session, ticket.id, at=AT)
    page = page_of(session, ticket, estate.first)
    rung(session, ticket, 1)
    assert actions.open_page_of(session, estate.first.id, at=later(5)) == page
