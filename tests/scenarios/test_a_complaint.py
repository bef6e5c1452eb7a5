"""A complaint, told to the end, or left half-way."""

from datetime import datetime

import pytest

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
    town.forget_texts()


def test_hanging_up_during_the_message_keeps_what_was_said(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("投诉").presses("2").hears("深表歉意").presses("3").hears("内容").presses("1")
    call.hears("滴声").says("楼上半夜装修").hangs_up()
    town.advance(30)
    with town.ticket() as ticket:
        assert ticket.kind == "complaint"
        assert "recording" in town.timeline(ticket)
    town.forget_texts()


def test_a_call_that_ends_during_the_greeting_is_a_missed_call_and_a_ticket(town: Town, estate: Estate) -> None:
    estate.owner.dials().hears("您好").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.category, ticket.caller_number) == ("missed_call", "+8613800138000")
    estate.owner.receives("回电")
    estate.wang.receives("待办工单", "未接来电")


def test_a_complaint_without_a_name_keeps_no_number_and_goes_to_headquarters_if_asked(
    town: Town, estate: Estate
) -> None:
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
