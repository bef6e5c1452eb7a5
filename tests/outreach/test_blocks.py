"""Who is not greeted whatever they wished: told when it is planned, and looked at again just before it goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

import tickets.actions
from base import clock
from base.database import reading, transaction
from base.errors import BadInput
from messages import jobs as messages_jobs
from messages.lifecycle import MessageClass, MessageState
from messages.models import Batch, Message
from outreach.actions import campaigns, days
from outreach.actions.campaigns import CampaignDraft
from outreach.audience import Candidate, Filter, Reason
from outreach.blocks import AFTER_TROUBLE, Blocks, lasts
from outreach.jobs import blocks as sweeping
from outreach.jobs import planning
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from tests import make
from tests.outreach.birthday import MORNING, OWNER, Estate, an_estate
from tickets.actions import TicketDraft
from tickets.actions.incidents import IncidentDraft, open_incident, restore
from tickets.lifecycle import Channel, IncidentKind, Kind, Level, Status
from tickets.models import Ticket
from tickets.workdays import DayKind

WIFE, NEIGHBOUR = "+8613800138001", "+8613800138002"
TOMORROW = MORNING + timedelta(days=1)
Trouble = Callable[[Estate, dict[str, int]], None]


@pytest.fixture
def estate(app: Flask) -> Estate:
    return an_estate(app)


@pytest.fixture
def people(estate: Estate) -> dict[str, int]:
    """A couple in one home and their neighbour; all want greetings."""
    ids = {"husband": estate.resident(), "neighbour": estate.resident(NEIGHBOUR, "钱伟")}
    with transaction() as session:
        home = session.get_one(make.Person, ids["husband"]).contacts[0].home
        ids["wife"] = make.an_owner(session, home, WIFE, "孙丽").id
        make.a_consent(session, WIFE, "care", MORNING, granted=True)
    return ids


def greeting(estate: Estate, goes_at: datetime = MORNING, *, approved: bool = True) -> Campaign:
    """A greeting that the clock of this process plans, and a second person lets go."""
    with transaction() as session:
        draft = CampaignDraft(
            kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="问候", text_zh="小区十周年",
            text_en="Ten years", audience=Filter(estate.project_id), send_at=goes_at,
        )  # fmt: skip
        campaign_id = campaigns.write(session, draft, estate.author, at=clock.now()).id
    planning.plan(campaign_id)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        if approved:
            campaigns.approve(session, campaign_id, estate.approver, seen=campaign.batch.hash, at=clock.now())
        session.expunge(campaign)
        return campaign


def mourns(estate: Estate, people: dict[str, int]) -> None:
    estate.change(people["husband"], bereaved_at=clock.now())


def complains(estate: Estate, people: dict[str, int], status: Status = Status.OPEN) -> None:
    with transaction() as session:
        home = session.get_one(make.Person, people["husband"]).contacts[0].home
        draft = TicketDraft(
            kind=Kind.COMPLAINT, category="safety", channel=Channel.DESK, project_id=estate.project_id,
            home_id=home.id, person_id=people["husband"], caller_number=OWNER, summary="受伤",
        )  # fmt: skip
        ticket = tickets.actions.open_ticket(session, draft, at=clock.now(), once_key=f"c/{status}")
        ticket.level, ticket.status = Level.C2, status


def water_is_off(estate: Estate, _people: dict[str, int]) -> None:
    with transaction() as session:
        trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=estate.project_id)
        open_incident(session, trouble, by_id=None, at=clock.now())


BLOCKS: list[tuple[Trouble, str, set[str]]] = [
    (mourns, "bereaved", {OWNER}),
    (complains, "open_complaint", {OWNER, WIFE}),
    (water_is_off, "outage", {OWNER, WIFE, NEIGHBOUR}),
]
ALL = {OWNER, WIFE, NEIGHBOUR}


@pytest.mark.parametrize(("trouble", "reason", "whom"), BLOCKS, ids=lambda one: getattr(one, "__name__", ""))
def test_whoever_is_blocked_is_left_out_with_the_reason(
    estate: Estate, people: dict[str, int], trouble: Trouble, reason: str, whom: set[str]
) -> None:
    trouble(estate, people)
    campaign = greeting(estate, approved=False)
    assert campaign.left_out == {reason: len(whom)}
    assert {one.number for one in estate.sent() if one.way == "text" and one.batch_id} == ALL - whom


@pytest.mark.parametrize(("trouble", "reason", "whom"), BLOCKS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_comes_in_the_way_after_planning_is_swept_away_just_before_it_goes(
    estate: Estate, people: dict[str, int], trouble: Trouble, reason: str, whom: set[str]
) -> None:
    greeting(estate, TOMORROW)
    clock.stop_at(TOMORROW - timedelta(minutes=3))
    trouble(estate, people)
    sweeping.sweep()
    clock.stop_at(TOMORROW)
    messages_jobs.work_lane("bulk")
    greetings = {one.number: one for one in estate.sent() if one.message_class is MessageClass.CARE}
    assert {number for number, one in greetings.items() if one.state is MessageState.ACCEPTED} == ALL - whom
    assert {(greetings[number].state, greetings[number].reason) for number in whom} == {
        (MessageState.SUPPRESSED, reason)
    }


@pytest.mark.parametrize(("trouble", "reason", "whom"), BLOCKS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_comes_in_the_way_before_it_is_approved_is_swept_by_the_approval(
    estate: Estate, people: dict[str, int], trouble: Trouble, reason: str, whom: set[str]
) -> None:
    campaign = greeting(estate, approved=False)
    trouble(estate, people)
    with transaction() as session:
        campaigns.approve(session, campaign.id, estate.approver, seen=_hash(campaign), at=MORNING)
    messages_jobs.work_lane("bulk")
    put_away = {one.number for one in estate.sent() if one.reason == reason}
    assert put_away == whom


def _hash(campaign: Campaign) -> str:
    with reading() as session:
        return session.get_one(Batch, campaign.batch_id).hash


def test_nothing_leaves_that_was_not_swept_a_short_time_ago(estate: Estate, people: dict[str, int]) -> None:
    """The clock was dead for a night; somebody's complaint came in meanwhile."""
    greeting(estate, TOMORROW)
    clock.stop_at(TOMORROW)
    complains(estate, people)
    messages_jobs.work_lane("bulk")
    assert {one.state for one in estate.sent() if one.message_class is MessageClass.CARE} == {MessageState.PLANNED}
    sweeping.sweep()
    messages_jobs.work_lane("bulk")
    greetings = {one.number: one.reason for one in estate.sent() if one.message_class is MessageClass.CARE}
    assert greetings == {OWNER: "open_complaint", WIFE: "open_complaint", NEIGHBOUR: ""}


