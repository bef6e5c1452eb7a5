"""What households say of an all-clear: a yes is counted, a no becomes a ticket, silence is a fact."""

import pytest
from sqlalchemy import func, select, update

from base import clock
from base.database import reading, transaction
from directory.models import Contact, ContactRole, Home, Language, Person, Project
from messages.lifecycle import MessageState
from messages.models import Message
from oncall.models import Page
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample
from tests import make
from tests.outreach.street import Street, a_sid
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, IncidentKind, Kind, Level
from tickets.models import EventType, TicketEvent


@pytest.mark.parametrize("body", ["1", "１。", "恢复了", "是", "Yes", "已经恢复了！", "1 谢谢"])
def test_a_yes_is_counted_and_nothing_follows(street: Street, body: str) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, body) == "survey"
    assert street.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}
    assert street.tickets() == []
    with reading() as session:
        to_them = session.scalars(select(func.count()).where(Message.number == first.number)).one()
    assert to_them == 3, "the opening, the all-clear, the question"


@pytest.mark.parametrize(("body", "words"), [("2", ""), ("还没有", ""), ("no", ""), ("2 厨房还是没水", "厨房还是没水")])
def test_a_no_is_a_repair_under_the_incident(street: Street, body: str, words: str) -> None:
    first = street.is_asked()[0]
    sid = a_sid()
    assert street.texts(first.number, body, sid) == "survey"
    street.texts(first.number, body, sid)
    [ticket] = street.tickets()
    assert (ticket.kind, ticket.category, ticket.level, ticket.channel) == (
        Kind.REPAIR, "water_power", Level.P2, Channel.SURVEY,
    )  # fmt: skip
    assert (ticket.incident_id, ticket.home_id, ticket.caller_number, ticket.summary) == (
        street.incident_id, first.home_id, first.number, words,
    )  # fmt: skip
    with reading() as session:
        opened = session.scalars(select(TicketEvent).where(TicketEvent.type == EventType.OPENED)).one()
        assert opened.data["reason"] == "not_restored"
        receipts = session.scalars(select(Message).where(Message.about == f"ticket:{ticket.id}")).all()
        assert [ticket.ref in one.body for one in receipts] == [True]
        assert session.scalars(select(Page.id)).all() == [], "a level that wakes nobody wakes nobody"
    assert street.counts() == {SpotState.NO: 1, SpotState.OPEN: 2}


def test_a_no_about_gas_wakes_somebody(street: Street) -> None:
    street.has_trouble(IncidentKind.GAS, text_zh="燃气险情", text_en="Gas leak")
    street.is_over()
    street.goes_on(hours=3)
    street.texts(street.sample[0].number, "2")
    [ticket] = street.tickets()
    assert (ticket.category, ticket.level) == ("gas_leak", Level.P0)
    assert ticket.page_due_at is not None


def test_danger_in_the_answer_is_an_emergency_too(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "2 还是没水，而且有煤气味") == "ticket"
    assert sorted((one.kind.value, one.category) for one in street.tickets()) == [
        ("emergency", "gas_leak"), ("repair", "water_power"),
    ]  # fmt: skip


def test_a_second_no_of_the_same_home_is_a_line_on_its_open_ticket(street: Street) -> None:
    first = street.is_asked()[0]
    street.texts(first.number, "2")
    with transaction() as session:
        sample = session.get_one(IncidentSample, first.id)
        sample.state, sample.ticket_id = SpotState.OPEN, None
    street.texts(first.number, "2 还没来")
    assert len(street.tickets()) == 1


@pytest.mark.parametrize("elsewhere", ["another project", "another building"])
def test_a_no_is_about_the_home_that_the_trouble_touched(street: Street, elsewhere: str) -> None:
    owners_get_a_second_home(street, elsewhere)
    street.has_trouble(buildings="3号楼")
    street.is_over()
    street.goes_on(hours=3)
    for one in street.sample:
        street.texts(one.number, "2")
    with reading() as session:
        about = [(one.place, session.get_one(Home, one.home_id).building.project_id) for one in street.tickets()]
    assert len(about) == 3
    for place, project_id in about:
        assert place.startswith("3号楼"), place
        assert project_id == street.stage.project_id


def test_whoever_got_it_without_a_home_there_is_asked_in_their_language_about_none(street: Street) -> None:
    with transaction() as session:
        session.execute(update(Person).values(language=Language.EN))
    street.has_trouble()
    street.is_over()
    with transaction() as session:
        session.execute(update(Contact).values(ended_at=clock.now()))
    street.goes_on(hours=3)
    assert [(one.home_id, one.language) for one in street.sample] == [(None, "en")] * 3


def test_a_ticket_of_another_project_about_the_same_home_is_left_alone(street: Street) -> None:
    first = street.is_asked()[0]
    with transaction() as session:  # they had dialled the number of another estate
        draft = TicketDraft(
            kind=Kind.REPAIR, category="water_power", channel=Channel.CALL, home_id=first.home_id,
            project_id=make.a_project(session, "远处", name_en="Far").id, caller_number=first.number,
        )  # fmt: skip
        elsewhere = open_ticket(session, draft, at=clock.now()).id
    assert street.texts(first.number, "2") == "survey"
    before, ticket = street.tickets()
    assert (before.id, before.incident_id) == (elsewhere, None)
    assert (ticket.project_id, ticket.incident_id) == (street.stage.project_id, street.incident_id)


def owners_get_a_second_home(street: Street, elsewhere: str) -> None:
    """The home that the directory met first is elsewhere; the one it met later is where they got the word."""
    with transaction() as session:
        garden = session.get_one(Project, street.stage.project_id)
        away = make.a_home(session, make.a_project(session, "远处", name_en="Far"), "3-1-9999")
        if elsewhere == "another building":
            away = make.a_home(session, garden, "9-1-9999")
        for contact in session.scalars(select(Contact).order_by(Contact.id)).all():
            first = session.get_one(Home, contact.home_id)
            first.building_id = away.building_id
            here = make.a_home(session, garden, f"3-1-9{first.name}")
            session.add(Contact(person_id=contact.person_id, home_id=here.id, role=ContactRole.OWNER))


def test_any_other_digit_is_no_answer(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "4") == "ticket"
    assert street.counts() == {SpotState.OPEN: 3}


def test_nobody_answers_and_that_is_a_fact_of_its_own(street: Street) -> None:
    first, second, third = street.is_asked()
    street.questions_end(MessageState.DELIVERED)
    with transaction() as session:
        lost = session.scalars(select(Message).where(Message.about == f"sample:{third.id}")).one()
        lost.state = MessageState.UNDELIVERED
    street.goes_on(hours=24)
    assert street.counts() == {SpotState.UNANSWERED: 2, SpotState.NOT_ASKED: 1}
    assert street.texts(first.number, "2") == "survey", "late is better than never"
    assert len(street.tickets()) == 1
    street.goes_on(hours=48)
    assert street.texts(second.number, "2") == "ticket", "by then nobody knows what it is about"


def test_a_wish_to_be_left_alone_ends_it(street: Street) -> None:
    first = street.is_asked()[0]
    assert street.texts(first.number, "R") == "consent"
    assert street.counts() == {SpotState.UNANSWERED: 1, SpotState.OPEN: 2}
    assert street.questions(first.number)[0].state is MessageState.CANCELLED
