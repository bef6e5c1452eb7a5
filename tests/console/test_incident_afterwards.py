"""After the all-clear: what those say who were asked, and what was done about it."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.models import Home
from directory.places import in_language
from messages.models import Message
from outreach.actions import notices
from outreach.jobs import callbacks, planning
from outreach.lifecycle import CampaignState
from outreach.surveymodels import IncidentSample
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.neighbours import by, lets_go, works
from tests.console.pages import column, last_campaign
from tests.console.test_ticket import ticket
from tickets.groups import ProposalState
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket


def is_over(app: Flask, evening: Evening, outage: int) -> None:
    """The all-clear is written, let go, and has left."""
    with transaction() as session:
        written = notices.restore(session, outage, by(evening, "supervisor"), at=clock.now())
        assert written is not None
        all_clear = written.id
    planning.plan(all_clear)
    lets_go(app, evening, all_clear)
    later(minutes=1)
    works(app)


def test_after_the_all_clear_the_page_says_what_those_say_who_were_asked(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening, carrier_posts: Callable[..., TestResponse]
) -> None:
    is_over(app, evening, outage)
    client = logged_in("manager")
    due = client.get(f"/incidents/{outage}").text.split('id="i-check"')[1].split("</section>", maxsplit=1)[0]
    assert say("incident.check.due", "zh", at="22:30") in due
    for hours in (2.99, 12):
        later(hours=hours)
        callbacks.check_all_clears()
    with reading() as session:
        numbers = session.scalars(select(IncidentSample.number).order_by(IncidentSample.id)).all()
    for n, (number, said) in enumerate(zip(numbers, ("1", "2"), strict=False)):
        carrier_posts("/sms/incoming", MessageSid=f"SM{n:032x}", From=number, To="+864008001234", Body=said)
    for lang in ("en", "zh"):
        client = logged_in("manager")
        page = client.get(f"/incidents/{outage}?lang={lang}").text
        card = page.split('id="i-check"')[1].split("</section>", maxsplit=1)[0]
        for key, n in (("asked", 3), ("yes", 1), ("no", 1), ("silent", 0), ("waiting", 1)):
            assert say(f"incident.check.{key}", lang, n=n) in card, key
    with reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.incident_id == outage)).one()
    assert f'id="tk-{ticket.ref}"' in page
    assert say("reason.not_restored", "zh") in logged_in("manager").get(f"/tickets/{ticket.ref}").text
    with reading() as session:
        question = session.scalars(select(Message.id).where(Message.about.like("sample:%")).limit(1)).one()
    assert logged_in("manager").get(f"/messages/{question}").status_code == 200
    assert logged_in("abroad").get(f"/messages/{question}").status_code == 404


def test_an_all_clear_that_several_homes_deny_is_doubted_on_its_page_and_in_the_list(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening, carrier_posts: Callable[..., TestResponse]
) -> None:
    is_over(app, evening, outage)
    for hours in (2.99, 12):
        later(hours=hours)
        callbacks.check_all_clears()
    with transaction() as session:
        sample = session.scalars(select(IncidentSample).order_by(IncidentSample.id)).all()
        numbers = [one.number for one in sample]
        first, second = (session.get_one(Home, one.home_id) for one in sample[:2])
        second.building_id = first.building_id
        where = first.building.name
    for n, number in enumerate(numbers[:2]):
        listed = logged_in("manager").get("/incidents").text
        assert say("incident.doubted.chip", "zh") not in listed
        carrier_posts("/sms/incoming", MessageSid=f"SM{n:032x}", From=number, To="+864008001234", Body="2")
    with reading() as session:
        group = session.scalars(select(Proposal.id)).one()
    for lang in ("en", "zh"):
        client = logged_in("manager")
        page = client.get(f"/incidents/{outage}?lang={lang}").text
        doubt = page.split(f'id="i-doubt-{group}"')[1].split("</div>", maxsplit=1)[0]
        assert say("incident.doubted", lang, n=2, where=in_language(where, lang)) in doubt
        assert f'href="/proposals/{group}"' in doubt
        assert say("incident.doubted.chip", lang) in client.get("/incidents").text
    seen = client.get(f"/incidents/{outage}/state").headers["HX-PTag"]
    assert client.get(f"/incidents/{outage}/state", headers={"HX-PTag": seen}).status_code == 304
    with transaction() as session:  # alone: no ticket and no word of the incident changes with it
        session.get_one(Proposal, group).state = ProposalState.REFUSED
    assert client.get(f"/incidents/{outage}/state", headers={"HX-PTag": seen}).status_code == 200
    with transaction() as session:
        session.get_one(Proposal, group).state = ProposalState.OPEN
        other = session.get_one(Ticket, ticket(evening.refs["mine"]).id)
        session.add(ProposalTicket(proposal_id=group, ticket_id=other.id))
    further = client.get(f"/incidents/{outage}/state", headers={"HX-PTag": seen})
    assert say("incident.doubted", "zh", n=3, where=where) in further.text, "a home that called by itself"
    assert client.sends(f"/proposals/{group}/accept").status_code == 303
    answered = client.get(f"/incidents/{outage}").text
    with reading() as session:
        back = session.get_one(Proposal, group).incident_id
        assert session.get_one(Incident, back).kind == session.get_one(Incident, outage).kind
    assert f'href="/incidents/{back}">{say("incident.doubted.anew", "zh")}' in answered
    assert say("incident.doubted.chip", "zh") not in client.get("/incidents").text


def test_after_the_all_clear_what_was_done_is_written_on_its_page_for_a_second_person(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("supervisor")
    assert 'id="do-followup"' not in client.get(f"/incidents/{outage}").text
    assert client.sends(f"/incidents/{outage}/follow-up", do="write").status_code == 409
    is_over(app, evening, outage)
    page = client.get(f"/incidents/{outage}").text
    assert 'id="do-followup"' in page
    assert "停水后续" in page.split('<dialog class="sheet" id="followup"')[1]
    refused = client.sends(f"/incidents/{outage}/follow-up", text_zh="见 http://a.cn", text_en="See", do="write")
    assert (refused.status_code, "http://a.cn" in refused.text) == (422, True)
    answer = client.sends(f"/incidents/{outage}/follow-up", do="write")
    id, state, numbers = last_campaign()
    assert (answer.status_code, answer.location, state, numbers) == (
        303, f"/campaigns/{id}", CampaignState.PLANNED, 10,
    )  # fmt: skip
    english = client.get(f"/incidents/{outage}?lang=en").text
    assert say("incident.step.followup", "en") in column(english, "followup")
    assert 'id="do-followup"' not in english
