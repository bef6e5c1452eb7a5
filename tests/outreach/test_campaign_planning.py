"""A campaign is planned once, whoever plans it; its size, cost and length are known before it goes."""

import gc
import warnings
from datetime import timedelta

import pytest
from flask import Flask

from base import clock
from base.database import reading, transaction
from base.errors import Conflict
from messages.ledger.batches import freeze
from messages.lifecycle import MessageClass
from outreach.actions import people, planning, plans
from outreach.actions.plans import Piece
from outreach.actions.progress import cost, seconds_to_send, so_far
from outreach.audience import Filter
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage


def test_planning_begun_by_a_process_that_died_is_finished_by_another(stage: Stage) -> None:
    campaign_id = stage.write()
    with transaction() as session:
        assert planning.take(session, campaign_id, at=AT)
        found = planning.work_out(session, campaign_id, at=AT)
        assert found is not None
        planning.write_piece(session, campaign_id, Piece(next(found.pieces()).drafts[:5]), at=AT)
    jobs.plan_unfinished()
    assert stage.states(campaign_id) == {"planned": 5}, "for a minute nobody takes it from the other"
    clock.stop_at(AT + timedelta(seconds=61))
    jobs.plan_unfinished()
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).numbers == 12
    assert stage.states(campaign_id) == {"planned": 12}


def test_one_that_cannot_be_planned_keeps_no_other_from_being_planned(stage: Stage) -> None:
    bad, good = stage.write(), stage.write()
    with transaction() as session:
        session.get_one(Campaign, bad).audience = {"again_of": 999}
    jobs.plan_unfinished()
    assert (stage.states(bad), stage.states(good)) == ({}, {"planned": 12})


def test_who_is_told_twice_to_plan_plans_once(stage: Stage) -> None:
    campaign_id = stage.planned()
    with reading() as session:
        seen = session.get_one(Campaign, campaign_id).batch.hash
    jobs.plan(campaign_id)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert freeze(session, campaign.batch_id) == seen


def test_only_small_audiences_are_planned_while_somebody_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    with reading() as session:
        assert people.is_small(session, Filter(stage.project_id), 12)
        assert not people.is_small(session, Filter(stage.project_id), 11)
    monkeypatch.setattr(jobs, "SMALL", 11)
    campaign_id = stage.write()
    assert not jobs.plan_if_small(campaign_id)
    monkeypatch.setattr(jobs, "SMALL", 12)
    assert jobs.plan_if_small(campaign_id)


def test_what_it_costs_and_how_long_it_takes_is_said_before_it_goes(stage: Stage, app: Flask) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(make.Project, stage.project_id), "9-1-101")
        make.an_owner(session, home, "+862162345678")
    campaign_id = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert cost(campaign) is None, "nobody told us what a text costs"
        prices = {"sms_cost": 0.05, "call_cost": 0.3, "sms_rate_emergency": 2.0, "call_rate": 0.1}
        app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
        assert cost(campaign) == 0.9
        assert seconds_to_send(campaign) == 10.0, "the one call takes longer than twelve texts"


def test_an_audience_is_counted_and_its_first_few_are_read_without_going_through_it(stage: Stage) -> None:
    with reading() as session:
        everybody = Filter(stage.project_id)
        assert people.size_of(session, everybody) == (12, 12, 12)
        few = people.first(session, everybody, 3)
        assert [one.person_id for one in few] == [one.person_id for one in people.candidates(session, everybody)][:3]
        assert all(one.lines for one in few)


def test_how_long_the_rest_takes_counts_texts_and_calls_apart(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"sms_rate_service": 6.0, "sms_rate_emergency": 6.0, "call_rate": 0.25}
    )
    with transaction() as session:
        garden = session.get_one(make.Project, stage.project_id)
        make.an_owner(session, make.a_home(session, garden, "8-1-801"), "+862155550002", "王桂英")
    notice = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY)
    stage.approve(notice)
    with reading() as session:
        campaign = session.get_one(Campaign, notice)
        assert (campaign.texts, campaign.calls) == (12, 1)
        assert so_far(session, campaign).left_s == seconds_to_send(campaign) == 4.0


def test_a_planning_that_breaks_off_leaves_nothing_open(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = stage.write()
    monkeypatch.setattr(plans, "MOST_ROWS", 1)

    def withdrawn_meanwhile(*_: object, **__: object) -> None:
        raise Conflict("withdrawn")

    monkeypatch.setattr(planning, "write_piece", withdrawn_meanwhile)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        jobs.plan(campaign_id)
        gc.collect()
    assert [str(one.message) for one in said] == []
