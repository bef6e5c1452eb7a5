"""The same caller dials 0 again, or somebody takes the ticket while they are being rung for the caller."""

from sqlalchemy import select

from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions import arrive
from tickets.models import Ticket


def an_emergency_that_li_has_taken(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    estate.owner.dials().hears("您好").presses("0").hears("119").hangs_up()
    estate.li.rings().answers().hears("接单请按1").presses("1").hears("接单成功").hangs_up()
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("李明", estate.wang)
    estate.owner.receives("紧急求助")


def test_calling_again_at_once_nobody_comes_and_a_new_ladder_climbs(town: Town, estate: Estate) -> None:
    an_emergency_that_li_has_taken(town, estate)
    town.advance(30)
    estate.li.will("no_answer")
    again = estate.owner.dials().hears("您好").presses("0").hears("119")
    again.hears("请告诉我们是什么情况", within_s=120).presses("1").hears("请在滴声后").says("又困住一个人")
    again.presses("#").hears("不断呼叫").is_over()
    estate.zhao.rings(within_s=400).answers().hears("电梯困人", "接单请按1").presses("1").hears("接单成功").hangs_up()
    with town.at_desk() as session:
        first, anew = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert (first.assignee.name, anew.assignee.name) == ("李明", "赵刚")
        assert anew.events[0].data["before"] == first.ref
        assert "recording" in town.timeline(anew)
        ref = anew.ref
    estate.text_page(estate.wang, estate.li, times=2)
    estate.text_page(estate.zhao)
    estate.say_it_is_taken("赵刚", estate.wang, estate.li)
    estate.wang.has_been_called(2 * 2)  # for two rungs of the second, each tried twice
    estate.li.has_been_called(1 + 1 + 2 * 2)  # took the first, was rung live for the second, and has its rungs too
    estate.owner.receives("紧急求助", ref)
    estate.owner.receives("由维修人员李明处理")
    estate.li.receives("时限将到")


def test_an_hour_later_it_is_an_emergency_of_its_own_and_wakes_people_again(town: Town, estate: Estate) -> None:
    an_emergency_that_li_has_taken(town, estate)
    with town.ticket() as ticket:
        ticket_id, li = ticket.id, ticket.assignee_id
    with town.at_desk() as session:
        arrive(session, ticket_id, li, at=town.now)
    town.advance(60 * 60)
    estate.owner.dials().hears("您好").presses("0").hears("119").hangs_up()
    estate.li.rings().answers().hears("接单请按1").presses("1").hears("接单成功")
    with town.at_desk() as session:
        tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert [(t.level, t.status, t.assignee.name) for t in tickets] == [
            ("P0", status, "李明") for status in ("in_progress", "acknowledged")
        ]
        ref = tickets[1].ref
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("李明", estate.wang)
    estate.owner.receives("紧急求助", ref)


def test_one_who_takes_it_by_page_while_being_rung_live_is_rung_for_the_caller_again(
    town: Town, estate: Estate, mode: str
) -> None:
    call = estate.owner.dials().hears("您好").presses("0").hears("119")
    estate.wang.rings()
    page = estate.wang.receives("P0工单")
    if mode == "two_way":
        estate.wang.texts(page.split("回复")[1][:4]).receives("您已接单")
    else:
        with town.at_desk() as session:
            from oncall.actions import take_ticket  # noqa: PLC0415

            ticket = session.scalars(select(Ticket)).one()
            wang = next(p.staff_id for p in ticket_pages(session) if p.staff.name == "王强")
            take_ticket(session, ticket.id, wang, how="click", at=town.now)
    with town.ticket() as ticket:
        assert ticket.assignee.name == "王强"
    estate.wang.rings(within_s=40).answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined().hangs_up()
    estate.li.forget_calls()  # whether the ladder had called the second already is not this story
    estate.text_page(estate.li)
    estate.say_it_is_taken("王强", estate.li)
    estate.owner.receives("紧急求助")


def ticket_pages(session):
    from oncall.models import Page  # noqa: PLC0415

    return session.scalars(select(Page)).all()


def test_the_one_who_has_the_ticket_talks_and_nobody_else_is_rung_afterwards(town: Town, estate: Estate) -> None:
    an_emergency_that_li_has_taken(town, estate)
    again = estate.owner.dials().hears("您好").presses("0").hears("119")
    estate.li.rings().answers().hears("接听请按1").presses("1").is_joined()
    talk = again.is_joined().says("您到哪里了")
    estate.zhao.does_not_ring(30)
    talk.hangs_up()
    with town.ticket() as ticket:
        results = [event.data.get("result") for event in ticket.events if event.type == "page_result"]
        assert results.count("joined") == 1
        assert results[-1] != "live_missed"
        ref = ticket.ref
    estate.owner.receives(ref)
