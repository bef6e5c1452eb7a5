"""An ordinary repair: nobody is woken, somebody knows, and what was promised is what is said."""

from datetime import datetime

import pytest

from tests.scenarios.conftest import DAY, NIGHT, Estate, ref_in
from tests.town import Town


@pytest.fixture
def starts_at(request: pytest.FixtureRequest) -> datetime:
    return NIGHT if "night" in request.node.name else DAY


def reports_a_tap(estate: Estate) -> str:
    """The owner reports it and leaves a message; answers the ticket's number."""
    call = estate.owner.dials().hears("报修").presses("1").hears("水电").presses("1").hears("爆管").presses("2")
    call.hears("滴声").says("厨房水龙头滴水").presses("#").hears("已受理").is_over()
    return call.heard_ref()


def test_by_day_whoever_is_on_duty_has_a_text_and_dials_to_take_it(town: Town, estate: Estate, mode: str) -> None:
    ref = reports_a_tap(estate)
    page = estate.wang.receives("待办工单", ref, "请于今日10:3")
    assert ("回复" in page) is (mode == "two_way")
    assert ref_in(estate.owner.receives("30分钟内")) == ref
    town.advance(60)
    estate.wang.dials().hears("待接工单", "水电").presses("1").hears("接单成功").hangs_up()
    town.advance(60)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.assignee.name, ticket.page_due_at) == ("acknowledged", "王强", None)
    for colleague in estate.duty():
        colleague.has_been_called(0)


def test_an_overrun_reaches_the_supervisor_and_the_caller_is_told_the_truth(town: Town, estate: Estate) -> None:
    ref = reports_a_tap(estate)
    estate.wang.receives(ref)
    estate.owner.receives(ref)
    town.sleep_through(1800)
    town.advance(5)
    estate.zhao.receives("超时工单", ref)
    call = estate.owner.dials().hears("催办").presses("9").hears("报修")
    call.presses("5").hears("等待接单", "已超过约定时间").hangs_up()
    town.sleep_through(1800)
    town.advance(5)
    estate.qian.receives("超时工单", ref)
    estate.zhao.dials().hears("待接工单").presses("1").hears("接单成功").hangs_up()
    town.advance(20)
    estate.owner.receives("没能按时联系您")


def test_at_night_everybody_sleeps_until_the_desk_opens(town: Town, estate: Estate) -> None:
    ref = reports_a_tap(estate)
    estate.owner.receives("今日九点前")
    town.advance(120)
    for colleague in estate.duty():
        colleague.expect_nothing_more()
    town.sleep_through(6.5 * 3600)
    town.advance(5)
    estate.wang.receives("待办工单", ref, "今日九点前")
