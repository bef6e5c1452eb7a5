"""Water comes through the ceiling; the caller is nobody we know, and belongs to the home upstairs' neighbour."""

from tests.scenarios.conftest import Estate, ref_in
from tests.town import Town

STRANGER = "+8613811112222"


def test_an_unknown_caller_keys_the_home_and_the_ticket_is_texted_and_paged(town: Town, estate: Estate) -> None:
    call = town.phone(STRANGER).dials(to=town.garden).hears("尊敬的业主", "报修").presses("1")
    call.hears("水电").presses("1").hears("爆管").presses("1")
    call.hears("请输入楼栋号").presses("3#").hears("请输入单元号").presses("2#").hears("请输入房号").presses("1601#")
    call.hears("3号楼2单元1601室").presses("1").hears("滴声").presses("#").says("天花板在漏水，很大").presses("#")
    call.hears("已受理", "单号")
    ref = call.heard_ref()
    call.is_over()
    assert ref_in(town.phone(STRANGER).receives("已受理", "30分钟内")) == ref
    estate.wang.rings().answers().hears("3号楼2单元1601室", "接单请按1").presses("1").hears("接单成功")
    estate.wang.receives(ref)
    town.advance(30)
    with town.ticket() as ticket:
        assert (ticket.ref, ticket.kind, ticket.category, ticket.level) == (ref, "repair", "burst_pipe", "P1")
        assert (ticket.place, ticket.caller_number) == ("3号楼2单元1601室", STRANGER)
        assert "recording" in town.timeline(ticket)


def test_three_wrong_homes_lead_to_a_person_and_never_to_a_hang_up(town: Town, estate: Estate) -> None:
    call = town.phone(STRANGER).dials(to=town.garden).hears("报修").presses("1").hears("水电").presses("3")
    call.hears("楼栋号").presses("3#").hears("单元号").presses("2#").hears("房号")
    call.presses("9999#").hears("没有找到").presses("9998#").hears("没有找到").presses("9997#")
    call.hears("转接人工服务")
    estate.wang.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined().hangs_up()
    town.phone(STRANGER).receives("通话已记入工单")


def test_the_same_trouble_again_joins_the_open_ticket(town: Town, estate: Estate) -> None:
    for again in (False, True):
        call = estate.owner.dials().hears("报修").presses("1").hears("水电").presses("4")
        call.hears("滴声").says("下水道堵了").presses("#")
        call.hears("已有工单" if again else "已受理").is_over()
    with town.ticket() as ticket:
        assert "called_again" in town.timeline(ticket)
    estate.owner.receives("已受理")
    estate.owner.receives("已有工单")


def test_progress_is_told_by_caller_and_by_number_without_names(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("报修").presses("1").hears("水电").presses("3")
    call.hears("滴声").says("门禁坏了").presses("#").hears("已受理")
    ref = call.heard_ref()
    call.is_over()
    estate.owner.receives("已受理", ref)
    estate.owner.dials().hears("您好").presses("5").hears(" ".join(ref[:6]), "已受理").does_not_hear("李梅").hangs_up()
    other = town.phone(STRANGER).dials(to=town.garden).hears("您好").presses("5").hears("工单号")
    other.presses(ref.replace("-", "") + "#").hears("后四位").presses("8000#").hears("报修", "已受理").hangs_up()
