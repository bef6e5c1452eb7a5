"""Somebody is stuck in a lift: the firm that mends it is rung too, and one of us has to come all the same."""

from base.database import transaction
from base.queue import Lane, enqueue
from directory.trades import Trade
from directory.vendors import write_vendor
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, Kind

FIRM = "+862155550007"


def test_the_firm_hears_where_it_is_and_says_that_it_comes(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    estate.li.will("no_answer")
    draft = TicketDraft(
        kind=Kind.EMERGENCY, category="lift_trapped", channel=Channel.DESK, project_id=estate.project_id,
        place="3号楼2单元",
    )  # fmt: skip
    with town.app.app_context(), transaction() as session:
        write_vendor(session, name="申菱维保", number=FIRM, trade=Trade.LIFT, project=None)
        ticket = open_ticket(session, draft, at=town.now)
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
    town.settle()
    call = town.phone(FIRM).rings().answers().hears("幸福花园3号楼2单元，电梯困人", "请马上派人", "能来请按1")
    call.presses("7").hears("没有这个选项", "能来请按1").presses("1").hears("已记下您马上派人").hangs_up()
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee) == ("open", None)
        assert "外单位答复马上派人：申菱维保" in [event.text for event in ticket.events]
    estate.zhao.rings(within_s=300).answers().hears("接单请按1").presses("1").hears("接单成功").hangs_up()
    estate.text_page(estate.wang, estate.li, estate.zhao)
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("赵刚", estate.wang, estate.li)
    for phone in (estate.wang, estate.li):
        phone.forget_calls()
    town.phone(FIRM).has_been_called(1)
