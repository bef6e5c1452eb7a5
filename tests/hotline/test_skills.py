"""Whoever is good at what the caller chose is rung first, the others afterwards, and nobody never."""

import pytest

from base.clock import now
from base.database import transaction
from directory.models import Staff
from oncall.actions.skills import set_skills
from tests.hotline.conftest import FIRST, OWNER, SECOND, STRANGER


@pytest.fixture
def good_at(estate):
    def say(who: str, *skills: str) -> None:
        with transaction() as session:
            set_skills(session, session.get_one(Staff, estate[who]), skills, by_id=None, at=now())

    return say


def test_the_branch_of_the_menu_says_whom_to_ring_first(dials, good_at):
    good_at("second", "desk")
    call = dials(OWNER).presses("9")
    assert call.rung == [SECOND]
    assert call.nobody_answers().rung == [FIRST], "never nobody"
    call.hangs_up()
    assert dials(STRANGER).presses("1", "0").rung == [FIRST], "a repair is nothing for the desk"


def test_the_category_weighs_more_than_its_department(dials, good_at):
    good_at("first", "engineering")
    good_at("second", "burst_pipe")
    assert dials(STRANGER).presses("1", "1", "1", "0").rung == [SECOND]


def test_who_speaks_english_goes_before_who_is_good_at_it(dials, good_at):
    good_at("first", "desk")
    good_at("second", "english")
    assert dials(STRANGER).presses("8", "9").rung == [SECOND]


def test_an_emergency_goes_by_the_rota(dials, good_at):
    good_at("second", "security")
    assert dials(OWNER).presses("0").rung == [FIRST]
