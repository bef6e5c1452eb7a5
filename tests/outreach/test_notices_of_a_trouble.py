"""Notices about one trouble: its opening, its delay and its all-clear go to the same people, and in order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from messages.ledger.archive import archive
from messages.ledger.forgotten import forget
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import MESSAGE_ARCHIVE, Message
from outreach.actions import campaigns, further, notices
from outreach.actions.campaigns import By
from outreach.audience import Filter
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState, NoticeStep
from outreach.models import Campaign, LeftOut
from telephony.carrier import OutgoingCall, Rejected
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage, a_water_cut
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind


def test_an_emergency_without_a_project_is_refused(stage: Stage) -> None:
    everywhere = replace(stage.supervisor, project_id=None)
    with pytest.raises(BadInput, match="project"):
        stage.write(everywhere, message_class=MessageClass.EMERGENCY, audience=Filter())


def test_when_it_is_over_nothing_older_is_let_go(stage: Stage) -> None:
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        assert notices.restore(session, incident_id, stage.supervisor, at=AT) is None, "nobody was told of it"
    with pytest.raises(Conflict, match="over"):
        stage.approve(opening)


def test_a_delay_goes_to_everybody_the_opening_was_for_and_stops_what_is_left_of_it(
    stage: Stage, app: Flask
) -> None:  # fmt: skip
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_emergency": 2.0})
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    stage.approve(opening)
    stage.work()
    assert stage.states(opening) == {"accepted": 4, "planned": 8}
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        later = AT + timedelta(hours=5)
        written = notices.delay(session, incident_id, stage.supervisor, promised_end_at=later, at=AT)
        assert written is not None
        delay = written.id
    jobs.plan(delay)
    with reading() as session:
        assert session.get_one(Campaign, opening).state is CampaignState.APPROVED, "nobody has let the delay go yet"
        assert session.get_one(Campaign, delay).numbers == 12
    stage.approve(delay)
    with reading() as session:
        assert session.get_one(Campaign, opening).state is CampaignState.STOPPED
    with pytest.raises(Conflict, match="another end"), transaction() as session:
        campaigns.resume(session, opening, stage.manager, at=clock.now())


def test_whoever_got_word_of_a_trouble_is_counted_once(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)]
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    stage.approve(opening)
    stage.work()
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        assert further.addressed(session, incident_id, NoticeStep.RESTORED) == 11


def test_whoever_was_forgotten_since_hears_no_further_word(stage: Stage) -> None:
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        forget(session, session.scalars(select(Message.number).limit(1)).all(), at=AT)
        assert further.addressed(session, incident_id, NoticeStep.RESTORED) == 11
        written = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert written is not None
        id = written.id
    jobs.plan(id)
    assert stage.states(id) == {"planned": 11}


def test_a_promise_put_off_before_anybody_was_told_takes_the_old_words_back(stage: Stage) -> None:
    trouble = a_water_cut(stage, promised_end_at=AT + timedelta(hours=2))
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        later = AT + timedelta(hours=5)
        assert notices.delay(session, incident_id, stage.supervisor, promised_end_at=later, at=AT) is None
    with pytest.raises(Conflict):
        stage.approve(opening)


def test_an_all_clear_that_was_taken_back_is_written_anew(stage: Stage) -> None:
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        first = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert first is not None
    with pytest.raises(Conflict), transaction() as session:
        notices.restore(session, incident_id, stage.supervisor, at=AT)
    with transaction() as session:
        campaigns.withdraw(session, first.id, stage.supervisor, at=clock.now())
        second = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert second is not None
        id = second.id
    jobs.plan(id)
    stage.approve(id)
    clock.stop_at(AT + timedelta(minutes=1))
    stage.work()
    assert stage.states(id) == {"accepted": 12}


def test_an_all_clear_after_one_that_was_taken_back_half_way_goes_to_the_others(stage: Stage) -> None:
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None

    def all_clear() -> int:
        with transaction() as session:
            written = notices.restore(session, incident_id, stage.supervisor, at=AT)
            assert written is not None
            id = written.id
        jobs.plan(id)
        stage.approve(id)
        return id

    first = all_clear()
    with transaction() as session:
        its = select(Message).where(Message.batch_id == session.get_one(Campaign, first).batch_id).order_by(Message.id)
        for message in session.scalars(its.limit(5)):
            message.state, message.final_at = MessageState.DELIVERED, AT
        campaigns.stop(session, first, stage.supervisor, at=AT)
        campaigns.withdraw(session, first, stage.supervisor, at=AT)
    jobs.put_away(first)
    with reading() as session:
        assert further.addressed(session, incident_id, NoticeStep.RESTORED) == 7
    second = all_clear()
    stage.work()
    assert stage.states(second) == {"accepted": 7}
    with reading() as session:
        reasons = session.scalars(select(LeftOut.reason).where(LeftOut.campaign_id == second)).all()
    assert reasons == ["already"] * 5


def test_a_trouble_whose_opening_is_in_the_archive_goes_on_like_any_other(stage: Stage) -> None:
    with transaction() as session:
        project = session.get_one(make.Project, stage.project_id)
        make.an_owner(session, make.a_home(session, project, "9-1-101"), "+862162345678")
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    later = AT + timedelta(days=500)
    with transaction() as session:
        everything = update(Message).values(state=MessageState.DELIVERED, final_at=AT)
        session.execute(everything.where(Message.way == Way.TEXT))
        session.execute(everything.where(Message.way == Way.CALL).values(state=MessageState.ANSWERED))
    stage.planned()  # the newest row never moves
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        archive(session, at=later, keep=timedelta(days=400))
        assert len(session.execute(select(MESSAGE_ARCHIVE.c.id)).all()) == 13
    clock.stop_at(later)
    promised_at, by = later + timedelta(hours=3), stage.supervisor
    for step in (NoticeStep.DELAY, NoticeStep.RESTORED):
        with transaction() as session:
            assert further.addressed(session, incident_id, step) == 13
            if step is NoticeStep.DELAY:
                written = notices.delay(session, incident_id, by, promised_end_at=promised_at, at=later)
            else:
                written = notices.restore(session, incident_id, by, at=later)
            assert written is not None
            id = written.id
        jobs.plan(id)
        stage.approve(id)
        with reading() as session:
            campaign = session.get_one(Campaign, id)
            assert (campaign.texts, campaign.calls) == (12, 1)


def test_a_landline_is_not_rung_at_night_whenever_it_was_planned_and_let_go(stage: Stage) -> None:
    evening = AT + timedelta(hours=8, minutes=55)  # 20:55 in Shanghai
    clock.stop_at(evening)
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101"),
                      "+862162345678")  # fmt: skip
        trouble = a_water_cut(stage, promised_end_at=evening + timedelta(hours=14))
        draft = stage.draft(message_class=MessageClass.EMERGENCY, trouble=trouble)
        opening = campaigns.write(session, draft, stage.supervisor, at=evening).id
    jobs.plan(opening)
    clock.stop_at(evening + timedelta(minutes=35))
    stage.approve(opening)
    stage.work()
    assert {asked.number for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)} == set()
    clock.stop_at(evening + timedelta(hours=10, minutes=6))
    stage.work()
    assert [asked.number for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)] == ["+862162345678"]


def test_a_landline_held_past_the_promised_end_is_not_rung_with_it(stage: Stage) -> None:
    night = AT + timedelta(hours=14)  # 02:00 in Shanghai
    clock.stop_at(night)
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101"),
                      "+862162345678")  # fmt: skip
        trouble = a_water_cut(stage, promised_end_at=night + timedelta(hours=2))
        draft = stage.draft(message_class=MessageClass.EMERGENCY, trouble=trouble)
        opening = campaigns.write(session, draft, stage.supervisor, at=night).id
    jobs.plan(opening)
    stage.approve(opening)
    clock.stop_at(night + timedelta(hours=6))
    stage.work()
    assert not [asked for asked in stage.carrier.asked if isinstance(asked, OutgoingCall)]


def test_only_an_emergency_belongs_to_an_incident_and_it_stays_in_its_project(stage: Stage) -> None:
    with pytest.raises(BadInput, match="Only an emergency"):
        stage.write(trouble=a_water_cut(stage))
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
    everywhere = By(stage.manager.staff_id, Role.DIRECTOR)
    with pytest.raises(BadInput, match="project of its incident"):
        stage.write(everywhere, message_class=MessageClass.EMERGENCY, incident_id=incident_id, audience=Filter())


def test_a_delay_is_not_for_those_whose_opening_was_taken_back(stage: Stage) -> None:
    trouble = IncidentDraft(
        kind=IncidentKind.WATER, project_id=stage.project_id, promised_end_at=AT + timedelta(hours=2)
    )
    emergency = {"message_class": MessageClass.EMERGENCY}
    wrong = stage.planned(stage.supervisor, **emergency, trouble=trouble)
    stage.approve(wrong)
    with transaction() as session:
        incident_id = session.get_one(Campaign, wrong).incident_id
        campaigns.stop(session, wrong, stage.supervisor, at=clock.now())
        campaigns.withdraw(session, wrong, stage.supervisor, at=clock.now())
        homes = session.scalars(select(make.Building.id).where(make.Building.name == "3号楼")).all()
    jobs.put_away_withdrawn()
    assert stage.states(wrong) == {"cancelled": 12}
    right = stage.planned(
        stage.supervisor, **emergency, incident_id=incident_id, audience=Filter(stage.project_id, tuple(homes))
    )
    stage.approve(right)
    stage.work()
    assert stage.states(right) == {"accepted": 6}
    with reading() as session:
        assert further.addressed(session, incident_id, NoticeStep.DELAY) == 6
