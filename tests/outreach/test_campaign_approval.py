"""Who lets a campaign go, what they have read, and until when it may still be let go."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed
from messages.lifecycle import MessageClass
from outreach.actions import campaigns
from outreach.actions.campaigns import By
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets.workdays import DayKind


def test_an_author_does_not_approve_their_own(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor)
    with pytest.raises(NotAllowed, match="ask somebody else"):
        stage.approve(campaign_id, stage.supervisor)
    assert stage.states(campaign_id) == {"planned": 12}


def test_an_agent_approves_nothing(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="supervisor"):
        stage.approve(stage.planned(), stage.author)


def test_in_an_emergency_a_supervisor_lets_their_own_go_and_says_why(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    with pytest.raises(NotAllowed, match="emergency_reason"):
        stage.approve(campaign_id, stage.supervisor)
    stage.approve(campaign_id, stage.supervisor, reason="爆管，夜里只有我")
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.emergency_reason == "爆管，夜里只有我"
        assert campaign.incident is not None, "an emergency belongs to an incident"


def test_what_has_changed_since_it_was_read_is_not_approved(stage: Stage) -> None:
    with pytest.raises(Conflict, match="changed"):
        stage.approve(stage.planned(), seen="0" * 64)


def test_of_two_who_approve_at_once_one_is_told_so(stage: Stage, app: Flask) -> None:
    campaign_id, met, ends = stage.planned(), threading.Barrier(2), []

    def approves(by: By) -> None:
        with app.app_context():
            met.wait(timeout=10)
            try:
                stage.approve(campaign_id, by)
                ends.append("approved")
            except HuiyinError as error:
                ends.append(type(error).__name__)

    both = [threading.Thread(target=approves, args=[by]) for by in (stage.supervisor, stage.manager)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert sorted(ends) == ["Conflict", "approved"]


def test_too_late_to_approve_is_said(stage: Stage) -> None:
    campaign_id = stage.planned(valid_until_at=AT + timedelta(hours=1))
    clock.stop_at(AT + timedelta(hours=2))
    with pytest.raises(Conflict, match="not valid any more"):
        stage.approve(campaign_id)


EVENING = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
"""19:30 where the company is."""


def test_what_nobody_gave_an_end_has_the_next_day_when_it_would_end_in_the_night(stage: Stage) -> None:
    with transaction() as session:
        notice = campaigns.write(session, stage.draft(), stage.author, at=EVENING).id
    jobs.plan(notice)
    clock.stop_at(EVENING + timedelta(minutes=100))
    stage.approve(notice)
    stage.work()
    assert stage.states(notice) == {"planned": 12}, "after nine in the evening it waits"
    clock.stop_at(EVENING + timedelta(hours=12, minutes=31))
    stage.work()
    assert stage.states(notice) == {"accepted": 12}


def test_what_could_leave_only_after_its_end_is_not_let_go(stage: Stage) -> None:
    until_at = EVENING + timedelta(hours=12)
    with transaction() as session:
        notice = campaigns.write(session, stage.draft(valid_until_at=until_at), stage.author, at=EVENING).id
    jobs.plan(notice)
    clock.stop_at(EVENING + timedelta(minutes=100))
    with pytest.raises(Conflict, match="not valid any more"):
        stage.approve(notice)
    clock.stop_at(EVENING + timedelta(minutes=80))
    stage.approve(notice)


MERRY = {"text_zh": "物业祝大家快乐，明日擦窗", "text_en": "Happy days: windows are cleaned tomorrow"}


def test_on_a_day_that_the_house_marks_as_one_of_mourning_no_notice_wishes_joy_either(stage: Stage) -> None:
    with transaction() as session:
        make.a_special_day(session, f"{AT + timedelta(days=1):%Y-%m-%d}", DayKind.MOURNING, "哀悼日")
    stage.write(**MERRY)
    with pytest.raises(BadInput, match="day of mourning"):
        stage.write(send_at=AT + timedelta(days=1), **MERRY)


@pytest.mark.parametrize("marked", ["before the day it is approved on", "after it was stopped"])
def test_what_was_written_for_another_day_does_not_leave_on_one_of_mourning(stage: Stage, marked: str) -> None:
    merry, calm = stage.planned(**MERRY), stage.planned()
    if marked == "after it was stopped":
        stage.approve(merry)
        with transaction() as session:
            campaigns.stop(session, merry, stage.manager, at=AT)
    with transaction() as session:
        make.a_special_day(session, f"{AT + timedelta(days=1):%Y-%m-%d}", DayKind.MOURNING, "哀悼日")
    clock.stop_at(AT + timedelta(hours=22))

    def resumed(id: int) -> None:
        with transaction() as session:
            campaigns.resume(session, id, stage.manager, at=clock.now())

    goes = resumed if marked == "after it was stopped" else stage.approve
    with pytest.raises(BadInput, match="day of mourning"):
        goes(merry)
    stage.approve(calm)
    stage.work()
    assert stage.states(merry) == {"planned": 12}
