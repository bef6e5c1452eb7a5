"""The firm that mends it is rung at once, and what it says stands for nobody of ours."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Project, Vendor
from directory.trades import Trade
from directory.vendors import vendors_of, write_vendor
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.actions import vendors
from oncall.models import VendorCall, VendorState
from tests.make import a_project
from tests.oncall.estate import AT, a_stuck_lift, an_estate, later, pages, timeline
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket

LIFT, OTHERS = "+862155550001", "+862155550002"


def a_firm(session: Session, project: Project | None, number: str = LIFT, trade: Trade = Trade.LIFT) -> Vendor:
    return write_vendor(session, name="申菱维保", number=number, trade=trade, project=project)


def rung(session: Session, number: str = LIFT) -> list[Message]:
    found = select(Message).where(Message.number == number, Message.way == Way.CALL).order_by(Message.id)
    return list(session.scalars(found))


def call_of(session: Session, ticket: Ticket) -> VendorCall:
    return session.scalars(
        select(VendorCall).where(VendorCall.ticket_id == ticket.id).order_by(VendorCall.id.desc())
    ).first()  # type: ignore[return-value]


def ends(session: Session, state: MessageState, at_s: float) -> None:
    message = rung(session)[-1]
    message.state, message.final_at = state, later(at_s)
    session.flush()


def test_the_projects_own_firm_of_the_trade_is_rung_with_the_first_rung(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project)
    a_firm(session, None, OTHERS)
    a_firm(session, estate.project, "+862155550003", Trade.GAS)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert [(m.state.value, m.answer_path) for m in rung(session)] == [
        ("planned", f"/voice/vendor/{call_of(session, ticket).id}")
    ]
    assert [len(rung(session, number)) for number in (OTHERS, "+862155550003")] == [0, 0]
    assert "-: 通知外单位：申菱维保" in timeline(session, ticket, EventType.PAGED)
    assert len(pages(session, ticket)) == 2, "our own people are paged all the same"


def test_of_a_burst_pipe_the_firm_hears_with_the_third_try(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project, trade=Trade.WATER)
    ticket = a_stuck_lift(session, estate, category="burst_pipe")
    for seconds, calls in ((0, 0), (300, 0), (600, 1)):
        actions.climb(session, ticket.id, at=later(seconds))
        assert len(rung(session)) == calls
    assert {name for step, name, _ in pages(session, ticket) if step == 2} == {"王强", "赵刚"}


def test_where_a_project_has_none_the_companys_is_rung(session: Session) -> None:
    estate, elsewhere = an_estate(session), a_project(session, "别处")
    a_firm(session, elsewhere)
    ours = a_firm(session, None, OTHERS)
    assert vendors_of(session, estate.project.id, Trade.LIFT) == [ours]
    assert vendors_of(session, None, Trade.LIFT) == [ours]
    assert vendors_of(session, estate.project.id, Trade.GAS) == []


def test_that_they_come_is_a_fact_and_the_ladder_goes_on(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    for comes in (True, True, False):
        vendors.vendor_answers(session, call_of(session, ticket).id, comes=comes, at=later(30))
    assert call_of(session, ticket).state is VendorState.COMING
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["-: 外单位答复马上派人：申菱维保"]
    actions.climb(session, ticket.id, at=later(120))
    session.expire_all()
    assert (ticket.status, ticket.page_step, ticket.assignee_id) == (Status.OPEN, 2, None)
    assert len(rung(session)) == 1, "whoever comes is not rung again"


def test_a_firm_that_was_not_reached_is_rung_again_with_the_next_rung(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    assert vendors.vendor_calls_to_follow(session) == []
    calling = call_of(session, ticket).id
    vendors.follow_vendor_call(session, calling, at=later(10))
    assert call_of(session, ticket).state is VendorState.CALLING
    ends(session, MessageState.ANSWERED, 40)
    assert vendors.vendor_calls_to_follow(session) == [calling]
    vendors.follow_vendor_call(session, calling, at=later(41))
    assert timeline(session, ticket, EventType.PAGE_RESULT) == ["-: 外单位接听但没有答复：申菱维保"]
    actions.climb(session, ticket.id, at=later(120))
    assert len(rung(session)) == 2
    vendors.vendor_answers(session, call_of(session, ticket).id, comes=False, at=later(130))
    assert call_of(session, ticket).state is VendorState.CANNOT
    assert vendors.vendor_calls_to_follow(session) == []


def test_nobody_outside_hears_of_a_rehearsal_nor_of_another_matter(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project)
    for more in ({"is_drill": True}, {"category": "fire"}):
        ticket = a_stuck_lift(session, estate, **more)
        actions.climb(session, ticket.id, at=AT)
    assert rung(session) == []


def test_a_call_that_nobody_needs_any_more_is_taken_back_but_not_because_one_of_us_took_it(session: Session) -> None:
    estate = an_estate(session)
    a_firm(session, estate.project)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.take_ticket(session, ticket.id, estate.first.id, how="click", at=later(5))
    calling = call_of(session, ticket).id
    vendors.follow_vendor_call(session, calling, at=later(6))
    assert rung(session)[0].state is MessageState.PLANNED
    tickets.actions.cancel(session, ticket.id, estate.first.id, at=later(10), text="误报")
    assert vendors.vendor_calls_to_follow(session) == [calling]
    vendors.follow_vendor_call(session, calling, at=later(11))
    assert rung(session)[0].state is MessageState.CANCELLED
    assert vendors.vendor_calls_to_follow(session) == []


def test_firms_are_written_down_listed_and_taken_off(app: Flask) -> None:
    runner = app.test_cli_runner()

    def says(*args: str) -> tuple[int, str]:
        told = runner.invoke(args=["vendor", *args])
        return told.exit_code, told.output

    assert says("list") == (0, "还没有维保单位 / there is no firm yet\n")
    assert says("add", "申菱维保", "--number", "021 5555 0001", "--trade", "lift")[0] == 0
    assert says("add", "申菱维保", "--number", "021 5555 0009", "--trade", "lift")[0] == 0
    code, listed = says("list")
    assert (code, listed.count("申菱维保"), "+862155550009" in listed) == (0, 1, False)
    assert says("add", "无", "--number", "12", "--trade", "lift")[0] == 1
    assert says("add", "无", "--number", "021 5555 0001", "--trade", "lift", "--project", "没有")[0] == 1
    number = listed.split()[0]
    assert says("remove", number)[0] == 0
    assert says("remove", number)[0] == 1
    assert says("list")[1].startswith("还没有")
