"""What became of pages nobody answered."""

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState
from oncall import actions
from oncall.models import PageState
from tests.oncall.estate import (
    AT,
    a_stuck_lift,
    an_estate,
    call_ended,
    calls_to,
    has_left,
    later,
    page_of,
    texts_to,
    timeline,
)
from tickets.models import EventType


@pytest.mark.parametrize(
    ("state", "words"),
    [(MessageState.FAILED, "呼叫失败，未接到"), (MessageState.EXPIRED, "电话未拨出，未接到")],
)
def test_a_call_that_came_to_no_telephone_is_not_an_answer(session: Session, state: MessageState, words: str) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first)
    call_ended(session, estate.first, state, later(40))
    page = page_of(session, ticket, estate.first)
    assert actions.pages_to_follow(session, at=later(41)) == [page.id], "the other one's telephone rings"
    for seconds in (41, 43):
        actions.follow(session, page.id, at=later(seconds))
    assert page.state is PageState.MISSED
    assert timeline(session, ticket, EventType.PAGE_RESULT) == [f"王强: {words}"]
    session.expire_all()
    assert ticket.page_due_at == later(120)


def test_a_call_in_the_air_stays_open(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first)
    assert actions.pages_to_follow(session, at=later(20)) == [], "of which nothing has become yet"
    actions.follow(session, page_of(session, ticket, estate.first).id, at=later(20))
    assert page_of(session, ticket, estate.first).state is PageState.CALLING


def test_a_ticket_taken_by_another_door_ends_its_pages(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.second)
    tickets.actions.acknowledge(session, ticket.id, estate.manager.id, at=later(10), how="api")
    for page_id in actions.pages_to_follow(session, at=later(11)):
        actions.follow(session, page_id, at=later(11))
    assert actions.pages_to_follow(session, at=later(11)) == []
    assert calls_to(session, estate.first) == ["cancelled"]
    assert "已由钱伟接单" in texts_to(session, estate.second)[-1]


def test_a_ticket_that_is_over_tells_those_who_were_woken(session: Session) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    has_left(session, estate.first)
    tickets.actions.cancel(session, ticket.id, estate.manager.id, at=later(10), text="误报")
    for page_id in actions.pages_to_follow(session, at=later(11)):
        actions.follow(session, page_id, at=later(11))
    assert "已结束" in texts_to(session, estate.first)[-1]
    assert texts_to(session, estate.second) == []
