"""Somebody hides their number, or hides behind a sentinel that looks like one."""

import pytest

from tests.scenarios.conftest import Estate
from tests.town import Town


@pytest.mark.parametrize("sentinel", ["anonymous", "unknown"])
def test_a_withheld_caller_is_helped_and_never_stored_matched_texted_or_called(
    town: Town, estate: Estate, sentinel: str
) -> None:
    hidden = town.phone("+8613877776666")
    call = hidden.dials(to=town.garden, withheld=sentinel).hears("尊敬的业主").presses("0").hears("119")
    estate.wang.rings().answers().hears("接听请按1").presses("1").is_joined()
    call.is_joined().hangs_up()
    with town.ticket() as ticket:
        assert (ticket.caller_number, ticket.person_id, ticket.level) == (None, None, "P0")
    estate.li.forget_calls()  # the ladder had called the second at the same moment, and stopped
    estate.text_page(estate.wang, estate.li)
    estate.say_it_is_taken("王强", estate.li)
    town.advance(120)
    hidden.has_been_called(0)
    assert not [x for x in town.wire() if x["direction"] == "api" and "+8656696" in str(x["params"])]


def test_a_hidden_number_is_asked_to_say_one(town: Town, estate: Estate) -> None:
    hidden = town.phone("+8613877776666")
    call = hidden.dials(to=town.garden, withheld="anonymous").hears("您好").presses("1").hears("水电").presses("4")
    call.hears("楼栋号").presses("5#").hears("单元号")
    call.presses("1#").hears("房号").presses("201#").hears("5号楼1单元201室").presses("1").hears("联系电话")
    call.presses("#").hears("请一并说出您的联系电话").says("我的电话是……")
    call.presses("#").hears("已受理", "单号").is_over()
    with town.ticket() as ticket:
        assert (ticket.caller_number, ticket.place) == (None, "5号楼1单元201室")
