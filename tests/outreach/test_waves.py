"""A survey wave is written, drawn and let go; and a year of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from base.queue import Lane
from base.rows import table_of
from directory.actions import record_choice
from directory.consent import Choice
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, waving
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignState
from outreach.models import Campaign, LeftOut
from outreach.questionnairefile import questionnaire
from outreach.questionnaires import Questionnaire
from outreach.surveymodels import Interview
from outreach.waves import InterviewState
from tests import make
from tests.outreach.wave import DAY, Waves, a_house, number_of


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    return a_house(app, carrier_posts)


def test_a_wave_asks_a_share_of_the_households_and_says_why_not_the_others(waves: Waves) -> None:
    waves.has_homes(20)
    wave = waves.writes(share=0.25)
    found = waves.interviews()
    assert len(found) == 5
    assert {one.state for one in found} == {InterviewState.PLANNED}
    assert waves.left_out(wave) == {"not_drawn": 15}
    with reading() as session:
        campaign = session.get_one(Campaign, wave)
        assert (campaign.numbers, campaign.homes, campaign.texts, campaign.occasion) == (5, 5, 5, "2026-11")
        assert Questionnaire.of(campaign.questionnaire or {}) == questionnaire("short")


def test_what_leaves_is_the_first_question_in_the_lane_of_surveys(waves: Waves) -> None:
    waves.has_homes(1)
    waves.asks()
    [text] = waves.sent()
    assert (text.message_class, text.lane, text.urgency, text.way) == (MessageClass.SURVEY, Lane.BULK, 7, Way.TEXT)
    assert text.body == (
        "【回音物业】回音物业两问小调查：您对停水停电等通知（及时、清楚）是否满意？"
        "请回复1非常满意2满意3一般4不满意5非常不满意"
    )
    assert len(waves.carrier.asked) == 1


def test_nothing_leaves_before_it_is_let_go_and_planning_it_twice_changes_nothing(waves: Waves) -> None:
    waves.has_homes(3)
    wave = waves.writes()
    before = waves.everything()
    with transaction() as session:
        session.get_one(Campaign, wave).planner_until_at = None
    jobs.plan(wave)
    waves.works()
    assert waves.everything() == before
    assert waves.carrier.asked == []


def test_a_plan_that_died_half_way_is_drawn_the_same_again(waves: Waves) -> None:
    waves.has_homes(6)
    draft = waves.writes(share=0.5)

    def plan() -> list[tuple[object, ...]]:
        with reading() as session:
            asks = select(Interview.number, Interview.home_id, Interview.letter, Message.body)
            asks = asks.join(Message, Message.number == Interview.number).order_by(Interview.number)
            outs = select(LeftOut.person_id, LeftOut.reason).order_by(LeftOut.person_id)
            return [tuple(row) for query in (asks, outs) for row in session.execute(query)]

    first, before = plan(), waves.left_out(draft)
    assert len(first) == 6
    with transaction() as session:  # half of it was written, and nothing frozen
        campaign = session.get_one(Campaign, draft)
        campaign.state, campaign.planner_until_at = CampaignState.PLANNING, None
        campaign.batch.state, campaign.batch.hash = BatchState.DRAFT, ""
        for kind in (Interview, Message, LeftOut):
            session.delete(session.scalars(select(kind).order_by(kind.id)).all()[0])  # type: ignore[attr-defined]
    assert len(plan()) < len(first)
    jobs.plan(draft)
    assert (plan(), waves.left_out(draft)) == (first, before)
    assert len(waves.interviews()) == 3


def test_where_no_text_can_be_answered_the_wave_is_a_call_with_keys(
    app: Flask, carrier_posts: Callable[..., TestResponse]
) -> None:
    waves = a_house(app, carrier_posts, two_way="HK")
    waves.has_homes(1)
    waves.asks()
    [call] = waves.sent()
    assert (call.way, call.answer_path, call.urgency, call.ring_s) == (Way.CALL, "/voice/wave/{id}", 7, 30)


def test_whoever_refused_questions_is_left_out(waves: Waves) -> None:
    waves.has_homes(2)
    with transaction() as session:
        record_choice(session, number_of(0), Choice.OPT_OUT, at=DAY, channel="text", words="R")
    wave = waves.writes()
    assert waves.left_out(wave) == {"opted_out": 1}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"questionnaire": ""}, "Choose what it asks"), ({"questionnaire": "weekly"}, "no questionnaire 'weekly'"),
        ({"share": 0.0}, "must be 0.01 to 1"), ({"share": 1.5}, "must be 0.01 to 1"),
    ],
)  # fmt: skip
def test_a_wave_without_questions_or_of_nobody_is_refused(waves: Waves, more: dict[str, object], words: str) -> None:
    waves.has_homes(1)
    with pytest.raises(BadInput, match=words):
        waves.writes(**more)  # type: ignore[arg-type]


def test_a_wave_is_not_sent_again(waves: Waves) -> None:
    waves.has_homes(1)
    wave = waves.asks()
    with pytest.raises(Conflict, match="is reminded once"), transaction() as session:
        campaigns.resend(session, wave, waves.author, at=clock.now())


def test_another_wave_of_the_month_asks_others_first(waves: Waves) -> None:
    waves.has_homes(10)
    waves.asks(share=0.5)
    first = {one.number for one in waves.interviews()}
    waves.asks(share=0.5)
    assert {one.number for one in waves.interviews()} - first == {number_of(home) for home in range(10)} - first


def test_what_was_taken_back_counts_for_nobody(waves: Waves) -> None:
    waves.has_homes(2)
    for _ in range(3):
        wave = waves.writes()
        with transaction() as session:
            campaigns.withdraw(session, wave, waves.approver, at=clock.now())
    assert waves.left_out(waves.asks()) == {}


def test_in_a_year_of_twelve_waves_everybody_is_asked_once_or_twice_and_nobody_more(waves: Waves) -> None:
    waves.has_homes(60)
    begins, asked, coverage = datetime.fromisoformat("2026-01-12T10:00:00+08:00"), dict.fromkeys(range(60), 0), []
    for month in range(12):
        clock.stop_at(begins + timedelta(days=30 * month))
        before = {one.id for one in waves.interviews()}
        waves.asks(share=0.12)
        new = [one for one in waves.interviews() if one.id not in before]
        assert len(new) == 8
        for one in new:
            asked[int(one.number[-5:])] += 1
        coverage.append(sum(count > 0 for count in asked.values()))
    assert coverage[:8] == [8, 16, 24, 32, 40, 48, 56, 60]
    assert max(asked.values()) == 2
    firsts = [message for home in range(60) for message in waves.sent(home) if message.batch_id is not None]
    assert {message.state for message in firsts} == {MessageState.ACCEPTED}, "the ledger held none of them back"
    assert len(firsts) == 96


def test_who_was_asked_twice_is_left_out_until_the_year_is_over(waves: Waves) -> None:
    waves.has_homes(1)
    for _ in range(2):
        waves.asks()
    assert waves.left_out(waves.writes()) == {"asked_twice": 1}
    clock.stop_at(DAY + timedelta(days=366))
    assert waves.left_out(waves.asks()) == {}


def test_who_shares_a_home_is_not_asked_beside_the_other(waves: Waves) -> None:
    waves.has_homes(1)
    with transaction() as session:
        garden = make.a_project(session, "另一小区")
        home = make.a_home(session, garden)
        make.an_owner(session, home, number_of(7), "王先生")
        make.an_owner(session, home, number_of(8), "王太太")
        waves.project_id = garden.id
    assert waves.left_out(waves.writes()) == {"one_a_home": 1}


def test_who_was_asked_by_a_wave_that_was_taken_back_later_was_asked_all_the_same(waves: Waves) -> None:
    waves.has_homes(1)
    for _ in range(2):
        wave = waves.asks()
        waves.goes_on(hours=1)
        for move in (campaigns.stop, campaigns.withdraw):
            with transaction() as session:
                move(session, wave, waves.approver, at=clock.now())
        waves.works()
    assert waves.left_out(waves.writes()) == {"asked_twice": 1}


def test_waves_planned_at_once_ask_nobody_a_third_time(waves: Waves) -> None:
    waves.has_homes(1)
    waves.asks()
    first, second = waves.writes(), waves.writes()
    with transaction() as session:  # each was drawn before the other was
        for one in session.scalars(select(Interview).where(Interview.campaign_id == first)).all():
            draft = {name: getattr(one, name) for name in ("number", "home_id", "person_id", "way", "question")}
            session.add(Interview(campaign_id=second, written_at=clock.now(), **draft))
        theirs = session.scalars(select(Message).join(Campaign, Campaign.batch_id == Message.batch_id).where(
            Campaign.id == first
        )).one()  # fmt: skip
        columns = {c.key: getattr(theirs, c.key) for c in table_of(Message).columns if c.key != "id"}
        of_second = session.get_one(Campaign, second).batch_id
        waits = Message(**columns | {"batch_id": of_second, "once_key": "second", "due_at": clock.now()})
        session.add(waits)
        session.flush()
        waits_id = waits.id
    waves.lets_go(first)
    with transaction() as session:
        waving.begin(session, session.get_one(Campaign, second), at=clock.now())
    waves.works()
    assert [(one.state, one.reason) for one in waves.interviews()][2:] == [(InterviewState.NOT_ASKED, "asked_twice")]
    with reading() as session:
        left_out = session.get_one(Message, waits_id)
        assert (left_out.state, left_out.reason) == (MessageState.CANCELLED, "asked_twice")
