"""A caller wants a person, and the company has everybody on duty ring at once."""

from datetime import datetime

import pytest

from tests.scenarios.conftest import DAY, GARDEN_NUMBER, Estate
from tests.town import Town


@pytest.fixture
def starts_at() -> datetime:
    return DAY


@pytest.fixture(autouse=True)
def at_once(town: Town) -> None:
    town.app.extensions["settings"] = town.settings.model_copy(update={"live_hunt": "at_once"})


def test_the_first_to_press_has_the_call_and_the_other_telephones_stop(town: Town, estate: Estate) -> None:
    call = estate.owner.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("转接")
    wang, li, zhao = (phone.rings() for phone in estate.duty()[:3])
    assert {line._call()["from"] for line in (wang, li, zhao)} == {GARDEN_NUMBER}
    li.answers().hears("热线来电").presses("1")
    call.is_joined()
    for other in (wang, zhao):
        other.is_over()
    li.hangs_up()
    call.hears("值班人员已接单").is_over()
    estate.owner.receives("通话")
    estate.say_it_is_taken("李明", estate.wang, estate.zhao)


def test_a_voicemail_picks_up_first_and_somebody_else_is_spoken_with(town: Town, estate: Estate) -> None:
    estate.wang.will("voicemail")
    call = estate.owner.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("转接")
    call.hears("下一位")
    estate.zhao.rings()
    li = estate.li.rings().answers().hears("热线来电").presses("1")
    call.is_joined()
    li.hangs_up()
    call.hears("值班人员已接单").is_over()
    estate.owner.receives("通话")
    estate.say_it_is_taken("李明", estate.wang, estate.zhao)
    for phone in estate.duty()[:3]:
        phone.forget_calls()
