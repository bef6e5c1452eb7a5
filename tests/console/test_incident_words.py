"""What is told of an incident after its opening: a delay and an all-clear, written or sent in one step."""

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.orm import Mapper

from base.database import reading
from console.campaign_titles import template_name
from console.words import say
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.neighbours import an_outage, incident_of, lets_go, works
from tests.console.pages import LATER, column, last_campaign
from tests.messages.fake import FakeCarrier
from tests.outreach.quicker import a_quicker_job
from tickets.lifecycle import IncidentState
from tickets.models import Incident


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
    assert say("incident.ends", "zh", at="21:30") in page, "until somebody lets it go"


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
