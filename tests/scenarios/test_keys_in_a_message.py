"""Somebody in a hurry: keys through the words before a message and in the middle of it."""

from datetime import datetime

import pytest

from tests.phone import Line
from tests.scenarios.conftest import DAY, Estate
from tests.town import Town


@pytest.fixture
def starts_at() -> datetime:
    return DAY


def at_the_words(estate: Estate) -> Line:
    """The owner has chosen a tap that drips and hears what comes before the message."""
    return estate.owner.dials().hears("报修").presses("1").hears("水电").presses("1").hears("爆管").presses("2")


def test_hash_cuts_the_words_short_and_hash_ends_the_message(town: Town, estate: Estate) -> None:
    call = at_the_words(estate).hears("将被录音").presses("#").hears("请讲").hears_the_beep()
    call.says("水龙头滴水").presses("#").hears("已受理").is_over()
    town.advance(10)
    with town.ticket() as ticket:
        assert (ticket.ref, ticket.category) == (call.heard_ref(), "water_power")
        assert town.timeline(ticket).count("recording") == 1
    estate.owner.receives("30分钟内")
    estate.wang.receives("待办工单")


def test_0_in_the_middle_of_a_message_is_a_person_and_what_was_said_is_kept(town: Town, estate: Estate) -> None:
    call = at_the_words(estate).hears("滴声").says("水龙头滴水，我还是想和人说").presses("0").hears("转接人工服务")
    duty = estate.wang.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined()
    town.advance(20)
    duty.hangs_up()
    call.hears("值班人员已接单").is_over()
    with town.ticket() as ticket:
        assert (ticket.category, ticket.assignee.name) == ("water_power", "王强")
        assert town.timeline(ticket).count("recording") == 1
    estate.owner.receives("通话已记入工单")
    estate.wang.receives("待办工单")


def test_0_during_the_words_is_a_person_at_once(town: Town, estate: Estate) -> None:
    call = at_the_words(estate).hears("将被录音").presses("0").hears("转接人工服务")
    estate.wang.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined().hangs_up()
    town.advance(10)
    with town.ticket() as ticket:
        assert "recording" not in town.timeline(ticket)
    estate.owner.receives("通话已记入工单")


def test_hanging_up_in_the_middle_of_a_message_that_a_key_began_loses_no_word(town: Town, estate: Estate) -> None:
    at_the_words(estate).presses("5").hears("请讲").hears_the_beep().says("水龙头滴水").hangs_up()
    town.advance(30)
    with town.ticket() as ticket:
        assert "recording" in town.timeline(ticket)
    estate.owner.receives("30分钟内")
    estate.wang.receives("待办工单")


def test_who_says_nothing_hears_so_and_a_hash_alone_is_no_silence(town: Town, estate: Estate) -> None:
    call = at_the_words(estate).hears_the_beep().hears("没有听到您的留言", "请在滴声后").hears_the_beep()
    call.hears("已受理").is_over()
    estate.owner.receives("30分钟内")
    estate.wang.receives("待办工单")
    stranger = town.phone("+8613700137000")
    call = stranger.dials().hears("报修").presses("1").hears("门禁").presses("3").hears("请输入楼栋号").presses("#")
    call.hears("报修服务").does_not_hear("没有收到您的输入").hangs_up()
    stranger.receives("回电")
    estate.wang.receives("待办工单")
