"""02:13, somebody is trapped in a lift, and the first technician is asleep."""

from tests.scenarios.conftest import Estate, ref_in
from tests.town import Town


def test_the_second_technician_takes_it_by_page_while_the_first_sleeps(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    call = estate.owner.dials().hears("李女士，您好", "For English, press 8", "录音", "电梯困人").presses("0")
    call.hears("119、120或110")
    estate.li.rings().answers().hears("紧急工单", "3号楼2单元1502室", "接单请按1").presses("1").hears(
        "接单成功"
    ).hangs_up()
    ref = ref_in(estate.li.receives("紧急求助", "3号楼2单元1502室"))
    estate.wang.receives("紧急求助")
    estate.wang.receives("已由李明接单")
    # whoever took it is now rung for the caller who is still on the line
    estate.li.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined().says("两个人，在五楼和六楼之间")
    call.hangs_up()
    with town.ticket() as ticket:
        assert (ticket.ref, ticket.level, ticket.status, ticket.assignee.name) == (ref, "P0", "acknowledged", "李明")
        assert ticket.caller_number == "+8613800138000"
    estate.owner.receives("紧急求助", ref)
    estate.wang.has_been_called(1)


def test_whoever_picks_up_and_presses_one_has_the_caller_and_the_ticket(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().presses("0").hears("119")
    estate.wang.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined()
    call.says("有人被困").hangs_up()
    estate.wang.receives("紧急求助")
    estate.li.receives("紧急求助")
    estate.li.receives("已由王强接单")
    estate.li.forget_calls()  # the ladder had called the second at the same moment, and stopped
    estate.owner.receives("紧急求助")
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee.name) == ("acknowledged", "王强")
        assert town.timeline(ticket)[:2] == ["opened", "paged"]
        assert "acknowledged" in town.timeline(ticket)


def test_a_voicemail_is_not_an_answer_and_the_ladder_climbs_to_the_manager(town: Town, estate: Estate) -> None:
    for phone in (estate.wang, estate.li, estate.zhao):
        phone.will("voicemail")
    call = estate.owner.dials().presses("0").hears("119")
    call.hears("值班人员暂时没有接听", within_s=120).presses("1").hears("请保持镇静").says("两个人被困")
    call.presses("#").hears("已登记").is_over()
    estate.qian.rings(within_s=400).answers().hears("电梯困人", "接单请按1").presses("1").hears("接单成功")
    asleep = (estate.wang, estate.li, estate.zhao)
    estate.text_page(*asleep, estate.qian)
    estate.text_page(estate.wang, estate.li)  # the second rung is theirs too
    estate.say_it_is_taken("钱进", *asleep)
    for phone, live_rings, pages in zip(asleep, (2, 2, 1), (1, 2, 1), strict=True):
        phone.has_been_called(live_rings + pages)
    estate.owner.receives("紧急求助")
    town.advance(60)
    estate.zhao.receives("超时督办")
    with town.ticket() as ticket:
        assert (ticket.category, ticket.assignee.name) == ("lift_trapped", "钱进")
        minutes = (ticket.acknowledged_at - ticket.opened_at).total_seconds() / 60
        assert 6 <= minutes < 8
        assert "page_result" in town.timeline(ticket)


def test_nobody_at_all_turns_the_desk_red_and_goes_on_ringing(town: Town, estate: Estate) -> None:
    for phone in estate.duty():
        phone.will("no_answer")
    estate.owner.dials().presses("0").hears("119").hangs_up()
    town.advance(12 * 60)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.is_alarming) == ("open", True)
    estate.sun.has_been_called(2).will("manual")  # with everybody at ten minutes, and once more
    ringing = estate.sun.rings(within_s=400)
    town.advance(2)  # until every telephone of this rung rings
    ringing.answers().hears("无人接单").presses("1").hears("接单成功")
    with town.ticket() as ticket:
        assert (ticket.status, ticket.is_alarming, ticket.assignee.name) == ("acknowledged", False, "孙总")
    asleep = (estate.wang, estate.li, estate.zhao, estate.qian)
    for phone, own_rungs in zip(asleep, (2, 2, 1, 1), strict=True):
        # its rungs and everybody at ten minutes, each tried twice; and again at fifteen
        phone.has_been_called(2 * (own_rungs + 1) + 1)
        estate.text_page(phone, times=own_rungs)
    for phone in (*asleep, estate.sun):
        for _ in range(2):
            phone.receives("无人接单")
    estate.say_it_is_taken("孙总", *asleep)
    estate.owner.receives("紧急求助")
