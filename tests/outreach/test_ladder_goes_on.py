"""What ends the ladder of an emergency, what stops it, and what it goes on after."""

from datetime import timedelta

from sqlalchemy import select, update

from base import clock
from base.database import reading, transaction
from directory.models import Number
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, laddering, notices
from outreach.jobs import laddering as jobs
from outreach.jobs import planning
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from telephony.numbers import NumberKind
from tests.messages.fake import AT
from tests.outreach.rungs import FIRST, SECOND, ends, minutes_later, newest, opening, went
from tests.outreach.stage import Stage

FAMILY, NEIGHBOUR = "+8613800138095", "+8613800138000"


def test_when_the_trouble_is_over_nobody_is_tried_any_more(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        notices.restore(session, incident_id, stage.manager, at=clock.now())
    minutes_later(stage, 10)
    assert went(before) == []


def test_a_stopped_emergency_climbs_no_further_and_a_resumed_one_does(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())
    minutes_later(stage, 10)
    assert went(before) == []
    with transaction() as session:
        campaigns.resume(session, id, stage.manager, at=clock.now())
    minutes_later(stage, 11)
    assert went(before) == [], "what waited leaves first"
    minutes_later(stage, 20)
    assert went(before) == [(SECOND, Way.TEXT)]


def test_a_stop_holds_for_the_rungs_too(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    clock.stop_at(AT + timedelta(minutes=10))
    jobs.climb_due()
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())
    stage.work()
    assert went(before) == []
    with transaction() as session:
        campaigns.resume(session, id, stage.manager, at=clock.now())
    stage.work()
    assert went(before) == [(SECOND, Way.TEXT)]


def test_what_fails_late_is_tried_again_all_the_same(stage: Stage, home: int) -> None:
    opening(stage)
    with transaction() as session:
        session.execute(update(Message).where(Message.number == FIRST).values(state="accepted", final_at=None))
    before = newest()
    minutes_later(stage, 10)
    assert went(before) == []
    ends(MessageState.UNDELIVERED)
    minutes_later(stage, 20)
    assert went(before) == [(SECOND, Way.CALL)]


def test_after_a_gap_the_rungs_do_not_come_all_at_once(stage: Stage, home: int) -> None:
    opening(stage)
    before = newest()
    minutes_later(stage, 70)
    minutes_later(stage, 70.1)
    assert went(before) == [(SECOND, Way.TEXT)]


def test_a_process_that_dies_between_claiming_a_rung_and_planning_it_loses_nothing(stage: Stage, home: int) -> None:
    id, before = opening(stage), newest()
    clock.stop_at(AT + timedelta(minutes=10))
    with reading() as session:
        found = laddering.look(session, id, at=clock.now())
    assert found is not None
    with transaction() as session:
        rung_id = laddering.climb(session, found, at=clock.now())
        assert laddering.climb(session, found, at=clock.now()) is None, "of two that look at once, one climbs"
    assert rung_id is not None
    planning.plan_unfinished()  # which the clock does
    stage.work()
    assert went(before) == [(SECOND, Way.TEXT)]
    with reading() as session:
        rung = session.get_one(Campaign, rung_id)
        assert (rung.state, rung.approved_by_id) == (CampaignState.APPROVED, stage.manager.staff_id)


def test_sent_again_it_goes_to_nobody_whom_a_rung_has_reached_since(stage: Stage, home: int) -> None:
    id = opening(stage)
    with transaction() as session:
        session.execute(update(Message).where(Message.number == NEIGHBOUR).values(state=MessageState.UNDELIVERED))
        neighbour = session.scalars(select(Number).where(Number.number == NEIGHBOUR)).one().person
        neighbour.numbers.append(Number(number=FAMILY, raw=FAMILY, region="CN", kind=NumberKind.MOBILE, place=2))
    minutes_later(stage, 10)
    ends(MessageState.DELIVERED, Message.number == SECOND)
    ends(MessageState.UNDELIVERED, Message.number == FAMILY)
    with transaction() as session:
        again = campaigns.resend(session, id, stage.author, at=clock.now()).id
    planning.plan(again)
    with reading() as session:
        batch_id = session.get_one(Campaign, again).batch_id
        its = select(Message.number).where(Message.batch_id == batch_id)
        assert session.scalars(its).all() == [NEIGHBOUR], "the other heard it at their second number"


def test_service_notices_and_what_is_sent_again_have_no_ladder(stage: Stage, home: int) -> None:
    stage.approve(stage.planned())
    with reading() as session:
        assert session.scalars(select(Campaign.ladder_due_at)).all() == [None]
