"""A campaign waits for its moment, is stopped and goes on; what did not arrive goes once more."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import NotAllowed
from messages.ledger.forgotten import forget
from messages.lifecycle import MessageState
from messages.models import Message
from outreach.actions import campaigns
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from telephony.carrier import Rejected
from tests.messages.fake import AT
from tests.outreach.stage import Stage


def test_stopped_half_way_the_rest_stays_and_goes_on_when_resumed(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 2.0})
    campaign_id = stage.planned()
    stage.approve(campaign_id)
    stage.work()
    assert stage.states(campaign_id) == {"accepted": 4, "planned": 8}, "two seconds of the rate"
    with transaction() as session:
        campaigns.stop(session, campaign_id, stage.manager, at=clock.now())
    for _ in range(5):
        clock.stop_at(clock.now() + timedelta(seconds=10))
        stage.work()
    assert stage.states(campaign_id) == {"accepted": 4, "planned": 8}
    with pytest.raises(NotAllowed), transaction() as session:
        campaigns.resume(session, campaign_id, stage.author, at=clock.now())
    with transaction() as session:
        campaigns.resume(session, campaign_id, stage.manager, at=clock.now())
    for _ in range(5):
        clock.stop_at(clock.now() + timedelta(seconds=10))
        stage.work()
    assert stage.states(campaign_id) == {"accepted": 12}


def test_a_moment_in_the_future_is_waited_for(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=AT + timedelta(hours=1))
    stage.approve(campaign_id)
    stage.work()
    assert stage.carrier.asked == []
    clock.stop_at(AT + timedelta(hours=1))
    stage.work()
    assert len(stage.carrier.asked) == 12


def test_sent_again_it_goes_to_those_it_did_not_reach_but_whoever_was_forgotten_since(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)] * 3
    first = stage.planned()
    stage.approve(first)
    stage.work()
    assert stage.states(first) == {"accepted": 9, "failed": 3}
    with transaction() as session:
        its = select(Message.number).where(Message.state == MessageState.FAILED).order_by(Message.id)
        gone, *failed = session.scalars(its).all()
        forget(session, [gone], at=AT)
        again = campaigns.resend(session, first, stage.author, at=AT).id
    jobs.plan(again)
    with reading() as session:
        second = select(Message.number).where(Message.about == f"campaign:{again}")
        assert set(session.scalars(second)) == set(failed)


def test_tried_again_twice_nobody_gets_it_twice(stage: Stage) -> None:
    stage.carrier.answers = [Rejected("21211", is_permanent=True)] * 2
    first = stage.planned(text_zh="停水：{homes}", text_en="Water is off: {homes}")
    stage.approve(first)
    stage.work()
    found = []
    for _ in range(2):
        with transaction() as session:
            found.append(campaigns.resend(session, first, stage.author, at=AT).id)
        jobs.plan(found[-1])
    with reading() as session:
        assert [session.get_one(Campaign, one).numbers for one in found] == [2, 0]
        bodies = session.scalars(select(Message.body).where(Message.about == f"campaign:{found[0]}"))
        assert all("号楼" in body for body in bodies), "the very words, with the homes they were about"
