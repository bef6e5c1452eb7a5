"""Incidents at the desk: opened, listed and watched; the tickets under them; and who may do what."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from base import clock
from base.access import Role
from base.database import reading, transaction
from console.words import say
from directory.models import Building
from outreach.actions import notices
from outreach.lifecycle import MAY_WRITE, CampaignState
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.neighbours import an_outage, buildings, by, incident_of, works
from tests.console.pages import LATER, column, last_campaign
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier
from tickets.actions import askers
from tickets.models import Incident, Ticket


def test_an_incident_is_opened_with_its_buildings_and_promise(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    assert "3号楼" in client.get("/incidents/new").text
    with reading() as session:
        where = buildings(session, evening, "3号楼")
    answer = client.sends("/incidents", kind="water", building=where[0], cause="爆管", promised_end="2026-11-22T22:00")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "爆管" in page
    assert say("incident.ends", "zh", at="22:00") in page
    assert say("incident.due_now", "zh") in column(page, "opening")
    assert "template=water_opening" in column(page, "opening")
    assert 'id="do-delay"' not in page, "nobody was told: there is nothing to put off"


def test_from_a_new_incident_the_opening_is_written_to_its_buildings(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    with reading() as session:
        where = buildings(session, evening, "5号楼")
    id = client.sends("/incidents", kind="water", building=where[0], promised_end=LATER).location.rsplit("/", 1)[1]
    page = client.get(f"/campaigns/new?kind=notice&incident={id}&template=water_opening").text
    assert "5号楼" in page.split('id="prev"')[1].split("</p>")[0]
    assert say("campaign.do.write", "zh", n=5) in page
    answer = client.sends(
        "/campaigns", kind="notice", incident=id, title="停水", text_zh="{places}停水", text_en="No water"
    )
    assert answer.status_code == 303
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
    _, state, numbers = last_campaign()
    assert (state, numbers) == (CampaignState.PLANNED, 5)
    assert say("campaign.state.planned", "zh") in column(client.get(f"/incidents/{id}").text, "opening")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "flood"}, "incident.fault.kind"),
        ({"promised_end": "soon"}, "campaign.fault.moment"),
    ],
)
def test_what_is_wrong_with_a_new_one_stands_beside_it(
    logged_in: LogIn, street: FakeCarrier, change: dict[str, str], words: str
) -> None:
    for language in ("zh", "en"):
        form = {"kind": "water", "cause": "爆管的原因", "promised_end": LATER} | change
        answer = logged_in("agent").sends(f"/incidents?lang={language}", **form)
        assert answer.status_code == 422
        assert say(words, language) in answer.text
        assert "爆管的原因" in answer.text


def test_a_promise_in_the_past_is_refused_in_the_readers_language(logged_in: LogIn, street: FakeCarrier) -> None:
    form = {"kind": "water", "promised_end": "2026-11-22T10:00"}
    chinese, english = (logged_in("agent").sends(f"/incidents?lang={one}", **form) for one in ("zh", "en"))
    assert chinese.status_code == english.status_code == 422
    assert "预计恢复时间已经过去" in chinese.text
    assert "预计恢复时间已经过去" not in english.text
    assert "The promised end is in the past" in english.text


def test_whoever_serves_all_projects_chooses_one(logged_in: LogIn, street: FakeCarrier, evening: Evening) -> None:
    client = logged_in("director")
    assert client.sends("/incidents", kind="water", promised_end=LATER).status_code == 422
    assert "3号楼" in client.get(f"/incidents/new?project={evening.home_project}").text
    answer = client.sends("/incidents", kind="water", promised_end=LATER, project=evening.other_project)
    assert answer.status_code == 303
    with reading() as session:
        assert session.scalars(select(Incident.project_id)).one() == evening.other_project


def test_three_columns_say_what_was_told_and_what_is_due(logged_in: LogIn, outage: int) -> None:
    page = logged_in("agent").get(f"/incidents/{outage}").text
    opening, delay, restored = (column(page, step) for step in ("opening", "delay", "restored"))
    assert 'data-left="7200.0"' in page.split('id="i-head"')[1].split("</section>")[0], "counted down to its end"
    assert "因供水管爆裂停水，预计今日21:30恢复" in opening
    assert say("incident.reached", "zh", n=10, of=10) in opening
    assert say("incident.due_by", "zh", at="21:15") in delay
    assert say("incident.do.restore", "zh", n=10) in restored
    assert "Restored, tell these 10 numbers" in logged_in("agent").get(f"/incidents/{outage}?lang=en").text


def test_an_opening_that_lapsed_is_due_again(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = incident_of(app, an_outage(app, evening))
    client = logged_in("agent")
    assert 'id="do-opening"' not in client.get(f"/incidents/{id}").text
    later(hours=2)
    assert 'id="do-opening"' in column(client.get(f"/incidents/{id}").text, "opening")


def test_the_list_counts_down_and_keeps_what_was(app: Flask, logged_in: LogIn, outage: int, evening: Evening) -> None:
    client = logged_in("technician")
    page = client.get("/incidents").text
    line = page.split(f'id="incident-{outage}"')[1].split("</li>")[0]
    assert 'data-left="7200.0"' in line
    assert say("incident.list.over", "zh") not in page
    later(minutes=100)
    assert "is-warn" in client.get("/incidents").text.split(f'id="incident-{outage}"')[1].split("</li>")[0]
    later(minutes=30)
    late = client.get("/incidents?lang=en").text.split(f'id="incident-{outage}"')[1].split("</li>")[0]
    assert "is-bad" in late
    assert "late 10:00" in late
    with transaction() as session:
        notices.restore(session, outage, by(evening, "agent"), at=clock.now())
    page = client.get("/incidents?lang=zh").text
    assert say("incident.empty.title", "zh") in page
    assert say("incident.list.over", "zh") in page


def test_a_broken_promise_stands_on_the_desk_until_there_is_a_word(
    logged_in: LogIn, outage: int, evening: Evening
) -> None:
    link = f'href="/incidents/{outage}"'
    client = logged_in("agent")
    assert link not in client.get("/").text
    later(minutes=121)
    assert link in client.get("/").text
    assert say("concern.overdue.one", "en") in logged_in("supervisor").get("/?lang=en").text
    for login in ("technician", "abroad"):
        assert link not in logged_in(login).get("/").text, login
    client.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="write")
    assert link in client.get("/").text, "nobody has let it go"
    supervisor = logged_in("supervisor")
    supervisor.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="send", reason="还要三小时", numbers=10)
    assert link not in client.get("/").text


def test_a_ticket_is_put_under_an_incident_from_its_own_page(logged_in: LogIn, outage: int, evening: Evening) -> None:
    client, ref = logged_in("agent"), evening.refs["late"]
    choice = client.get(f"/tickets/{ref}/incident").text
    assert f'<option value="{outage}">' in choice
    assert client.sends(f"/tickets/{ref}/incident", incident=outage).status_code == 303
    with reading() as session:
        assert session.scalars(select(Ticket.incident_id).where(Ticket.ref == ref)).one() == outage
    assert f'href="/incidents/{outage}"' in client.get(f"/tickets/{ref}/incident").text
    assert f'id="tk-{ref}"' in client.get(f"/incidents/{outage}").text
    assert client.sends(f"/tickets/{ref}/incident", incident=999).status_code == 404
    elsewhere = logged_in("admin").sends(f"/tickets/{evening.refs['elsewhere']}/incident", incident=outage)
    assert elsewhere.status_code == 409, "they belong to different projects"
    assert logged_in("quality").sends(f"/tickets/{ref}/incident", incident=outage).status_code == 403


def test_without_an_incident_a_ticket_offers_none(logged_in: LogIn, street: FakeCarrier, evening: Evening) -> None:
    assert "section" not in logged_in("agent").get(f"/tickets/{evening.refs['late']}/incident").text


def test_the_scope_is_changed_on_its_page_and_both_words_wait_for_approval(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("agent")
    assert 'id="do-scope"' in client.get(f"/incidents/{outage}").text
    with reading() as session:
        five = buildings(session, evening, "5号楼")[0]
        other = next(one for one in session.scalars(select(Building.id)) if one != five)
    answer = client.sends(f"/incidents/{outage}/scope", building=five)
    assert answer.status_code == 303
    opening = column(client.get(f"/incidents/{outage}").text, "opening")
    assert "只涉及5号楼" in opening
    assert say("campaign.state.planned", "zh") in opening
    same = client.sends(f"/incidents/{outage}/scope", building=five)
    assert (same.status_code, "范围没有变化" in same.text) == (409, True)
    assert logged_in("technician").sends(f"/incidents/{outage}/scope", building=other).status_code == 403


def test_the_page_is_asked_for_again_only_when_it_changed(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("agent")
    tag = client.get(f"/incidents/{outage}/state").headers["HX-PTag"]
    assert client.get(f"/incidents/{outage}/state", headers={"HX-PTag": tag}).status_code == 304
    client.sends(f"/tickets/{evening.refs['late']}/incident", incident=outage)
    assert client.get(f"/incidents/{outage}/state", headers={"HX-PTag": tag}).status_code == 200


def test_the_page_follows_an_all_clear_on_its_way(app: Flask, logged_in: LogIn, outage: int) -> None:
    client = logged_in("supervisor")
    client.sends(f"/incidents/{outage}/restore", do="send", reason="水来了", numbers=10)
    before = client.get(f"/incidents/{outage}/state").headers["HX-PTag"]
    later(minutes=1)
    works(app)
    after = client.get(f"/incidents/{outage}/state", headers={"HX-PTag": before})
    assert after.status_code == 200
    assert say("incident.reached", "zh", n=10, of=10) in after.text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_and_those_who_may_write_open(logged_in: LogIn, outage: int, role: Role) -> None:
    client, status = logged_in(LOGINS[role]), 200 if role in MAY_WRITE else 403
    for path in ("/incidents", f"/incidents/{outage}", f"/incidents/{outage}/state"):
        assert client.get(path).status_code == 200
    assert client.get("/incidents/new").status_code == status
    assert ('id="do-restore"' in client.get(f"/incidents/{outage}").text) is (role in MAY_WRITE)
    assert (client.sends(f"/incidents/{outage}/delay").status_code == 403) is (role not in MAY_WRITE)


def test_nobody_reaches_into_another_project(logged_in: LogIn, outage: int) -> None:
    client = logged_in("abroad")
    assert f'id="incident-{outage}"' not in client.get("/incidents").text
    assert client.get(f"/incidents/{outage}").status_code == 404
    assert client.get(f"/incidents/{outage}/state").status_code == 404
    for step in ("delay", "restore"):
        assert client.sends(f"/incidents/{outage}/{step}", promised_end=LATER).status_code == 404
    assert client.get(f"/campaigns/new?incident={outage}").status_code == 404


def test_whoever_called_and_asked_to_be_told_stands_on_the_page_masked_and_is_owed_the_end(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    with reading() as session:
        where = buildings(session, evening, "3号楼")
    address = client.sends("/incidents", kind="water", building=where[0], promised_end=LATER).location
    id, before = int(address.rsplit("/", 1)[1]), client.get(address).text
    assert 'id="i-askers"' not in before
    tag = client.get(f"{address}/state").headers["HX-PTag"]
    with transaction() as session:
        askers.join(session, id, number="+8613700001111", language="en", call_id=None, at=clock.now())
    assert client.get(f"{address}/state", headers={"HX-PTag": tag}).status_code == 200
    page = client.get(address).text
    assert "137****1111" in page.split('id="i-askers"')[1].split("</section>")[0]
    assert "13700001111" not in page
    assert say("incident.do.restore", "zh", n=1) in page
