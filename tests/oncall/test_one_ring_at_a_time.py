"""A page beside a live transfer, and calls that leave late: one telephone rings once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.models import Staff
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.models import PageState
from tests.oncall.climbing import names_by_step
from tests.oncall.estate import (
    AT,
    a_stuck_lift,
    an_estate,
    calls_to,
    has_left,
    later,
    page_of,
    texts_to,
    timeline,
)
from tickets.models import EventType


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
