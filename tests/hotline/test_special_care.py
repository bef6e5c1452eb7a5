"""Somebody on the care list calls: greeted as they chose, and put through to a person before anything is asked."""

from datetime import timedelta

import pytest

from base import clock
from base.database import transaction
from console.asked import keyed
from console.words import say
from directory.models import Home, Person, Project
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, SECOND
from tests.make import an_owner
from tickets import actions
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.lifecycle import Channel, IncidentKind, Kind
from tickets.models import EventType, Ticket

LANDLINE = "+862162345678"


@pytest.fixture
def cared_for(estate):
    """The owner lives alone and is eighty."""
    with transaction() as session:
        owner = session.get(Person, estate["owner"])
        owner.special_care, owner.salutation = "独居老人", "李老师"
    return estate


@pytest.mark.parametrize("at", [BY_DAY, BY_NIGHT])
def test_they_are_greeted_as_they_chose_and_put_through_without_a_key(dials, cared_for, only, at):
    clock.stop_at(at)
    call = (
        dials(OWNER).hears("李老师，您好", "马上为您接通人工服务", "请直接按0").never_hears("报修请按1", "独居", "关怀")
    )
    assert call.is_silent().hears("请不要挂机").rung == [FIRST]
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category) == (Kind.HELP, "person")
    assert next(event for event in ticket.events if event.type == EventType.OPENED).data["care"] == "special"


def test_any_other_key_is_a_person_too_and_the_next_is_rung(dials, cared_for):
    call = dials(OWNER).presses("3")
    assert call.rung == [FIRST]
    assert call.nobody_answers().rung == [SECOND]


def test_zero_is_the_emergency(dials, cared_for, only):
    dials(OWNER).presses("0").hears("紧急服务")
    assert only(Ticket).kind == Kind.EMERGENCY


def test_nine_is_the_menu_and_not_the_same_again(dials, cared_for):
    dials(OWNER).presses("9").hears("报修请按1").never_hears("马上为您接通").presses("*").hears("报修请按1")


def test_in_english(dials, cared_for):
    assert dials(OWNER).presses("8").hears("putting you through to a person").is_silent().rung == [FIRST]


def test_the_trouble_in_their_building_is_said_first_and_then_they_are_put_through(dials, cared_for):
    with transaction() as session:
        three = session.get(Home, cared_for["home"]).building_id
        draft = IncidentDraft(
            kind=IncidentKind.WATER, project_id=session.get(Project, cared_for["project"]).id, building_ids=(three,),
            promised_end_at=BY_DAY + timedelta(hours=1),
        )  # fmt: skip
        open_incident(session, draft, by_id=None, at=BY_DAY)
    call = dials(OWNER).hears("正在停水").is_silent().hears("马上为您接通人工服务")
    assert call.is_silent().rung == [FIRST]


def test_whoever_picks_up_hears_that_they_need_care(dials, cared_for, carrier_posts):
    call = dials(OWNER).is_silent()
    path = next(call.document.iter("Number")).get("url")
    said = carrier_posts(path, CallSid="CA" + "d" * 32, CallStatus="in-progress").get_data().decode()
    assert "特别关怀住户" in said
    assert "独居" not in said


def test_nobody_else_is_said_to_need_care(dials, estate, carrier_posts):
    call = dials(OWNER).presses("9")
    path = next(call.document.iter("Number")).get("url")
    assert "特别关怀" not in carrier_posts(path, CallSid="CA" + "d" * 32).get_data().decode()


def test_on_a_line_of_several_they_are_put_through_without_a_name(dials, cared_for, only):
    with transaction() as session:
        home = session.get(Home, cared_for["home"])
        an_owner(session, home, LANDLINE, "李梅", "李老师", special_care="独居老人")
        an_owner(session, home, LANDLINE, "李梅之夫", "王先生")
    call = dials(LANDLINE).hears("尊敬的业主").never_hears("李老师", "王先生").is_silent()
    assert call.rung == [FIRST]
    id = only(Ticket).id
    with transaction() as session:
        assert actions.needs_care(session, session.get_one(Ticket, id))


def test_of_an_unnamed_complaint_it_is_not_told(dials, cared_for, only):
    dials(OWNER).presses("9", "2", "1", "3").says()
    ticket = only(Ticket)
    assert not [event for event in ticket.events if "care" in event.data]


def test_the_ticket_says_so_at_the_desk():
    told = keyed(
        Kind.HELP, "", Channel.CALL, {"care": "special"}, is_headquarters=False, has_number=True, language="zh"
    )
    assert told == (say("asked.care", "zh"),)
