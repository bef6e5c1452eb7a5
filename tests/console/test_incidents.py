"""Incidents at the desk: opened, told of, put off, over; the tickets under them; and what is refused."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.orm import Mapper
from werkzeug.test import TestResponse

from base import clock
from base.access import Role
from base.database import reading, transaction
from console.campaign_titles import template_name
from console.words import say
from directory.models import Building
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.actions import notices
from outreach.jobs import callbacks, planning
from outreach.lifecycle import MAY_WRITE, CampaignState
from outreach.models import Campaign
from outreach.surveymodels import IncidentSample
from tests.console.conftest import Browser, later
from tests.console.evening import Evening
from tests.console.neighbours import an_outage, buildings, by, incident_of, lets_go, works
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier
from tests.outreach.quicker import a_quicker_job
from tickets.lifecycle import IncidentState
from tickets.models import Incident, Ticket

LogIn = Callable[[str], Browser]
LATER = "2026-11-22T23:00"


def column(page: str, step: str) -> str:
    return page.split(f'id="i-{step}"')[1].split("</li>", maxsplit=1)[0]


def last_campaign() -> tuple[int, CampaignState, int]:
    with reading() as session:
        found = session.scalars(select(Campaign).order_by(Campaign.id.desc())).first()
        assert found is not None
        return found.id, found.state, found.numbers


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
    assert "因供水管爆裂停水，预计今日21:30恢复" in opening
    assert say("incident.reached", "zh", n=10, of=10) in opening
    assert say("incident.due_by", "zh", at="21:15") in delay
    assert say("incident.do.restore", "zh", n=10) in restored
    assert "Restored, tell these 10 numbers" in logged_in("agent").get(f"/incidents/{outage}?lang=en").text


def test_a_delay_asks_for_a_new_end_and_leads_to_what_is_to_be_approved(logged_in: LogIn, outage: int) -> None:
    client = logged_in("agent")
    for typed, words in (
        ("", "incident.fault.end"),
        ("x", "campaign.fault.moment"),
        ("2026-11-22T19:00", "campaign.fault.past"),
    ):
        answer = client.sends(f"/incidents/{outage}/delay", promised_end=typed, text_zh="写好的字{end}")
        assert answer.status_code == 422
        assert say(words, "zh") in answer.text
        assert "写好的字" in answer.text
    answer = client.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="write")
    id, state, numbers = last_campaign()
    assert answer.location.endswith(f"/campaigns/{id}")
    assert (state, numbers) == (CampaignState.PLANNED, 10)
    page = client.get(f"/incidents/{outage}").text
    assert "推迟到今日23:00" in column(page, "delay")
    assert say("incident.ends", "zh", at="23:00") in page


def test_a_supervisor_sends_the_delay_in_the_same_step_with_a_reason(
    app: Flask, logged_in: LogIn, outage: int, street: FakeCarrier
) -> None:
    client = logged_in("supervisor")
    without = client.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="send")
    assert without.status_code == 422
    assert say("campaign.fault.reason", "zh") in without.text
    before = len(street.asked)
    answer = client.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="send", reason="还要三小时", numbers=10)
    assert answer.location.endswith(f"/incidents/{outage}")
    _, state, numbers = last_campaign()
    assert state is CampaignState.APPROVED
    later(seconds=5)
    works(app)
    assert len(street.asked) == before + numbers
    with reading() as session:
        assert session.scalars(select(Campaign.emergency_reason).order_by(Campaign.id.desc())).first() == "还要三小时"


def test_where_a_job_was_quicker_the_page_waits_for_its_plan(app: Flask, logged_in: LogIn, outage: int) -> None:
    with a_quicker_job(app):
        answer = logged_in("agent").sends(f"/incidents/{outage}/delay", promised_end=LATER, do="write")
        assert answer.status_code == 303
        assert last_campaign()[1:] == (CampaignState.PLANNED, 10)


@pytest.mark.parametrize("numbers", ["9", "", "many"])
@pytest.mark.parametrize("step", ["delay", "restore"])
def test_whoever_read_of_another_count_sends_nothing_and_looks_again(
    logged_in: LogIn, outage: int, step: str, numbers: str
) -> None:
    client = logged_in("supervisor")
    shown = client.get(f"/incidents/{outage}").text.split(f'<dialog class="sheet" id="{step}"')[1].split("</dialog>")[0]
    assert '<input type="hidden" name="numbers" value="10">' in shown
    answer = client.sends(
        f"/incidents/{outage}/{step}", promised_end=LATER, do="send", reason="还要三小时", text_zh="写好的字",
        text_en="Our words", numbers=numbers,
    )  # fmt: skip
    assert answer.status_code == 409
    for words in (say("campaign.conflict.changed", "zh"), "还要三小时", "写好的字", "Our words"):
        assert words in answer.text
    with reading() as session:
        kept = session.get_one(Incident, outage)
        assert (kept.state, f"{kept.promised_end_at:%H:%M}") == (IncidentState.OPEN, "13:30")
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1


def test_where_the_plan_comes_to_another_count_it_is_read_before_it_goes(logged_in: LogIn, outage: int) -> None:
    def lose_one(_: Mapper[Campaign], connection: Connection, written: Campaign) -> None:
        one = select(Message.id).where(Message.batch_id != written.batch_id).limit(1)
        connection.execute(update(Message).where(Message.id.in_(one)).values(state=MessageState.UNDELIVERED))

    client = logged_in("supervisor")
    event.listen(Campaign, "after_insert", lose_one)
    try:
        answer = client.sends(f"/incidents/{outage}/restore", do="send", reason="水来了", numbers=10)
    finally:
        event.remove(Campaign, "after_insert", lose_one)
    assert answer.status_code == 409
    assert say("campaign.conflict.changed", "zh") in answer.text
    assert 'value="水来了"' in answer.text
    assert last_campaign()[1:] == (CampaignState.PLANNED, 9)


def test_a_send_waits_for_the_plan_that_a_job_was_quicker_to_begin(app: Flask, logged_in: LogIn, outage: int) -> None:
    with a_quicker_job(app):
        answer = logged_in("supervisor").sends(f"/incidents/{outage}/restore", do="send", reason="水来了", numbers=10)
    assert answer.location.endswith(f"/incidents/{outage}")
    assert last_campaign()[1:] == (CampaignState.APPROVED, 10)


def test_an_agent_does_not_send_in_the_same_step(logged_in: LogIn, outage: int) -> None:
    client = logged_in("agent")
    assert 'value="send"' not in client.get(f"/incidents/{outage}").text
    answer = client.sends(f"/incidents/{outage}/restore", do="send", reason="x")
    assert answer.status_code == 403
    with reading() as session:
        assert session.get_one(Incident, outage).state is IncidentState.OPEN


def test_restored_tells_exactly_those_who_got_the_opening(app: Flask, logged_in: LogIn, outage: int) -> None:
    client = logged_in("manager")
    answer = client.sends(
        f"/incidents/{outage}/restore",
        do="send",
        reason="水来了",
        text_zh="水已来",
        text_en="Water is back",
        numbers=10,
    )
    assert answer.location.endswith(f"/incidents/{outage}")
    _, state, numbers = last_campaign()
    assert (state, numbers) == (CampaignState.APPROVED, 10)
    page = client.get(f"/incidents/{outage}").text
    assert "水已来" in column(page, "restored")
    assert 'id="do-restore"' not in page
    again = client.sends(f"/incidents/{outage}/restore", do="write")
    assert again.status_code == 409
    assert "已经结束" in again.text


@pytest.mark.parametrize("how", ["lapsed", "withdrawn"])
def test_an_all_clear_that_never_went_is_owed_and_written_anew(logged_in: LogIn, outage: int, how: str) -> None:
    client = logged_in("supervisor")
    client.sends(f"/incidents/{outage}/restore", do="write", numbers=10)
    id, state, _ = last_campaign()
    page = client.get(f"/incidents/{outage}").text
    assert state is CampaignState.PLANNED
    assert 'id="do-restore"' not in page, "it may still be let go"
    tag = client.get(f"/incidents/{outage}/state").headers["HX-PTag"]
    if how == "withdrawn":
        client.sends(f"/campaigns/{id}/withdraw")
    else:
        later(hours=2)
    alive = client.get(f"/incidents/{outage}/state", headers={"HX-PTag": tag})
    assert alive.status_code == 200, "the page that is open shows it by itself"
    page = client.get(f"/incidents/{outage}").text
    assert say("incident.due_now", "zh") in column(page, "restored")
    assert 'id="do-restore" data-open="restore"' in column(page, "restored")
    assert '<dialog class="sheet" id="restore"' in page
    assert 'id="do-delay"' not in page
    assert '<dialog class="sheet" id="delay"' not in page
    answer = client.sends(f"/incidents/{outage}/restore", do="send", reason="水来了", numbers=10)
    assert answer.location.endswith(f"/incidents/{outage}")
    assert last_campaign()[1:] == (CampaignState.APPROVED, 10)
    assert 'id="do-restore"' not in client.get(f"/incidents/{outage}").text


def test_a_delay_and_an_all_clear_are_called_by_their_names_in_the_readers_language(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client, ref = logged_in("supervisor"), evening.refs["late"]
    client.sends(f"/tickets/{ref}/incident", incident=outage)
    client.sends(f"/incidents/{outage}/delay", promised_end=LATER, do="write", numbers=10)
    id = last_campaign()[0]
    names = {language: template_name("water_delay", language) for language in ("zh", "en")}
    assert (names["zh"], names["en"]) == ("停水 · 延时", "Water is off · Delay")
    for language in ("zh", "en"):
        for path in ("/campaigns", f"/campaigns/{id}", f"/campaigns/{id}/left-out", "/"):
            page = client.get(f"{path}?lang={language}").text
            assert names[language] in page, (path, language)
            assert "停水延时</" not in page, (path, language)
    lets_go(app, evening, id, reason="还要三小时")
    for language in ("zh", "en"):
        line = client.get(f"/tickets/{ref}?lang={language}").text.split('id="tl"')[1].split("</ol>")[0]
        assert names[language] in line


def test_an_opening_that_lapsed_is_due_again(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = incident_of(app, an_outage(app, evening))
    client = logged_in("agent")
    assert 'id="do-opening"' not in client.get(f"/incidents/{id}").text
    later(hours=2)
    assert 'id="do-opening"' in column(client.get(f"/incidents/{id}").text, "opening")


def test_where_nobody_was_told_nobody_is_told_that_it_is_over(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = incident_of(app, an_outage(app, evening))
    client = logged_in("agent")
    assert say("incident.sheet.restore.untold", "zh") in client.get(f"/incidents/{id}").text
    assert client.sends(f"/incidents/{id}/restore", do="write").location.endswith(f"/incidents/{id}")
    with reading() as session:
        assert session.get_one(Incident, id).state is IncidentState.RESTORED
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1


def test_words_at_fault_are_kept_and_explained(logged_in: LogIn, outage: int) -> None:
    answer = logged_in("agent").sends(f"/incidents/{outage}/restore", text_zh="【物业】来水了", text_en="Back")
    assert answer.status_code == 422
    assert "【物业】来水了" in answer.text
    assert "请去掉【】" in answer.text
    assert 'id="restore" aria-labelledby="restore-h" data-show' in answer.text


def test_a_word_without_meaning_for_this_trouble_is_refused_and_nothing_changes(logged_in: LogIn, outage: int) -> None:
    answer = logged_in("agent").sends(
        f"/incidents/{outage}/delay", promised_end=LATER, text_zh="{weather}", text_en="x"
    )
    assert answer.status_code == 422
    with reading() as session:
        assert f"{session.get_one(Incident, outage).promised_end_at:%H:%M}" == "13:30", "21:30 in Shanghai, as before"


def test_after_the_all_clear_the_page_says_what_those_say_who_were_asked(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening, carrier_posts: Callable[..., TestResponse]
) -> None:
    with transaction() as session:
        written = notices.restore(session, outage, by(evening, "supervisor"), at=clock.now())
        assert written is not None
        all_clear = written.id
    planning.plan(all_clear)
    lets_go(app, evening, all_clear)
    later(minutes=1)
    works(app)
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
    for lang in ("zh", "en"):
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


def test_after_the_all_clear_what_was_done_is_written_on_its_page_for_a_second_person(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("supervisor")
    assert 'id="do-followup"' not in client.get(f"/incidents/{outage}").text
    assert client.sends(f"/incidents/{outage}/follow-up", do="write").status_code == 409
    with transaction() as session:
        written = notices.restore(session, outage, by(evening, "supervisor"), at=clock.now())
        assert written is not None
        all_clear = written.id
    planning.plan(all_clear)
    lets_go(app, evening, all_clear)
    later(minutes=1)
    works(app)
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
