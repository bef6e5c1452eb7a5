"""The only one on duty is speaking with somebody when a second owner wants a person: they wait in line."""

from datetime import datetime

import pytest
from sqlalchemy import select

from directory.models import Staff
from tests.scenarios.conftest import DAY, GARDEN_NUMBER, Estate
from tests.town import Town

NEIGHBOUR = "+8613700137000"


@pytest.fixture
def starts_at() -> datetime:
    return DAY


@pytest.fixture(autouse=True)
def only_one(town: Town, estate: Estate) -> None:
    with town.at_desk() as session:
        for staff in session.scalars(select(Staff).where(Staff.name.in_(("李明", "赵刚")))):
            staff.is_active = False


def test_the_second_hears_their_place_all_the_while_and_is_put_through_in_turn(town: Town, estate: Estate) -> None:
    first = estate.owner.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("转接")
    wang = estate.wang.rings().answers().hears("热线来电").presses("1")
    first.is_joined()
    neighbour = town.phone(NEIGHBOUR)
    second = neighbour.dials(GARDEN_NUMBER).hears("报修").presses("9")
    second.hears("都在接听其他来电", "您排在第1位").hears("感谢您耐心等候", "您排在第1位")
    wang.hangs_up()
    first.hears("值班人员已接单").is_over()
    second.hears("轮到您了")
    wang = estate.wang.rings().answers().hears("热线来电").presses("1")
    second.is_joined()
    wang.hangs_up()
    second.hears("值班人员已接单").is_over()
    estate.owner.receives("通话")
    neighbour.receives("通话")
    estate.wang.receives("待办工单")


def test_the_second_would_rather_be_called_back(town: Town, estate: Estate) -> None:
    first = estate.owner.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("转接")
    wang = estate.wang.rings().answers().hears("热线来电").presses("1")
    neighbour = town.phone(NEIGHBOUR)
    neighbour.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("给您回电请按1").presses("1").hears(
        "不用再等"
    ).is_over()
    neighbour.receives("回电")
    estate.wang.receives("待办工单")
    wang.hangs_up()
    first.hears("值班人员已接单").is_over()
    estate.owner.receives("通话")
