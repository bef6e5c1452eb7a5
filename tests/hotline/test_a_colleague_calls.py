"""A member of staff dials the hotline: the open page first, then their tickets."""

from datetime import timedelta

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Language, Staff
from oncall import actions as oncall
from oncall.models import Page
from tests import make
from tests.hotline.conftest import BY_DAY, FIRST, OWNER, SECOND, STRANGER
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import Ticket


@pytest.fixture
def paged(dials, estate, only):
    """An emergency that nobody answered live, and whose ladder has taken its first step."""
    dials(OWNER).presses("0").nobody_answers().nobody_answers().presses("1").says().hangs_up()
    ticket_id = only(Ticket).id
    with transaction() as session:
        oncall.climb(session, ticket_id, at=BY_DAY)
    return ticket_id


def test_the_open_page_comes_first_and_one_takes_it(dials, paged, only):
    call = dials(FIRST).hears("3号楼2单元1502室", "电梯困人", "接单请按1", "转下一位请按2", "需要支援请按3")
    call.never_hears("报修请按1").presses("1").hears("接单成功", "已到场请按1", "已完成请按2")
    ticket = only(Ticket)
    assert (ticket.status, ticket.page_due_at) == (Status.ACKNOWLEDGED, None)


def test_two_passes_it_on(dials, paged, only):
    dials(FIRST).presses("2").hears("已转给下一位", "报修请按1")
    assert only(Ticket).status == Status.OPEN
    dials(SECOND).hears("电梯困人").presses("1").hears("接单成功")


def test_two_after_the_ladder_went_on_says_so(dials, paged):
    with transaction() as session:
        project = session.get_one(Ticket, paged).project
        make.a_member_of_staff(session, "主管", "+8613900000777", Role.SUPERVISOR, project)
        for minutes in (2, 4):
            oncall.climb(session, paged, at=BY_DAY + timedelta(minutes=minutes))
    clock.stop_at(BY_DAY + timedelta(minutes=5))
    dials(FIRST).hears("电梯困人").presses("2").hears("系统已在呼叫下一级", "报修请按1").never_hears("已转给下一位")


def test_two_on_the_gravest_offers_the_next_and_the_next_call_does_not_begin_with_it_again(dials, paged, every):
    dials(STRANGER).presses("1", "1", "1").hangs_up()
    *_, pipe = every(Ticket)
    with transaction() as session:
        for ticket_id in (paged, pipe.id):
            oncall.climb(session, ticket_id, at=BY_DAY + timedelta(minutes=2))
            oncall.climb(session, ticket_id, at=BY_DAY + timedelta(minutes=4))
    clock.stop_at(BY_DAY + timedelta(minutes=5))
    call = dials(FIRST).hears("电梯困人").presses("2").hears("已转给下一位", "漏水爆管", "接单请按1")
    call.hangs_up()
    dials(FIRST).hears("漏水爆管").never_hears("电梯困人").presses("2").hears("报修请按1")


def test_three_takes_it_and_calls_for_help(dials, paged, only):
    dials(FIRST).presses("3").hears("支援")
    assert only(Ticket).status == Status.ACKNOWLEDGED


def test_who_is_second_is_told_so(dials, paged):
    slow = dials(SECOND)
    dials(FIRST).presses("1")
    slow.presses("1").hears("已由他人接单", "报修请按1")


def test_arrived_and_done_are_told_by_key(dials, paged, only):
    dials(FIRST).presses("1", "1").hears("已记录到场", "正在处理").presses("2").hears("已记录完成", "报修请按1")
    ticket = only(Ticket)
    assert ticket.status == Status.RESOLVED
    told = {event.type.value: (event.text, event.data) for event in ticket.events}
    assert told["arrived"] == told["resolved"] == ("", {"how": "called_in"}), "keys, and no words of theirs"


def test_of_several_tickets_one_is_chosen(dials, estate, every):
    for key in ("3", "4"):
        dials(OWNER).presses("1", key).says()
    with transaction() as session:
        for ticket in session.query(Ticket):
            tickets.acknowledge(session, ticket.id, estate["first"], at=BY_DAY, how="click")
    call = dials(FIRST).hears("您有2张工单", "管道堵塞请按1", "门禁对讲请按2").presses("2").hears("门禁对讲")
    call.presses("2").hears("已记录完成", "管道堵塞")
    assert [t.status for t in every(Ticket)] == [Status.RESOLVED, Status.ACKNOWLEDGED]


@pytest.mark.parametrize(
    ("language", "said", "listed"),
    [
        (Language.ZH, "您的工单：地点不详，门禁对讲，单号", ("3号楼2单元1502室管道堵塞", "地点不详，门禁对讲请按")),
        (
            Language.EN,
            "Your ticket: place not known, door access or intercom, number",
            ("place not known, door access or intercom",),
        ),
    ],
)
def test_where_nobody_knows_the_place_that_is_parted_from_what_it_is(dials, estate, language, said, listed):
    def has(draft):
        ticket = tickets.open_ticket(session, draft, at=BY_DAY)
        tickets.acknowledge(session, ticket.id, estate["first"], at=BY_DAY, how="click")

    with transaction() as session:
        session.get_one(Staff, estate["first"]).language = language
        has(TicketDraft(Kind.REPAIR, "access", Channel.DESK, level=Level.P2))
    dials(FIRST).hears(said).hangs_up()
    with transaction() as session:
        home = {"project_id": estate["project"], "home_id": estate["home"]}
        has(TicketDraft(Kind.REPAIR, "blockage", Channel.DESK, level=Level.P2, **home))
    dials(FIRST).hears(*listed)


def test_a_colleague_without_anything_open_hears_the_ordinary_menu(dials, estate):
    dials(SECOND).hears("值班热线", "报修请按1")


def test_a_colleague_who_calls_as_a_resident_and_breaks_off_leaves_a_ticket(dials, estate, only):
    dials(SECOND).presses("1", "4", "3").hangs_up()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.caller_number) == (Kind.REPAIR, "blockage", SECOND)
    assert ticket.events[0].data["reason"] == "broken_off"


def test_a_colleague_who_only_listens_leaves_none(dials, estate, every):
    dials(SECOND).hangs_up()
    dials(SECOND).presses("5").hangs_up()
    assert every(Ticket) == []


def test_done_twice_is_said_not_raised(dials, estate, only):
    dials(OWNER).presses("1", "4").says()
    with transaction() as session:
        ticket_id = session.query(Ticket.id).one()[0]
        tickets.acknowledge(session, ticket_id, estate["first"], at=BY_DAY, how="click")
    call = dials(FIRST)
    with transaction() as session:
        tickets.resolve(session, ticket_id, estate["first"], at=BY_DAY, text="")
    call.presses("2").hears("不能这样操作", "报修请按1")
    assert (only(Ticket).kind, only(Ticket).level) == (Kind.REPAIR, Level.P2)


def test_nobody_else_hears_a_page(dials, paged, every):
    dials(OWNER).never_hears("接单请按1")
    assert len(every(Page)) >= 3
