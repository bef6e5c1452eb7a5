"""The power fails at night: whoever calls is believed at once, and one page is enough for the whole building."""

from sqlalchemy import select

from tests import make
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions import proposing
from tickets.lifecycle import IncidentKind, Status
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal

NEIGHBOURS = ("+8613800138001", "+8613800138002")


def test_my_building_has_no_power(town: Town, estate: Estate) -> None:
    call = (
        estate.owner.dials().hears("报修").presses("1").hears("水电请按1").presses("1").hears("停电请按3").presses("3")
    )
    call.hears("滴声").presses("#").hears("请讲").says("整栋楼都停电了").presses("#").hears(
        "已受理", "三十分钟内到场"
    ).is_over()
    estate.owner.receives("已受理", "30分钟内")
    estate.wang.rings().answers().hears("3号楼2单元1502室，停电", "接单请按1").presses("1").hears("接单成功")
    estate.wang.receives("P1工单", "停电")
    town.advance(30)
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.category, ticket.level, ticket.status) == (
            "repair", "no_power", "P1", Status.ACKNOWLEDGED,
        )  # fmt: skip


def test_my_building_has_no_power_in_english(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("您好").presses("8").hears("For repairs, press 1").presses("1")
    call.hears("For water or electricity, press 1").presses("1").hears("For a power cut, press 3").presses("3")
    call.hears("After the tone").says("There is no power in the whole building").presses("#")
    estate.wang.rings().answers().hears("停电", "接单请按1").presses("1").hears("接单成功")
    call.hears("Your repair request is registered", "within thirty minutes").is_over()
    estate.owner.receives("Repair request", "within 30 minutes")
    estate.wang.receives("P1工单", "停电")
    with town.ticket() as ticket:
        assert (ticket.category, ticket.level, ticket.language) == ("no_power", "P1", "en")


def test_three_homes_call_one_telephone_rings_and_one_press_answers_all_of_them(town: Town, estate: Estate) -> None:
    callers = [estate.owner, *map(town.phone, NEIGHBOURS)]
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        for room, number in zip(("1701", "1801"), NEIGHBOURS, strict=True):
            make.an_owner(session, make.a_home(session, garden, f"3-2-{room}"), number, f"业主{room}", "")
    for caller in callers:
        call = caller.dials().hears("报修").presses("1").hears("水电").presses("1").hears("停电请按3").presses("3")
        call.hears("滴声").presses("#").hears("请讲").says("停电了").presses("#").hears("已受理").is_over()
        caller.receives("已受理")
        if caller is estate.owner:
            estate.wang.rings().answers().hears("停电", "接单请按1").presses("1").hears("接单成功").is_over()
            estate.wang.receives("P1工单")
    for told in (estate.wang, estate.zhao):
        told.receives("停电", "3号楼")
    town.advance(600)
    for caller in callers:
        caller.receives("王强处理", "到场")
    estate.wang.has_been_called(1)
    with town.at_desk() as session:
        (proposal,) = session.scalars(select(Proposal))
        assert {(one.status, one.level) for one in session.scalars(select(Ticket))} == {(Status.ACKNOWLEDGED, "P1")}
        by_id = session.scalars(select(make.Staff.id).where(make.Staff.name == "赵刚")).one()
        proposing.accept(session, proposal.id, kind=IncidentKind.POWER, promised_end_at=None, by_id=by_id, at=town.now)
        (incident,) = session.scalars(select(Incident))
        assert {one.incident_id for one in session.scalars(select(Ticket))} == {incident.id}
    town.phone(NEIGHBOURS[0]).dials().hears("正在停电").hangs_up()
