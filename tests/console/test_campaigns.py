"""Campaigns at the desk: the list, the festivals above it, who reads and writes which, and an emergency's incident."""

import re

import pytest
from flask import Flask

from base.access import Role
from base.database import reading
from console.words import say
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE
from outreach.models import Campaign
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.neighbours import a_notice, lets_go, works
from tests.console.pages import NOTICE, written
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier


def test_an_emergency_opens_its_incident(logged_in: LogIn, street: FakeCarrier, evening: Evening) -> None:
    client = logged_in("supervisor")
    id = written(
        client, **{"class": "emergency"}, trouble="water", cause="供水管爆裂", promised_end="2026-11-22T22:00",
        text_zh="{places}因{cause}停水，预计{end}恢复", text_en="Water is off until {end}",
    )  # fmt: skip
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        incident = campaign.incident
        assert incident is not None
        assert (incident.kind.value, incident.cause, campaign.calls) == ("water", "供水管爆裂", 1)
        assert f"{incident.promised_end_at:%H:%M}" == "14:00", "22:00 in Shanghai"
    page = client.get(f"/campaigns/{id}").text
    assert "因供水管爆裂停水，预计今日22:00恢复" in page
    assert say("campaign.way.call", "zh") in page


def test_the_list_has_what_waits_first_and_an_empty_one_says_what_to_do(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("manager")
    assert say("campaign.empty.title", "zh") in client.get("/campaigns").text
    waits, goes = a_notice(app, evening, title="先批这个"), a_notice(app, evening, title="已经在发")
    lets_go(app, evening, goes)
    works(app)
    page = client.get("/campaigns").text
    assert page.index(f'id="cp-{waits}"') < page.index(f'id="cp-{goes}"')
    assert say("campaign.yours", "zh") in page
    assert say("campaign.bar", "zh", sent=8, waiting=0, failed=0, unsent=0) in page
    assert "All campaigns" in client.get("/campaigns?lang=en").text


def test_the_next_festivals_stand_above_the_list_with_a_greeting_to_begin(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    page = logged_in("agent").get("/campaigns").text
    strip = page.split('class="card feasts"')[1].split("</section>")[0]
    assert strip.index("元旦") < strip.index("春节") < strip.index("元宵")
    assert 'datetime="2027-01-01"' in strip
    assert "还有 40 天" in strip
    assert "/campaigns/new?kind=greeting&amp;template=new_year&amp;day=2027-01-01" in strip


def test_nobody_sees_or_writes_to_another_project(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening)
    abroad = logged_in("abroad")
    for path in (f"/campaigns/{id}", f"/campaigns/{id}/state", f"/campaigns/{id}/left-out"):
        assert abroad.get(path).status_code == 404
    for move in ("stop", "withdraw", "resend"):
        assert abroad.sends(f"/campaigns/{id}/{move}").status_code == 404
    assert f'id="cp-{id}"' not in abroad.get("/campaigns").text
    theirs = written(abroad, project=evening.home_project)
    with reading() as session:
        assert session.get_one(Campaign, theirs).project_id == evening.other_project
    assert logged_in("director").get(f"/campaigns/new?project={evening.home_project}").status_code == 200
    assert logged_in("director").get("/campaigns/new?project=999").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_writes_reads_and_approves_as_it_may(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening, role: Role
) -> None:
    client, id = logged_in(LOGINS[role]), a_notice(app, evening)
    may_write = role in MAY_WRITE
    for path in ("/campaigns", "/campaigns/new", f"/campaigns/{id}"):
        assert client.get(path).status_code == (200 if may_write else 403), path
    assert client.sends("/campaigns/preview", **NOTICE).status_code == (200 if may_write else 403)
    assert ("/campaigns" in client.get("/oncall").text) is may_write
    seen = re.search(r'id="cp-seen" value="(\w+)"', client.get(f"/campaigns/{id}").text)
    assert bool(seen) is (role in MAY_APPROVE)
    answer = client.sends(f"/campaigns/{id}/approve", seen=seen[1] if seen else "")
    assert answer.status_code == (303 if role in MAY_APPROVE else 403)
