"""Owners and keepers of homes in which nobody lives have a branch of their own; whoever else finds it by a key."""

from datetime import timedelta

import pytest

from base import clock
from base.database import transaction
from directory.models import ContactRole, Home, Occupancy, Person
from outreach.actions import contactplans
from outreach.models import ContactDue
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, STRANGER
from tests.make import a_home, a_member_of_staff, a_project, an_owner
from tickets import actions as tickets
from tickets import triage
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket

OFFER = "空置或未收楼房屋的事项请按3"


def an_estate(occupancy=Occupancy.VACANT, **owner):
    with transaction() as session:
        home = a_home(session, a_project(session), occupancy=occupancy)
        an_owner(session, home, OWNER, **owner)
        return home.id


@pytest.mark.parametrize(
    ("occupancy", "role", "is_offered"),
    [
        (Occupancy.VACANT, ContactRole.OWNER, True),
        (Occupancy.NOT_HANDED_OVER, ContactRole.OWNER, True),
        (Occupancy.VACANT, ContactRole.CO_OWNER, True),
        (Occupancy.VACANT, ContactRole.KEEPER, True),
        (Occupancy.VACANT, ContactRole.TENANT, False),
        (Occupancy.LIVED_IN, ContactRole.OWNER, False),
        (Occupancy.LET, ContactRole.OWNER, False),
    ],
)
def test_it_is_offered_to_those_whose_home_stands_empty(dials, app, occupancy, role, is_offered):
    an_estate(occupancy, role=role)
    for at in (None, BY_NIGHT):
        if at:
            clock.stop_at(at)
        call = dials(OWNER)
        (call.hears if is_offered else call.never_hears)(OFFER)
        (call.presses("*").hears if is_offered else call.presses("*").never_hears)(OFFER)


def test_nobody_hears_on_a_landline_or_a_shared_telephone_that_a_home_is_empty(dials, app):
    an_estate()
    with transaction() as session:
        an_owner(session, a_home(session, a_project(session, "翠湖苑")), OWNER, "张伟", "张先生")
    dials(OWNER).never_hears(OFFER)


@pytest.mark.parametrize(
    ("key", "category", "department"),
    [
        ("1", "handover", triage.DESK), ("2", "home_keys", triage.SECURITY), ("3", "home_look", triage.ENGINEERING),
        ("4", "letting", triage.DESK), ("5", "address_change", triage.DESK),
    ],
)  # fmt: skip
def test_each_matter_is_a_ticket_of_its_own_category(dials, app, only, texts_to, key, category, department):
    home = an_estate()
    call = dials(OWNER).presses("3", "1").hears("收楼验房请按1", "钥匙", "看看空房", "出租请按4", "联系地址或电话请按5")
    call.presses(key).hears("方便的时间").says().hears("咨询已受理", "四小时内答复")
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.level, ticket.home_id) == (Kind.ENQUIRY, category, Level.P3, home)
    assert triage.CATEGORIES[category].department == department
    assert ticket.ref in texts_to(OWNER)[0]


def test_in_english_too(dials, app):
    an_estate(Occupancy.NOT_HANDED_OVER)
    call = dials(OWNER).presses("8").hears("not handed over yet, press 3").presses("3", "1")
    call.hears("For letting, press 4").presses("4").hears("when it suits you")


def test_their_other_enquiries_are_enquiries_and_nobody_else_is_asked(dials, app, only):
    an_estate()
    dials(OWNER).presses("3").hears("其他咨询请按2").presses("2").hears("想咨询的问题").says()
    assert only(Ticket).category == "enquiry"


def test_whoever_calls_finds_it_behind_a_key_and_says_which_home_it_is(dials, app, only):
    home = an_estate()
    call = dials(STRANGER).never_hears(OFFER).presses("3").hears("咨询请按1", "空置或未收楼房屋的事项请按2")
    call.presses("2", "2").hears("楼栋号").presses("3", "2", "1502").hears("正确请按1").presses("1").hears("方便的时间")
    call.says().hears("咨询已受理")
    ticket = only(Ticket)
    assert (ticket.category, ticket.home_id, ticket.person_id) == ("home_keys", home, None)
    assert ticket.events[0].data["home"] == "unverified", "anybody can key the number of a home"


def test_an_owner_whose_home_is_not_known_to_be_empty_finds_it_too(dials, app, only):
    home = an_estate(Occupancy.LIVED_IN)
    dials(OWNER).never_hears(OFFER).presses("3", "2", "4").hears("方便的时间").says()
    assert (only(Ticket).category, only(Ticket).home_id) == ("letting", home)
    assert "home" not in only(Ticket).events[0].data


def test_whoever_presses_nothing_leaves_a_question(dials, app, only):
    an_estate(Occupancy.LIVED_IN)
    dials(OWNER).presses("3").is_silent().hears("请留言咨询", "想咨询的问题").says()
    assert only(Ticket).category == "enquiry"


def test_a_look_at_a_home_stands_with_the_contact_plan_of_its_owner(dials, app, only, every):
    an_estate()
    dials(STRANGER).presses("3", "2", "3").presses("3", "2", "1502", "1").says()
    ticket, owner = only(Ticket), only(Person)
    looked_at = BY_DAY + timedelta(hours=2)
    with transaction() as session:
        wang = a_member_of_staff(session).id
        contactplans.record(session, owner.id, staff_id=wang, is_reached=True, note="", at=BY_DAY)
        found = session.execute(contactplans.looks([owner.id])).all()
        assert [(person_id, look.ref) for person_id, look in found] == [(owner.id, ticket.ref)]
        tickets.resolve(session, ticket.id, wang, at=looked_at, text="门窗关好，没有漏水")
        contactplans.refresh(session, [owner.id], at=looked_at)
        assert session.execute(contactplans.looks([owner.id])).all() == []
        assert session.get_one(ContactDue, owner.id).due_at == looked_at, "what was found is told at once"


def test_of_several_homes_the_owner_says_which(dials, app, only):
    with transaction() as session:
        project = a_project(session)
        homes = [
            a_home(session, project, "3-2-1502"), a_home(session, project, "5-1-301", occupancy=Occupancy.VACANT)
        ]  # fmt: skip
        an_owner(session, homes, OWNER)
        second = homes[1].id
    dials(OWNER).hears(OFFER).presses("3", "1", "3").hears("哪一套").presses("2").says()
    assert only(Ticket).home_id == second


def test_two_matters_of_one_home_are_two_tickets_and_the_same_one_is_joined(dials, app, every):
    an_estate()
    for key in ("1", "2", "1"):
        dials(OWNER).presses("3", "1", key).says().hangs_up()
    assert [t.category for t in every(Ticket)] == ["handover", "home_keys"]


def test_zero_is_a_person(dials, estate):
    with transaction() as session:
        session.get_one(Home, estate["home"]).occupancy = Occupancy.VACANT
    assert dials(OWNER).presses("3", "1", "0").rung == [FIRST]
