"""A complaint, told to the end, or left half-way."""

from datetime import datetime

import pytest

from hotline.intake import HEADQUARTERS
from tests.scenarios.conftest import DAY, Estate
from tests.town import Town


@pytest.fixture
def starts_at() -> datetime:
    return DAY


def test_hanging_up_half_way_still_leaves_a_ticket_with_what_is_known(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("投诉的内容").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.level, ticket.caller_number) == ("complaint", "C1", "+8613800138000")
        assert ticket.status == "open"
    estate.owner.receives("回电")


def test_hanging_up_during_the_message_keeps_what_was_said(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("内容").presses("1")
    call.hears("滴声").says("楼上半夜装修").hangs_up()
    town.advance(30)
    with town.ticket() as ticket:
        assert ticket.kind == "complaint"
        assert "recording" in town.timeline(ticket)
    estate.owner.receives("投诉已登记", "24小时内")


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


def test_somebody_who_hears_only_progress_leaves_no_ticket(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("查询").presses("5").hears("没有处理中的工单").hangs_up()
    town.advance(5)
    with town.at_desk() as session:
        from tickets.models import Ticket  # noqa: PLC0415

        assert session.query(Ticket).count() == 0
