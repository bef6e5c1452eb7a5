"""What is out for a whole home or house, or about to fall: by key and by word, and somebody is woken for it."""

import pytest

from base import clock
from base.database import transaction
from directory.models import Project
from tests.hotline.conftest import BY_NIGHT, OWNER
from tests.make import a_home, an_owner
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket
from tickets.proposalmodels import Proposal

NEIGHBOURS = ("+8613800138001", "+8613800138002")


@pytest.mark.parametrize(
    ("keys", "offered", "category"),
    [
        ("13", "停电请按3", "no_power"), ("14", "停水请按4", "no_water"), ("15", "污水外溢请按5", "sewage"),
        ("51", "大门、门禁或道闸失灵请按1", "gate"), ("52", "消防误报请按2", "false_alarm"),
        ("53", "外墙松动或脱落请按3", "facade"), ("54", "树木倒伏请按4", "fallen_tree"),
    ],
)  # fmt: skip
def test_each_has_a_key_and_is_urgent(dials, estate, only, keys, offered, category):
    clock.stop_at(BY_NIGHT)
    call = dials(OWNER).presses("1", keys[0]).hears(offered).presses(keys[1])
    call.hears("请在滴声后").says().hears("报修已受理", "三十分钟内到场")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, category, Level.P1)
    assert (ticket.home_id, ticket.page_due_at) == (estate["home"], BY_NIGHT)


def test_what_is_thrown_from_a_building_is_no_complaint_that_waits(dials, estate, only):
    dials(OWNER).presses("2").hears("其他投诉请按3", "高空抛物请按4").presses("4").says().hears("三十分钟内到场")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, "thrown_objects", Level.P1)
    assert ticket.home_id == estate["home"]


def test_any_other_trouble_with_water_or_electricity_keeps_its_key_and_comes_last(dials, estate, only):
    call = dials(OWNER).presses("1", "1").hears("爆管或大量漏水请按1", "其他水电问题请按2")
    assert call.words.index("污水外溢请按5") < call.words.index("其他水电问题请按2")
    call.presses("2").says()
    assert (only(Ticket).category, only(Ticket).level) == ("water_power", Level.P2)


@pytest.fixture
def house(app, estate):
    """The estate, where words are understood."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"speech_menus": True})
    return estate


@pytest.mark.parametrize(
    ("language", "words", "heard", "category"),
    [
        ("zh", "我们楼停电了", "您说的是：停电", "no_power"), ("zh", "家里没水", "您说的是：停水", "no_water"),
        ("zh", "地漏返水", "您说的是：污水外溢", "sewage"), ("zh", "车库道闸坏了", "您说的是：门禁道闸失灵", "gate"),
        ("zh", "有人高空抛物", "您说的是：高空抛物", "thrown_objects"),
        ("en", "There is no power in my building", "You said: power cut", "no_power"),
        ("en", "We have no water", "You said: water cut", "no_water"),
        ("en", "sewage is coming up", "You said: sewage overflow", "sewage"),
    ],
)  # fmt: skip
def test_in_words_too(dials, house, only, language, words, heard, category):
    call = dials(OWNER) if language == "zh" else dials(OWNER).presses("8")
    call.speaks(words).hears(heard).presses("1").says()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level) == (Kind.REPAIR, category, Level.P1)


def test_a_question_about_what_is_planned_is_a_question(dials, house, only):
    dials(OWNER).speaks("明天会停电吗").hears("您说的是：咨询").presses("1").says()
    assert (only(Ticket).kind, only(Ticket).level) == (Kind.ENQUIRY, Level.P3)


def test_of_three_homes_only_the_first_wakes_somebody_and_the_desk_is_asked_once(dials, estate, every, only):
    with transaction() as session:
        project = session.get_one(Project, estate["project"])
        for room, number in zip(("1701", "1801"), NEIGHBOURS, strict=True):
            an_owner(session, a_home(session, project, f"3-2-{room}"), number, f"业主{room}", "")
    for number in (OWNER, *NEIGHBOURS):
        dials(number).presses("1", "1", "4").says().hangs_up()
    tickets = every(Ticket)
    assert [(one.category, one.level) for one in tickets] == [("no_water", Level.P1)] * 3
    assert [one.page_due_at is not None for one in tickets] == [True, False, False]
    assert only(Proposal).leader_id == tickets[0].id
