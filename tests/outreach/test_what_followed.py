"""After the all-clear owners are told what was done and what to look at: those who got it, by day, once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from directory.models import Project
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import notices
from outreach.actions.campaigns import By
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState, NoticeStep
from outreach.models import Campaign
from tests import make
from tests.outreach.stage import Stage
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

LANDLINE = "+862155551234"


def trouble(stage: Stage, kind: IncidentKind = IncidentKind.WATER, **words: str) -> int:
    """An opening that went out; the incident."""
    new = IncidentDraft(kind=kind, project_id=stage.project_id, promised_end_at=clock.now() + timedelta(hours=2))
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=new, **words)
    stage.approve(opening)
    stage.work()
    with reading() as session:
        return session.get_one(Campaign, opening).incident_id or 0


def over(stage: Stage, incident_id: int) -> int:
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.supervisor, at=clock.now())
        assert written is not None
        id = written.id
    jobs.plan(id)
    stage.approve(id)
    stage.work()
    return id


def followed(stage: Stage, incident_id: int, by: By | None = None, **text: str) -> int:
    with transaction() as session:
        id = notices.follow_up(session, incident_id, by or stage.supervisor, at=clock.now(), **text).id
    jobs.plan(id)
    return id


def numbers(campaign_id: int) -> set[str]:
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        return set(session.scalars(select(Message.number).where(Message.batch_id == batch_id)))


def test_it_goes_to_exactly_those_who_got_the_all_clear(stage: Stage) -> None:
    incident_id = trouble(stage)
    all_clear = over(stage, incident_id)
    with transaction() as session:
        batch_id = session.get_one(Campaign, all_clear).batch_id
        lost = session.scalars(select(Message).where(Message.batch_id == batch_id).limit(1)).one()
        lost.state, number = MessageState.UNDELIVERED, lost.number
    id = followed(stage, incident_id)
    assert numbers(id) == numbers(all_clear) - {number}
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        assert (campaign.step, campaign.message_class) == (NoticeStep.FOLLOW_UP, MessageClass.SERVICE)
        body = session.scalars(select(Message.body).where(Message.batch_id == campaign.batch_id).limit(1)).one()
    assert "停水后续" in body
    stage.approve(id)
    stage.work()
    assert stage.states(id) == {"accepted": 11}


def test_its_author_does_not_let_it_go_alone(stage: Stage) -> None:
    incident_id = trouble(stage)
    over(stage, incident_id)
    id = followed(stage, incident_id)
    with pytest.raises(NotAllowed, match="somebody else"):
        stage.approve(id, stage.supervisor, reason="急")
    with reading() as session:
        assert session.get_one(Campaign, id).state is CampaignState.PLANNED


def test_before_an_all_clear_there_is_nothing_to_follow(stage: Stage) -> None:
    incident_id = trouble(stage)
    with pytest.raises(Conflict, match="all-clear has not gone"):
        followed(stage, incident_id)
    with transaction() as session:
        written = notices.restore(session, incident_id, stage.supervisor, at=clock.now())
        assert written is not None
    jobs.plan(written.id)
    with pytest.raises(Conflict, match="all-clear has not gone"):
        followed(stage, incident_id)


def test_it_is_said_once_and_after_it_was_withdrawn_once_more(stage: Stage) -> None:
    incident_id = trouble(stage)
    over(stage, incident_id)
    id = followed(stage, incident_id)
    with pytest.raises(Conflict, match="written already"):
        followed(stage, incident_id)
    with transaction() as session:
        session.get_one(Campaign, id).state = CampaignState.WITHDRAWN
    assert followed(stage, incident_id) != id


def test_what_was_dangerous_wakes_nobody_any_more(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "3-1-9901")
        make.an_owner(session, home, LANDLINE, "老李")
    incident_id = trouble(stage, IncidentKind.GAS, text_zh="燃气险情", text_en="Gas leak")
    over(stage, incident_id)
    clock.stop_at(datetime.fromisoformat("2026-11-22T22:30:00+08:00"))
    id = followed(stage, incident_id)
    stage.approve(id)
    stage.work()
    assert stage.states(id) == {"planned": 13}, "neither a text nor a call at night"
    with reading() as session:
        ways = set(session.scalars(select(Message.way).where(Message.about == f"campaign:{id}")))
    assert ways == {Way.TEXT, Way.CALL}
    clock.stop_at(datetime.fromisoformat("2026-11-23T08:30:00+08:00"))
    stage.work()
    assert stage.states(id) == {"accepted": 13}


def test_of_a_drill_it_says_so_first(stage: Stage) -> None:
    words = {"text_zh": "演练：请勿惊慌", "text_en": "DRILL: keep calm"}
    incident_id = trouble(stage, IncidentKind.DRILL, **words)
    over(stage, incident_id)
    with pytest.raises(BadInput, match="begin with DRILL"):
        followed(stage, incident_id, text_zh="谢谢配合", text_en="Thank you")
    id = followed(stage, incident_id)
    with reading() as session:
        assert session.get_one(Campaign, id).text_zh.startswith("演练")


def test_only_such_a_word_of_class_service_belongs_to_an_incident(stage: Stage) -> None:
    incident_id = trouble(stage)
    for step in (None, NoticeStep.OPENING, NoticeStep.RESTORED):
        with pytest.raises(BadInput, match="Only an emergency"):
            stage.write(By(stage.author.staff_id, Role.AGENT, stage.project_id), incident_id=incident_id, step=step)
