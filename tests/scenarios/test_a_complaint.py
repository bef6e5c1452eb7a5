"""A complaint, told to the end, or left half-way."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from console import acts
from directory.models import Project, Staff
from hotline.intake import HEADQUARTERS
from tests import make
from tests.scenarios.conftest import DAY, Estate
from tests.town import Town
from tickets.actions import hops_of
from tickets.complaints import HopAnswer
from tickets.models import Ticket

HE = "+8613900000006"


@pytest.fixture
def starts_at() -> datetime:
    return DAY


def test_hanging_up_half_way_still_leaves_a_ticket_with_what_is_known(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("投诉的内容").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.level, ticket.caller_number) == ("complaint", "C1", "+8613800138000")
        assert ticket.status == "open"
    estate.owner.receives("回电")
    estate.zhao.receives("请认领投诉")


def test_hanging_up_during_the_message_keeps_what_was_said(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("内容").presses("1")
    call.hears("滴声").says("楼上半夜装修").hangs_up()
    town.advance(30)
    with town.ticket() as ticket:
        assert ticket.kind == "complaint"
        assert "recording" in town.timeline(ticket)
    estate.owner.receives("投诉已登记", "24小时内")
    estate.zhao.receives("请认领投诉", "噪音扰民")


def test_a_call_that_ends_during_the_greeting_is_a_missed_call_and_a_ticket(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("您好").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.category, ticket.caller_number) == ("missed_call", "+8613800138000")
    estate.owner.receives("回电")
    estate.wang.receives("待办工单", "来电待回")


def test_a_complaint_to_headquarters_is_theirs_and_says_who_complains(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("投诉").presses("2").hears("直接向公司总部投诉请按2").presses("2")
    call.hears("投诉的内容").presses("4").hears("滴声").says("项目经理态度很差").presses("#").hears("已受理")
    ref = call.heard_ref()
    call.is_over()
    with town.ticket() as ticket:
        assert (ticket.ref, ticket.kind, ticket.category) == (ref, "complaint", "attitude")
        assert (ticket.owner_desk, ticket.caller_number) == (HEADQUARTERS, "+8613800138000")
    estate.owner.receives("投诉已登记", ref)
    estate.owner.dials().hears("查询").presses("5").hears(" ".join(ref[:6]), "已受理").hangs_up()


def test_a_complaint_to_headquarters_that_breaks_off_is_theirs_too(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("投诉").presses("2").hears("总部").presses("2").hears("投诉的内容").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.owner_desk) == ("complaint", HEADQUARTERS)
    estate.owner.receives("回电")


def test_a_complaint_without_a_name_keeps_no_number(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("1").hears("内容").presses("4")
    call.hears("滴声").says("态度很差").presses("#").hears("已受理").is_over()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.caller_number, ticket.person_id, ticket.home_id) == ("complaint", None, None, None)
    estate.zhao.receives("请认领投诉")


def test_somebody_who_hears_only_progress_leaves_no_ticket(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("查询").presses("5").hears("没有处理中的工单").hangs_up()
    town.advance(5)
    with town.at_desk() as session:
        from tickets.models import Ticket  # noqa: PLC0415

        assert session.query(Ticket).count() == 0


def staff_named(session: Session, name: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.name == name)).one()


def test_a_complaint_finds_its_department_without_anybody_putting_it_there(town: Town, estate: Estate) -> None:
    with town.at_desk() as session:
        staff_named(session, "赵刚").department = "security"
        garden = session.get_one(Project, estate.project_id)
        make.a_member_of_staff(session, "何静", HE, Role.SUPERVISOR, garden).department = "environment"
    he = town.phone(HE)
    call = estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("内容").presses("1")
    call.hears("滴声").says("天不亮就有人在楼下拖垃圾桶").presses("#").hears("已受理")
    ref = call.heard_ref()
    call.is_over()
    estate.owner.receives("投诉已登记", ref)
    estate.zhao.receives(f"请认领投诉{ref}", "请于今日12:0")

    def answers(name: str, what: HopAnswer, text: str = "") -> None:
        with town.at_desk() as session:
            ticket = session.scalars(select(Ticket)).one()
            acts.answer(session, ticket, staff_named(session, name).id, what=what, text=text, at=town.now)

    answers("赵刚", HopAnswer.NOT_OURS, "是保洁清运")
    estate.qian.receives(f"投诉{ref}部门不认领")
    with town.at_desk() as session:
        ticket = session.scalars(select(Ticket)).one()
        acts.send(session, ticket, staff_named(session, "钱进").id, department="environment", text="", at=town.now)
    he.receives(f"请认领投诉{ref}")
    answers("何静", HopAnswer.OURS)
    estate.owner.receives(f"（单号{ref}）由环境部工作人员何静处理", within_s=200)
    with town.at_desk() as session:
        ticket = session.scalars(select(Ticket)).one()
        way = hops_of(session, ticket.id)
        assert [(hop.department, hop.staff.name, hop.answer) for hop in way if hop.staff] == [
            ("security", "赵刚", "not_ours"), ("", "钱进", "sent"), ("environment", "何静", "ours"),
        ]  # fmt: skip
        assert [hop.asked_by.name if hop.asked_by else "" for hop in way] == ["", "赵刚", "钱进"]
        assert {hop.due_at - hop.asked_at for hop in way} == {timedelta(hours=2)}
        assert town.timeline(ticket).count("asked") == 3
        assert ticket.assignee.name == "何静"
    town.advance(300)


@pytest.mark.parametrize("keys", [("2", "2", "4"), ("4", "3", "1"), ("4", "2", "2")])
def test_what_is_said_to_headquarters_is_put_to_nobody_of_the_estate(
    town: Town, estate: Estate, keys: tuple[str, ...]
) -> None:
    call = estate.owner.dials()
    for key in keys:
        call.waits(3).presses(key)
    call.hears("滴声").says("项目经理态度很差").presses("#").hears("已受理").is_over()
    town.advance(120)
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.owner_desk, ticket.ask_due_at) == ("complaint", HEADQUARTERS, None)
        assert "asked" not in town.timeline(ticket)
    for phone in estate.duty()[:4]:
        phone.expect_nothing_more()
    if keys[-1] != "2":
        estate.owner.receives("投诉已登记")