def test_a_sweep_leaves_alone_what_goes_later_and_what_is_no_greeting(estate: Estate, people: dict[str, int]) -> None:
    greeting(estate, TOMORROW)
    with transaction() as session:
        service = make_notice(estate)
        campaign_id = campaigns.write(session, service, estate.author, at=MORNING).id
    planning.plan(campaign_id)
    water_is_off(estate, people)
    sweeping.sweep()
    assert {one.state for one in estate.sent() if one.batch_id} == {MessageState.PLANNED}


def make_notice(estate: Estate) -> CampaignDraft:
    return CampaignDraft(
        kind=CampaignKind.NOTICE, message_class=MessageClass.SERVICE, title="停水", text_zh="明日停水",
        text_en="No water tomorrow", audience=Filter(estate.project_id),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "is_blocked"),
    [(Status.RESOLVED, True), (Status.WAITING, True), (Status.CLOSED, False), (Status.CANCELLED, False)],
)
def test_a_grave_complaint_is_in_the_way_until_it_is_closed(
    estate: Estate, people: dict[str, int], status: Status, is_blocked: bool
) -> None:
    complains(estate, people, status)
    assert bool(greeting(estate, approved=False).left_out) is is_blocked


def test_a_smaller_complaint_is_in_nobody_s_way(estate: Estate, people: dict[str, int]) -> None:
    complains(estate, people)
    with transaction() as session:
        session.query(Ticket).update({"level": Level.C1})
    assert greeting(estate, approved=False).left_out == {}


