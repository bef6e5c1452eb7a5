"""Climbing a ladder on a real database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from directory.models import Language
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from oncall import actions
from oncall.models import Page
from tests.make import a_member_of_staff
from tests.oncall.climbing import climb_until, names_by_step
from tests.oncall.estate import (
    AT,
    a_stuck_lift,
    an_estate,
    calls_to,
    later,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import Channel, Kind, Level
from tickets.models import EventType


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


def test_channel_makes_no_difference(session: Session) -> None:
    estate = an_estate(session)
    for channel in Channel:
        ticket = a_stuck_lift(session, estate, channel=channel)
        actions.climb(session, ticket.id, at=AT)
        assert len(pages(session, ticket)) == 2
