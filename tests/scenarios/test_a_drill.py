"""A rehearsal at night: the telephones ring as if it were real, and say that it is not."""

from tests.scenarios.conftest import Estate
from tests.town import Town


def begins(town: Town) -> None:
    with town.app.app_context():
        result = town.app.test_cli_runner().invoke(args=["drill", "start", "--no-wait"])
    assert result.exit_code == 0, result.output
    town.settle()


def reported(town: Town) -> str:
    with town.app.app_context():
        return town.app.test_cli_runner().invoke(args=["drill", "report"]).output


def test_whoever_takes_a_drill_hears_that_it_is_one_and_no_owner_hears_anything(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    begins(town)
    estate.li.rings().answers().hears("这是演练", "紧急工单", "演练", "电梯困人").presses("1").hears(
        "这是演练", "接单成功"
    ).hangs_up()
    for phone in (estate.wang, estate.li):
        phone.receives("P0工单", "【演练】")
    estate.wang.receives("【演练】", "已由李明接单")
    estate.wang.has_been_called(1)
    town.advance(15)
    assert "分钟后接单" in reported(town)
    assert "李明" in reported(town)
    town.advance(11 * 60)
    with town.ticket() as ticket:
        assert (ticket.status, ticket.is_drill) == ("cancelled", True)
    estate.owner.expect_nothing_more()


def test_a_drill_gives_way_to_somebody_who_is_really_stuck(town: Town, estate: Estate) -> None:
    for phone in estate.duty():
        phone.will("no_answer")
    begins(town)
    estate.text_page(estate.wang, estate.li)
    estate.owner.dials().presses("0").hears("119").hangs_up()
    town.advance(15)
    assert "withdrawn" in reported(town)
    for phone in (estate.wang, estate.li):
        phone.receives("【演练】", "已结束")
        phone.receives("P0工单")
        phone.forget_calls()
    estate.owner.receives("紧急求助")
