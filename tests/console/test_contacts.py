"""The page of owners who are due to hear from us, and what is written down of it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import reading, transaction
from console.words import say
from directory.models import Contact, Home, Person
from outreach.contactplans import Absence, Means
from outreach.jobs import contactplans as jobs
from outreach.models import ContactDue, ContactMade, ContactPlan
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening
from tests.console.neighbours import neighbours
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind


@pytest.fixture
def away(app: Flask, evening: Evening) -> int:
    """The owner of a vacant home, three weeks overdue."""
    with app.app_context():
        with transaction() as session:
            neighbours(session, evening)
            id = session.scalars(select(Person.id).where(Person.name == "业主5")).one()
        jobs.refresh()
        with transaction() as session:
            row, due_at = session.get_one(ContactDue, id), EVENING - timedelta(days=21, hours=1)
            row.since_at, row.due_at = row.since_at - (row.due_at - due_at), due_at
    return id


def test_an_empty_page_says_when_somebody_will_stand_there(logged_in: LogIn, evening: Evening) -> None:
    assert say("contacts.none", "zh") in logged_in("agent").get("/contacts").text


def test_whoever_is_due_stands_there_until_somebody_has_spoken_with_them(logged_in: LogIn, away: int) -> None:
    client = logged_in("agent")
    page = client.get("/contacts").text
    line = page.split(f'id="owed-{away}"')[1].split("</li>")[0]
    assert say("contacts.late", "zh", n=21) in line
    assert say("absence.vacant", "zh") in line
    assert say("contacts.never", "zh") in line
    client.sends(f"/people/{away}/contacts", reached="no", note="没人接")
    assert f'id="owed-{away}"' in client.get("/contacts").text
    client.sends(f"/people/{away}/contacts", reached="yes", note="下月回来看看")
    assert f'id="owed-{away}"' not in client.get("/contacts").text
    person = client.get(f"/people/{away}?lang=en").text
    assert "下月回来看看" in person
    assert say("contacts.plan", "en", n=90, means=say("contacts.means.call", "en")) in person
    with reading() as session:
        assert session.scalars(select(ContactMade.is_reached).order_by(ContactMade.id)).all() == [False, True]


def test_a_look_that_is_asked_for_at_their_home_stands_beside_them(logged_in: LogIn, away: int) -> None:
    with transaction() as session:
        home = session.scalars(select(Contact.home_id).where(Contact.person_id == away)).one()
        project = session.get_one(Home, home).building.project_id
        asked = TicketDraft(Kind.ENQUIRY, "home_look", Channel.CALL, home_id=home, project_id=project)
        ref = tickets.open_ticket(session, asked, at=EVENING).ref
    client = logged_in("agent")
    for page in (client.get("/contacts").text, client.get(f"/people/{away}").text):
        assert f'{say("contacts.looks", "zh")} <a class="num" href="/tickets/{ref}">{ref}</a>' in page


def test_another_project_does_not_see_them(logged_in: LogIn, away: int) -> None:
    assert f'id="owed-{away}"' not in logged_in("abroad").get("/contacts").text
    assert logged_in("abroad").sends(f"/people/{away}/contacts", reached="yes").status_code == 404


def test_whoever_is_in_charge_says_how_often(logged_in: LogIn, away: int) -> None:
    one_project = logged_in("manager").sends("/contacts/plans", absence="vacant", every_days="30", means="text")
    assert (one_project.status_code, say("contacts.fault.company", "zh") in one_project.text) == (422, True)
    client = logged_in("director")
    assert client.sends("/contacts/plans", absence="vacant", every_days="30", means="text").status_code == 303
    with reading() as session:
        plan = session.scalars(select(ContactPlan)).one()
        assert (plan.absence, plan.every_days, plan.means, plan.is_on) == (Absence.VACANT, 30, Means.TEXT, False)
    refused = client.sends("/contacts/plans", absence="vacant", every_days="0", means="text")
    assert (refused.status_code, "1 到 730 天" in refused.text) == (422, True)
    strange = client.sends("/contacts/plans", absence="moon", every_days="30", means="text")
    assert (strange.status_code, say("contacts.fault.plan", "zh") in strange.text) == (422, True)
