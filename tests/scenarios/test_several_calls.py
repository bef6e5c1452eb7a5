"""The power fails in one building at night: three homes call, the people on duty are woken once."""

from datetime import timedelta

from sqlalchemy import select

from tests import make
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions import proposing
from tickets.lifecycle import IncidentKind, Status
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal

NEIGHBOURS = ("+8613800138001", "+8613800138002")


def test_three_homes_call_and_one_page_wakes_whoever_is_on_duty(town: Town, estate: Estate) -> None:
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        for room, number in zip(("1701", "1801"), NEIGHBOURS, strict=True):
            make.an_owner(session, make.a_home(session, garden, f"3-2-{room}"), number, f"业主{room}", "")
    for caller in (estate.owner, *map(town.phone, NEIGHBOURS)):
        town.advance(120)
        call = caller.dials().hears("报修").presses("1").hears("水电").presses("1").hears("爆管").presses("2")
        call.hears("滴声").presses("#").says("停电了").presses("#").hears("已受理").is_over()
        caller.receives("已受理")
    page = estate.wang.rings().answers().hears("3号楼共3户来电", "接单请按1")
    page.presses("1").hears("接单成功").is_over()
    estate.wang.receives("P1工单", "3号楼共3户来电")
    town.advance(600)
    for caller in (estate.owner, *map(town.phone, NEIGHBOURS)):
        caller.receives("王强处理", "到场")
    with town.at_desk() as session:
        those = list(session.scalars(select(Ticket).order_by(Ticket.id)))
        assert {(one.status, one.assignee.name if one.assignee else "") for one in those} == {
            (Status.ACKNOWLEDGED, "王强")
        }
        (proposal,) = session.scalars(select(Proposal))
        by_id = session.scalars(select(make.Staff.id).where(make.Staff.name == "赵刚")).one()
        end_at = town.now + timedelta(hours=2)
        proposing.accept(
            session, proposal.id, kind=IncidentKind.POWER, promised_end_at=end_at, by_id=by_id, at=town.now
        )
    with town.at_desk() as session:
        (incident,) = session.scalars(select(Incident))
        assert {one.incident_id for one in session.scalars(select(Ticket))} == {incident.id}
    town.phone(NEIGHBOURS[0]).dials().hears("正在停电").hangs_up()


def test_two_homes_call_about_a_burst_pipe_and_whoever_is_on_duty_is_rung_once_for_both(
    town: Town, estate: Estate
) -> None:
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        make.an_owner(session, make.a_home(session, garden, "3-2-1801"), NEIGHBOURS[0], "业主1801", "")
    neighbour = town.phone(NEIGHBOURS[0])
    estate.wang.will("no_answer")
    for caller in (estate.owner, neighbour):
        call = caller.dials().hears("报修").presses("1").hears("水电").presses("1").hears("爆管").presses("1")
        call.hears("滴声").says("天花板在漏水").presses("#").hears("已受理").is_over()
        caller.receives("已受理")
    estate.wang.receives("P1工单")
    estate.wang.receives("2户报")
    estate.zhao.receives("2户报")
    estate.wang.has_been_called(1).will("manual")  # slept through it, and is tried once more
    estate.wang.rings(within_s=120).answers().hears("2户来电", "接单请按1").presses("1").hears("接单成功").is_over()
    for caller in (estate.owner, neighbour):
        caller.receives("王强处理", "到场", within_s=120)
    with town.at_desk() as session:
        those = session.scalars(select(Ticket)).all()
        assert {(one.level, one.status, one.assignee.name if one.assignee else "") for one in those} == {
            ("P1", Status.ACKNOWLEDGED, "王强")
        }
        assert len(those) == 2
