"""A drill tries out the way of an emergency: it says so first, wakes nobody, and sends nobody to a door."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput
from directory.models import Project
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from messages.pacing import CALM_URGENCY, URGENCY
from outreach.actions import blocks, campaigns, notices
from outreach.jobs import laddering
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

LANDLINE = "+862155551234"
NIGHT = datetime.fromisoformat("2026-11-23T23:00:00+08:00")
WORDS = {"text_zh": "演练：消防疏散演练，请勿惊慌", "text_en": "DRILL: a fire drill, please keep calm"}


def drill(stage: Stage, **more: object) -> int:
    trouble = IncidentDraft(
        kind=IncidentKind.DRILL, project_id=stage.project_id, promised_end_at=clock.now() + timedelta(hours=2)
    )
    usual: dict[str, object] = {"message_class": MessageClass.EMERGENCY, "trouble": trouble, **WORDS}
    return stage.planned(stage.supervisor, **usual | more)


def sent(campaign_id: int) -> list[Message]:
    with reading() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        found = list(session.scalars(select(Message).where(Message.batch_id == batch_id).order_by(Message.id)))
        session.expunge_all()
        return found


def a_landline(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "3-1-9901")
        make.an_owner(session, home, LANDLINE, "老李")


@pytest.mark.parametrize("changed", [{"text_zh": "消防疏散演练"}, {"text_en": "A fire drill"}, {"text_zh": "紧急停水"}])
def test_words_that_do_not_say_so_first_are_refused(stage: Stage, changed: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="begin with DRILL"):
        drill(stage, **changed)


def test_every_word_of_it_says_so_first_by_text_and_by_call(stage: Stage) -> None:
    a_landline(stage)
    opening = drill(stage)
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        later = clock.now() + timedelta(hours=5)
        written = [notices.delay(session, incident_id, stage.supervisor, promised_end_at=later, at=clock.now())]
        written.append(notices.restore(session, incident_id, stage.supervisor, at=clock.now()))
        ids = [one.id for one in written if one is not None]
    for id in ids:
        jobs.plan(id)
    for id in (opening, *ids):
        messages = sent(id)
        assert messages
        for one in messages:
            who = "【回音物业】" if one.way is Way.TEXT else "您好，这里是回音物业。"
            assert one.body.startswith(f"{who}演练"), one.body
    assert {one.way for one in sent(opening)} == {Way.TEXT, Way.CALL}


def test_at_night_it_waits_for_the_morning_whatever_the_way(stage: Stage) -> None:
    clock.stop_at(NIGHT)
    a_landline(stage)
    trouble = IncidentDraft(
        kind=IncidentKind.DRILL, project_id=stage.project_id, promised_end_at=NIGHT + timedelta(hours=12)
    )
    with transaction() as session:
        id = campaigns.write(
            session, stage.draft(message_class=MessageClass.EMERGENCY, trouble=trouble, **WORDS), stage.supervisor,
            at=NIGHT,
        ).id  # fmt: skip
    jobs.plan(id)
    stage.approve(id)
    stage.work()
    assert stage.states(id) == {"planned": 13}
    hours = {(one.way, one.due_at.astimezone(NIGHT.tzinfo).hour) for one in sent(id)}
    assert hours == {(Way.TEXT, 8), (Way.CALL, 7)}
    clock.stop_at(NIGHT + timedelta(hours=9))
    stage.work()
    assert stage.states(id) == {"accepted": 13}


@pytest.mark.parametrize("how", ["approved at night", "gone on with at night", "still leaving at night"])
def test_planned_by_day_it_wakes_nobody_at_night_either(stage: Stage, how: str) -> None:
    evening = NIGHT.replace(hour=18)
    clock.stop_at(evening)
    trouble = IncidentDraft(
        kind=IncidentKind.DRILL, project_id=stage.project_id, promised_end_at=NIGHT + timedelta(hours=12)
    )
    id = drill(stage, trouble=trouble, valid_until_at=NIGHT + timedelta(hours=1))
    if how != "approved at night":
        stage.approve(id)
    if how == "gone on with at night":
        with transaction() as session:
            campaigns.stop(session, id, stage.manager, at=clock.now())
    clock.stop_at(NIGHT)
    if how == "approved at night":
        stage.approve(id)
    if how == "gone on with at night":
        with transaction() as session:
            campaigns.resume(session, id, stage.manager, at=NIGHT)
    stage.work()
    assert stage.states(id) == {"planned": 12}
    assert {(one.due_at.astimezone(NIGHT.tzinfo).hour, one.reason) for one in sent(id)} == {(8, "quiet_hours")}
    clock.stop_at(NIGHT + timedelta(hours=9))
    stage.work()
    assert stage.states(id) == {"accepted": 12}


@pytest.mark.parametrize("written", ["19:05", "20:00", "20:30"])
def test_its_end_that_has_to_wait_for_the_morning_is_told_then(stage: Stage, written: str) -> None:
    a_landline(stage)
    written_at = datetime.fromisoformat(f"2026-11-23T{written}:00+08:00")
    clock.stop_at(written_at)
    opening = drill(stage, valid_until_at=written_at + timedelta(hours=2))
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        over = notices.restore(session, incident_id, stage.supervisor, at=written_at)
        assert over is not None
        id = over.id
    jobs.plan(id)
    clock.stop_at(written_at + timedelta(hours=1, minutes=59))
    stage.approve(id)
    stage.work()
    assert stage.states(id) == {"planned": 13}
    clock.stop_at(datetime.fromisoformat("2026-11-24T08:30:00+08:00"))
    stage.work()
    assert stage.states(id) == {"accepted": 13}


def test_it_stands_behind_whatever_is_real(stage: Stage) -> None:
    a_landline(stage)
    urgencies = {one.way: one.urgency for one in sent(drill(stage))}
    assert urgencies == {Way.TEXT: URGENCY[MessageClass.SERVICE, Way.TEXT], Way.CALL: CALM_URGENCY}
    assert min(urgencies.values()) > URGENCY[MessageClass.EMERGENCY, Way.TEXT]


def test_nobody_is_tried_again_and_nobody_knocks(stage: Stage) -> None:
    id = drill(stage)
    stage.approve(id)
    stage.work()
    for _ in range(5):
        clock.stop_at(clock.now() + timedelta(minutes=30))
        laddering.climb_due()
    with reading() as session:
        assert session.scalars(select(Ticket.id)).all() == []
        assert session.scalars(select(Campaign.id)).all() == [id]
        assert session.get_one(Campaign, id).ladder_due_at is None


def test_greetings_go_all_the_same(stage: Stage) -> None:
    drill(stage)
    with reading() as session:
        assert not blocks.for_class(session, MessageClass.CARE, at=AT, goes_at=AT).homes
