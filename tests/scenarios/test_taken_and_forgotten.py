"""Somebody presses 1 in their sleep: the system asks them again, and then wakes somebody else."""

from tests.scenarios.conftest import Estate
from tests.town import Town


def test_nobody_hears_of_whoever_took_it_until_they_are_asked_and_then_the_next_is_woken(
    town: Town, estate: Estate
) -> None:
    estate.li.will("no_answer")
    estate.owner.dials().presses("0").hears("119").hangs_up()
    estate.wang.rings().answers().hears("接单请按1").presses("1").hears("接单成功").hangs_up()
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("王强", estate.li)
    estate.owner.receives("紧急求助")
    estate.li.forget_calls()
    town.advance(20 * 60 + 30)
    estate.wang.receives("时限将到")
    for leader in (estate.zhao, estate.qian, estate.sun):
        leader.receives("超时督办")
    estate.owner.receives("王强处理")
    estate.wang.receives("一直没有消息")
    estate.wang.rings().answers().hears("您接的工单一直没有消息", "3号楼2单元1502室", "还在处理请按1").presses(
        "1"
    ).hears("已记下您还在处理").hangs_up()
    town.advance(60)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee.name) == ("acknowledged", "王强")
    estate.wang.will("no_answer")
    town.advance(20 * 60)
    estate.wang.receives("一直没有消息")
    town.advance(6 * 60)
    estate.wang.receives("已收回")
    with town.ticket() as ticket:
        assert (ticket.status, ticket.is_alarming) == ("open", True)
        assert "released" in town.timeline(ticket)
    for phone in (estate.wang, estate.li):
        phone.receives("无人接单")
        phone.forget_calls()
    estate.zhao.rings(within_s=200).answers().hears("至今无人接单", "接单请按1").presses("1").hears(
        "接单成功"
    ).hangs_up()
    estate.zhao.receives("无人接单")
    estate.say_it_is_taken("赵刚", estate.wang, estate.li)
    town.advance(30)
