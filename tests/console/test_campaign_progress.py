"""A campaign that was let go is watched, stopped and gone on with at the desk."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.campaign_facts import HELD_UP
from console.words import say
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.jobs import planning
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from telephony.carrier import Rejected
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.neighbours import a_notice, an_outage, lets_go, works
from tests.console.pages import number_of, written
from tests.messages.fake import FakeCarrier


def test_a_notice_read_at_night_says_that_it_goes_in_the_morning(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client, id, urgent = logged_in("manager"), a_notice(app, evening), an_outage(app, evening)
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    assert 'id="cp-quiet"' not in client.get(f"/campaigns/{id}").text
    later(hours=3)
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 200
    page = client.get(f"/campaigns/{id}").text
    assert re.search(r'<p id="cp-quiet">那时业主在休息，.*8:00 起才发。</p>', page)
    assert 'id="cp-quiet"' not in client.get(f"/campaigns/{urgent}").text


def test_progress_is_counted_stopped_and_gone_on_with(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 2.0})
    street.answers = [Rejected("21211", is_permanent=True)]
    id = a_notice(app, evening)
    lets_go(app, evening, id)
    works(app)
    client = logged_in("manager")
    page = client.get(f"/campaigns/{id}").text
    bar = say("campaign.bar", "zh", sent=3, waiting=4, failed=1, unsent=0)
    assert bar in page
    assert say("campaign.do.stop", "zh", n=4) in page
    assert say("campaign.left", "zh", rate="2", time="2 秒") in page
    assert say("campaign.why.wrong_number", "zh") in page
    assert f'href="/messages?campaign={id}"' in page
    assert f'href="/messages?campaign={id}&amp;why=21211"' in page
    failed = client.get(f"/messages?campaign={id}&why=21211&lang=zh").text
    assert failed.count('<li class="bk"') == 1, "those of that reason, and no others"
    assert say("campaign.why.wrong_number", "zh") in failed.split('id="why"')[1].split("</b>")[0]
    assert f"campaign={id}&amp;why=21211" in failed.split('class="seg book__tabs"')[1].split("</nav>")[0]
    assert client.get(f"/messages?campaign={id}&why=30005").text.count('<li class="bk"') == 0
    assert client.sends(f"/campaigns/{id}/stop").status_code == 303
    stopped = client.get(f"/campaigns/{id}").text
    assert say("campaign.bar", "zh", sent=3, waiting=0, failed=1, unsent=4) in stopped
    later(seconds=30)
    works(app)
    assert len(street.asked) == 4, "nothing more has left"
    assert logged_in("agent").sends(f"/campaigns/{id}/resume").status_code == 403
    assert client.sends(f"/campaigns/{id}/resume").status_code == 303
    for _ in range(3):
        later(seconds=10)
        works(app)
    assert len(street.asked) == 8
    assert say("campaign.do.resend", "zh", n=1) in client.get(f"/campaigns/{id}").text
    again = client.sends(f"/campaigns/{id}/resend")
    assert again.status_code == 303
    with reading() as session:
        second = session.get_one(Campaign, int(again.location.rsplit("/", 1)[1]))
        assert (second.numbers, second.state) == (1, CampaignState.PLANNED)
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 409


def test_the_part_that_lives_is_asked_for_only_when_it_changed(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client, id = logged_in("manager"), a_notice(app, evening)
    first = client.get(f"/campaigns/{id}/state")
    tag = first.headers["HX-PTag"]
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 304
    lets_go(app, evening, id)
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 200
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    works(app)
    assert "已发出 8" in client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).text


def test_a_large_campaign_says_how_far_its_planning_is(
    logged_in: LogIn, street: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SMALL", 3)
    client = logged_in("agent")
    id = written(client)
    page = client.get(f"/campaigns/{id}").text
    assert say("campaign.planning", "zh", n=0, of=10) in page
    assert '<progress class="clock__bar" max="10" value="0"' in page.split('id="cp-planning"')[1].split("</div>")[0]
    assert "cp-held-up" not in page
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    with transaction() as session:
        session.get_one(Campaign, id).batch.planned_at -= HELD_UP
    assert f"campaign={id}" in client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).text
    planning.plan_unfinished()
    ready = client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).text
    assert number_of(ready, "campaign.numbers") == 8


def test_a_campaign_whose_messages_are_in_the_archive_still_has_a_page(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening)
    lets_go(app, evening, id)
    with transaction() as session:
        for message in session.scalars(select(Message).where(Message.message_class == MessageClass.SERVICE)):
            session.delete(message) if message.batch_id else None
        session.get_one(Campaign, id).approved_at = clock.now() - timedelta(days=90)
    page = logged_in("agent").get(f"/campaigns/{id}").text
    assert say("campaign.archived", "zh") in page


def test_what_became_of_one_person_is_found_by_name_or_by_the_end_of_a_number(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    id = written(client)
    street.answers = [Rejected("21211", is_permanent=True)]
    lets_go(app, evening, id)
    for _ in range(3):  # two claimers share what is due
        works(app)
        later(seconds=3)

    def looks(asked: str) -> str:
        answer = client.sends(f"/campaigns/{id}/people", q=asked)
        assert answer.status_code == 200
        assert "+8613700000" not in answer.text, "numbers are masked"
        return answer.text.split('id="who-h"')[1]

    by_name = looks("业主3")
    assert "业主3" in by_name
    assert say("sent.accepted", "zh") in by_name
    assert re.search(r'href="/messages/\d+"', by_name)
    with reading() as session:
        (refused,) = session.scalars(select(Message.number).where(Message.error_code == "21211", Message.batch_id > 0))
    failed = looks(refused[-4:])
    assert say("sent.failed", "zh") in failed
    assert say("campaign.why.wrong_number", "zh") in failed
    shared = looks("0004")
    assert "业主4" in shared
    assert "同号人" in shared
    not_a_mobile = looks("陈老伯")
    assert say("campaign.people.not", "zh", why=say("campaign.reason.not_a_mobile", "zh")) in not_a_mobile
    assert say("campaign.people.nothing", "zh") in looks("外人")
    assert say("campaign.people.nothing", "zh") in looks("%")
    assert logged_in("abroad").sends(f"/campaigns/{id}/people", q="业主").status_code == 404