def test_trouble_is_in_the_way_for_a_day_after_it_is_over(estate: Estate, people: dict[str, int]) -> None:
    water_is_off(estate, people)
    with transaction() as session:
        restore(session, 1, at=MORNING)
    assert greeting(estate, approved=False).left_out == {"outage": 3}
    clock.stop_at(MORNING + AFTER_TROUBLE)
    assert greeting(estate, MORNING + AFTER_TROUBLE, approved=False).left_out == {}


def test_trouble_of_today_does_not_take_anybody_from_a_greeting_of_next_week(
    estate: Estate, people: dict[str, int]
) -> None:
    water_is_off(estate, people)
    assert greeting(estate, MORNING + timedelta(days=7), approved=False).left_out == {}


def test_trouble_elsewhere_is_in_nobody_s_way(estate: Estate, people: dict[str, int]) -> None:
    with transaction() as session:
        other = make.a_project(session, "滨江花园").id
    water_is_off(replace(estate, project_id=other), people)
    assert greeting(estate, approved=False).left_out == {}


def test_a_number_shared_with_somebody_who_mourns_is_left_in_peace(estate: Estate, people: dict[str, int]) -> None:
    estate.resident(OWNER, "李松")
    mourns(estate, people)
    campaign = greeting(estate, approved=False)
    assert campaign.left_out == {"bereaved": 2}


def test_on_a_day_somebody_has_marked_nobody_is_greeted(estate: Estate, people: dict[str, int]) -> None:
    greeting(estate, TOMORROW)
    with transaction() as session:
        make.a_special_day(session, "2026-11-23", DayKind.MOURNING, "哀悼日")
        assert days.mourning_on(session, TOMORROW.date()) == "哀悼日"
    with pytest.raises(BadInput, match="哀悼日"):
        greeting(estate, TOMORROW + timedelta(hours=1))
    clock.stop_at(TOMORROW)
    sweeping.sweep()
    messages_jobs.work_lane("bulk")
    assert {(one.state, one.reason) for one in estate.sent() if one.batch_id} == {
        (MessageState.SUPPRESSED, "mourning_day")
    }


def test_the_gravest_reason_is_told_and_a_home_blocks_everybody_in_it() -> None:
    theirs = Candidate(7, "zh", "", ((70, "3-1-101"), (71, "3-1-102")), ())
    blocks = Blocks({7: Reason.BEREAVED}, {71: Reason.OUTAGE}, {OWNER: Reason.OPEN_COMPLAINT})
    assert blocks.why(theirs, OWNER) is Reason.BEREAVED
    assert blocks.why(theirs._replace(person_id=8), OWNER) is Reason.OPEN_COMPLAINT
    assert blocks.why(theirs._replace(person_id=8), WIFE) is Reason.OUTAGE
    assert blocks.why(theirs._replace(person_id=8, homes=()), WIFE) is None


def test_trouble_is_near_while_it_lasts_and_for_a_day() -> None:
    hour = timedelta(hours=1)
    assert lasts(None, MORNING, MORNING)
    assert lasts(None, MORNING, MORNING + 23 * hour)
    assert not lasts(None, MORNING, MORNING + 24 * hour)
    assert lasts(MORNING - 23 * hour, MORNING, MORNING)
    assert not lasts(MORNING - 23 * hour, MORNING, MORNING + hour)


def test_every_message_put_away_is_final(estate: Estate, people: dict[str, int]) -> None:
    greeting(estate, TOMORROW)
    clock.stop_at(TOMORROW)
    mourns(estate, people)
    sweeping.sweep()
    with reading() as session:
        put_away = session.query(Message).filter_by(reason="bereaved").one()
        assert put_away.final_at == TOMORROW
