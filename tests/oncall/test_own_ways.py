"""Everybody is paged as they wish, except where life is in danger."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.database import reading, transaction
from base.errors import BadInput
from directory.models import Language, PageOrder, Staff
from directory.staffing import choose_pages
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.audit import Fault
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
from tickets.lifecycle import Level
from tickets.models import EventType

SECOND = "+8613900000099"


def due(session: Session, staff: Staff) -> dict[str, float]:
    """After how many seconds each way is due."""
    found = session.execute(select(Message.way, Message.due_at).where(Message.number == staff.number))
    return {way.value: (due_at - AT).total_seconds() for way, due_at in found}


@pytest.mark.parametrize(
    ("order", "level", "seconds"),
    [
        (PageOrder.TOGETHER, Level.P1, {"text": 0, "call": 0}),
        (PageOrder.CALL_FIRST, Level.P1, {"text": 60, "call": 0}),
        (PageOrder.TEXT_FIRST, Level.P1, {"text": 0, "call": 60}),
        (PageOrder.CALL_FIRST, Level.P0, {"text": 0, "call": 0}),
        (PageOrder.TEXT_FIRST, Level.P0, {"text": 0, "call": 0}),
    ],
)
def test_what_they_want_first_comes_first_but_not_where_life_is_in_danger(
    session: Session, order: PageOrder, level: Level, seconds: dict[str, float]
) -> None:
    estate = an_estate(session)
    choose_pages(estate.first, order=order)
    ticket = a_stuck_lift(session, estate, category="burst_pipe" if level is Level.P1 else "lift_trapped")
    actions.climb(session, ticket.id, at=AT)
    assert due(session, estate.first) == seconds


def test_who_answers_the_first_gets_no_second_and_what_waits_is_not_late(session: Session) -> None:
    estate = an_estate(session)
    choose_pages(estate.first, order=PageOrder.TEXT_FIRST)
    ticket = a_stuck_lift(session, estate, category="burst_pipe")
    actions.climb(session, ticket.id, at=AT)
    text = session.scalars(select(Message).where(Message.way == Way.TEXT)).one()
    text.state, text.sid = MessageState.ACCEPTED, "SM1"
    session.flush()

    def unsent(seconds: float) -> list[Fault]:
        found = actions.audit(session, at=later(seconds))
        return [one.fault for one in found if one.fault is Fault.UNSENT]

    assert [unsent(62), unsent(122)] == [[], [Fault.UNSENT]]
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="reply", at=later(30))
    assert calls_to(session, estate.first) == ["cancelled"]


def test_the_second_telephone_is_rung_once_where_the_first_led_to_no_key(session: Session) -> None:
    estate = an_estate(session)
    choose_pages(estate.first, second=SECOND)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    page = page_of(session, ticket, estate.first)
    has_left(session, estate.first)
    call_ended(session, estate.first, MessageState.NO_ANSWER, later(35))
    actions.follow(session, page.id, at=later(36))
    there = session.scalars(select(Message).where(Message.number == SECOND)).one()
    assert (there.way, there.answer_path, there.due_at) == (Way.CALL, f"/voice/page/{page.id}", later(36))
    assert page.state is PageState.CALLING
    there.state, there.final_at = MessageState.BUSY, later(50)
    session.flush()
    actions.follow(session, page.id, at=later(51))
    assert (page.state, page.call_due_at) == (PageState.CALLING, later(71)), "the first is tried once more"
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["王强: 无人接听", "王强: 占线，未接到"]
    actions.follow(session, page.id, at=later(71))
    assert calls_to(session, estate.first) == ["no_answer", "planned"]
    has_left(session, estate.first)
    call_ended(session, estate.first, MessageState.NO_ANSWER, later(101))
    actions.follow(session, page.id, at=later(102))
    assert page.state is PageState.MISSED
    assert len(session.scalars(select(Message).where(Message.number == SECOND)).all()) == 1


def test_they_are_spoken_to_in_their_language_and_no_number_is_theirs_twice(session: Session) -> None:
    estate = an_estate(session)
    choose_pages(estate.first, language=Language.EN)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert "P0 ticket" in texts_to(session, estate.first)[0] or "Reply" in texts_to(session, estate.first)[0]
    with pytest.raises(BadInput):
        choose_pages(estate.first, second=estate.first.number)


def test_the_command_says_it_for_them(app: Flask) -> None:
    with transaction() as session:
        name = an_estate(session).first.name
    runner = app.test_cli_runner()

    def pages(*args: str) -> int:
        return runner.invoke(args=["staff", "pages", name, *args]).exit_code

    assert pages("--first", "text_first", "--second-number", "139 0000 0099", "--language", "en") == 0
    with reading() as session:
        staff = session.scalars(select(Staff).where(Staff.name == name)).one()
        assert (staff.page_order, staff.second_number, staff.language) == (PageOrder.TEXT_FIRST, SECOND, Language.EN)
    assert pages("--second-number", "-") == 0
    assert pages("--second-number", "12") == 1
    assert pages("--first", "never") == 2
    with reading() as session:
        staff = session.scalars(select(Staff).where(Staff.name == name)).one()
        assert (staff.page_order, staff.second_number) == (PageOrder.TEXT_FIRST, "")
