"""An owner who would rather speak than press keys."""

import pytest

from tests.scenarios.conftest import Estate
from tests.town import Town


@pytest.fixture(autouse=True)
def words_are_heard(town: Town) -> None:
    town.app.extensions["settings"] = town.settings.model_copy(update={"speech_menus": True})


def test_what_was_said_is_read_back_and_done_once_a_key_says_so(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("也可以直接说出您的事项").says("单元门禁刷不开")
    call.hears("您说的是：门禁对讲", "正确请按1").presses("1").hears("滴声").says("按了没有反应").presses("#")
    call.hears("已受理").is_over()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.category) == ("repair", "access")
    estate.owner.receives("报修已受理")


def test_what_is_not_understood_may_be_keyed_after_all(town: Town, estate: Estate) -> None:
    call = estate.owner.dials().hears("也可以直接说出您的事项").says("那个，就是那个")
    call.hears("没有听懂您说的话", "报修").presses("1").hears("水电").presses("4")
    call.hears("滴声").says("堵了").presses("#").hears("已受理").is_over()
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.category) == ("repair", "blockage")
    estate.owner.receives("报修已受理")
