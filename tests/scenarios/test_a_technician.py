"""The technician's side: calling back, answering by text, passing on, asking for help, arriving, finishing."""

from tests.scenarios.conftest import Estate, ref_in
from tests.town import Town


def an_emergency(town: Town, estate: Estate) -> str:
    """A caller who pressed 0 and hung up; answers the ticket's number."""
    estate.owner.dials().hears("您好").presses("0").hears("119").hangs_up()
    with town.ticket() as ticket:
        return str(ticket.ref)


def test_one_who_calls_back_hears_the_page_first_and_takes_it(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    estate.li.will("no_answer")
    ref = an_emergency(town, estate)
    town.advance(20)
    back = estate.li.dials().hears("值班热线", "紧急求助", "接单").presses("1").hears("接单成功")
    back.hangs_up()
    town.advance(5)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee.name) == ("acknowledged", "李明")
    estate.li.receives(ref)
    estate.wang.receives("紧急求助")
    estate.wang.receives("已由李明接单")
    estate.owner.receives(ref)
    town.advance(600)
    for phone, times in ((estate.wang, 1), (estate.li, 1), (estate.zhao, 0)):
        phone.has_been_called(times)
    estate.owner.receives("由维修人员李明处理")
    estate.li.receives("时限将到")
    for leader in (estate.zhao, estate.qian, estate.sun):
        leader.receives("超时督办")

    working = estate.li.dials().hears("您的工单").presses("1").hears("已记录到场")
    working.hears("您的工单").presses("2").hears("已记录完成").hangs_up()
    with town.ticket() as ticket:
        assert ticket.status == "resolved"
        assert town.timeline(ticket)[-3:] == ["arrived", "resolved", "message"]
    estate.owner.receives("已处理完毕", ref)


def test_passing_on_wakes_the_next_at_once(town: Town, estate: Estate) -> None:
    estate.li.will("no_answer")
    an_emergency(town, estate)
    estate.wang.rings().answers().hears("接单请按1").presses("2").hears("转").is_over()
    estate.zhao.rings(within_s=15).answers().hears("紧急").presses("1").hears("接单成功")
    with town.ticket() as ticket:
        assert ticket.assignee.name == "赵刚"
    estate.text_page(estate.wang, estate.li, estate.zhao)
    estate.say_it_is_taken("赵刚", estate.wang, estate.li)
    estate.li.has_been_called(1)
    estate.owner.receives("紧急求助")


def test_asking_for_help_takes_it_and_calls_the_supervisor(town: Town, estate: Estate) -> None:
    estate.li.will("no_answer")
    an_emergency(town, estate)
    estate.wang.rings().answers().hears("需要支援请按3").presses("3").hears("支援").is_over()
    estate.zhao.rings().answers().hears("支援请求", "王强").presses("1").is_over()
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee.name) == ("acknowledged", "王强")
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("王强", estate.li)
    estate.zhao.receives("支援请求", "王强需要支援")
    estate.wang.receives("赵刚前往支援")
    estate.li.has_been_called(1)
    estate.owner.receives("紧急求助")


def test_a_reply_with_the_code_counts_only_from_the_paged_number(town: Town, estate: Estate, mode: str) -> None:
    estate.wang.will("no_answer")
    estate.li.will("no_answer")
    ref = an_emergency(town, estate)
    page = estate.li.receives("P0工单")
    estate.text_page(estate.wang)
    estate.li.has_been_called(1)
    estate.owner.receives("紧急求助")
    if mode == "one_way":
        assert "回复" not in page, "a code that cannot be texted back must not be offered"
        return
    code = page.split("回复")[1][:4]
    stranger = town.phone("+8613811112222").texts(code)
    stranger.receives("咨询已登记")
    with town.at_desk() as session:
        from tickets.actions import find_by_ref  # noqa: PLC0415

        assert find_by_ref(session, ref).status == "open"  # type: ignore[union-attr]
    estate.li.texts(code)
    with town.at_desk() as session:
        ticket = find_by_ref(session, ref)
        assert (ticket.status, ticket.assignee.name) == ("acknowledged", "李明")  # type: ignore[union-attr]
    assert ref_in(estate.li.receives("已接单")) == ref
    estate.say_it_is_taken("李明", estate.wang)


def test_after_a_minute_in_which_everything_was_dead_the_ladder_goes_on(town: Town, estate: Estate) -> None:
    for phone in (estate.wang, estate.li):
        phone.will("no_answer")
    an_emergency(town, estate)
    town.sleep_through(5 * 60)
    town.advance(2)
    with town.ticket() as ticket:
        assert ticket.page_step == 2, "the rung that was missed is climbed first; nobody is skipped"
    estate.zhao.rings(within_s=60).answers().hears("紧急").presses("1").hears("接单成功")
    estate.text_page(estate.wang, estate.li, times=2)
    estate.text_page(estate.zhao)
    estate.say_it_is_taken("赵刚", estate.wang, estate.li)
    estate.li.has_been_called(2)  # once for each rung
    estate.wang.has_been_called(1)  # the first one waited for the caller's own ring, and gave way to the second
    estate.owner.receives("紧急求助")
