"""Somebody hangs up before anybody came: one of us rings back through the hotline."""

from datetime import datetime

import pytest
from sqlalchemy import select

from base import clock
from base.access import Role
from directory.models import Staff
from hotline.actions import returning
from hotline.models import RingBack
from tests import make
from tests.phone import Phone
from tests.scenarios.conftest import DAY, GARDEN_NUMBER, Estate
from tests.town import Town

AGENT = "+8613900000009"


@pytest.fixture
def starts_at() -> datetime:
    return DAY


def somebody_takes_it(town: Town) -> Phone:
    """An agent at the desk takes the only call there is to return, and has their own telephone ring."""
    with town.at_desk() as session:
        agent = session.scalar(select(Staff).where(Staff.number == AGENT))
        agent = agent or make.a_member_of_staff(session, "张敏", AGENT, Role.AGENT)
        id = session.scalars(select(RingBack.id)).one()
        assert returning.take(session, id, agent.id)
        assert returning.ring(session, id, agent, at=clock.now())
    return town.phone(AGENT)


def test_the_agent_is_rung_first_then_the_owner_who_sees_the_hotline(town: Town, estate: Estate, mode: str) -> None:
    estate.owner.dials(GARDEN_NUMBER).hears("报修").hangs_up()
    estate.owner.receives("回电")
    estate.wang.receives("待办工单")
    agent = somebody_takes_it(town).rings().answers().hears("接通请按1").presses("1")
    rung = estate.owner.rings()
    assert rung._call()["from"] == GARDEN_NUMBER, "the number they dialled, never a colleague's"
    rung.answers().is_joined()
    rung.hangs_up().is_over()
    agent.hears("已经和来电人说上话").presses("1").hears("已记下").is_over()
    with town.at_desk() as session:
        assert session.scalars(select(RingBack.state)).one() == "spoken"


def test_an_owner_who_does_not_come_is_owed_it_still(town: Town, estate: Estate) -> None:
    estate.owner.dials(GARDEN_NUMBER).hears("报修").hangs_up()
    estate.owner.receives("回电")
    estate.wang.receives("待办工单")
    estate.owner.will("busy")
    agent = somebody_takes_it(town).rings().answers().hears("接通请按1").presses("1")
    agent.hears("已放回").is_over()
    estate.owner.has_been_called(1)
    with town.at_desk() as session:
        row = session.scalars(select(RingBack)).one()
        assert (row.state, row.tried, row.due_at > clock.now()) == ("owed", 1, True)


def test_what_is_late_is_told_to_the_supervisor_once(town: Town, estate: Estate) -> None:
    estate.owner.dials(GARDEN_NUMBER).hears("报修").hangs_up()
    estate.owner.receives("回电")
    estate.wang.receives("待办工单")
    town.sleep_through(1860)
    town.advance(60)
    estate.zhao.receives("回电超时")
    estate.zhao.receives("超时工单")
    estate.owner.receives("没能按时联系您")
