"""Who does not answer a wave is reminded once, and then left in peace; what became of each is a fact of its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import clockwork
from base import clock
from base.database import reading, transaction
from base.queue import Lane, hints
from messages.lifecycle import MessageState, Way
from messages.models import Message
from outreach.actions import campaigns
from outreach.jobs import waves as jobs
from outreach.surveymodels import Interview
from outreach.waves import InterviewState
from telephony.carrier import Rejected
from tests.outreach.wave import DAY, Waves, a_house


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    waves = a_house(app, carrier_posts)
    waves.has_homes(1)
    return waves


def test_one_reminder_and_then_it_is_unanswered(waves: Waves) -> None:
    waves.asks()
    waves.goes_on(hours=1)
    assert (waves.interview().state, waves.interview().asked_at) == (InterviewState.OPEN, DAY)
    waves.goes_on(at=DAY + timedelta(hours=47, minutes=59))
    assert len(waves.sent()) == 1
    waves.goes_on(minutes=2)
    assert waves.bodies()[1] == "您对停水停电等通知（及时、清楚）是否满意？请回复1非常满意2满意3一般4不满意5非常不满意"
    for _ in range(3):
        waves.goes_on(hours=49)
    assert len(waves.sent()) == 2
    one = waves.interview()
    assert (one.state, one.reason, one.due_at) == (InterviewState.UNANSWERED, "no_answer", None)


def test_the_reminder_asks_where_they_stopped_and_some_answers_are_partly(waves: Waves) -> None:
    waves.asks()
    waves.texts("2")
    waves.goes_on(hours=49)
    assert waves.bodies()[-1].startswith("有事时您能方便地联系到我们吗")
    assert len(waves.sent()) == 3
    waves.goes_on(hours=49)
    assert waves.interview().state is InterviewState.PARTLY


def test_where_no_yes_stands_any_more_nobody_is_reminded_and_nobody_is_said_to_have_refused(waves: Waves) -> None:
    waves.asks()
    waves.goes_on(hours=1)
    with transaction() as session:
        for asked in (*session.scalars(select(Interview)), *session.scalars(select(Message))):
            asked.number = "+639171234567"
    waves.goes_on(hours=48)
    [one] = waves.interviews()
    assert (one.state, one.reason) == (InterviewState.UNANSWERED, "no_consent")
    with reading() as session:
        assert len(session.scalars(select(Message.id)).all()) == 1


def test_nobody_is_reminded_at_noon_or_in_the_night(waves: Waves) -> None:
    clock.stop_at(DAY + timedelta(hours=1, minutes=50))  # ten to twelve
    waves.asks()
    waves.goes_on(hours=1)
    waves.goes_on(hours=47, minutes=20)  # ten past twelve
    assert len(waves.sent()) == 1
    waves.goes_on(hours=2)
    assert len(waves.sent()) == 2


def test_who_was_not_reached_was_not_asked(waves: Waves) -> None:
    waves.carrier.answers = [Rejected("30004", is_permanent=True)]
    waves.asks()
    waves.goes_on(hours=1)
    assert waves.interview().state is InterviewState.NOT_ASKED
    waves.goes_on(days=5)
    assert len(waves.sent()) == 1


def test_while_it_waits_nothing_is_said_of_it_and_what_is_taken_back_was_never_asked(waves: Waves) -> None:
    wave = waves.writes()
    waves.lets_go(wave)
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    waves.goes_on(hours=2)
    assert waves.interview().state is InterviewState.PLANNED
    with transaction() as session:
        campaigns.withdraw(session, wave, waves.approver, at=clock.now())
    waves.goes_on(hours=2)
    assert (waves.interview().state, waves.interview().reason) == (InterviewState.NOT_ASKED, "withdrawn")


def test_of_a_wave_that_was_stopped_nobody_is_reminded_and_an_answer_still_counts(waves: Waves) -> None:
    wave = waves.asks()
    waves.goes_on(hours=1)
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    waves.goes_on(hours=48)
    assert (waves.interview().state, waves.interview().reason) == (InterviewState.UNANSWERED, "stopped")
    assert len(waves.sent()) == 1
    assert waves.texts("1") == "survey"


def test_a_call_that_nobody_answered_is_placed_once_more_at_another_time_of_day(
    app: Flask, carrier_posts: Callable[..., TestResponse]
) -> None:
    waves = a_house(app, carrier_posts, two_way="HK")
    waves.has_homes(1)
    waves.asks()
    with transaction() as session:
        call = session.get_one(Message, waves.sent()[0].id)
        call.state, call.final_at = MessageState.NO_ANSWER, DAY
    waves.goes_on(hours=1)
    assert waves.interview().due_at is not None
    waves.goes_on(at=waves.interview().due_at)
    first, again = waves.sent()
    assert (again.way, again.answer_path) == (Way.CALL, f"/voice/interview/{waves.interview().id}")
    assert clock.now() >= DAY + timedelta(hours=48)
    assert clock.now().astimezone().hour != first.planned_at.astimezone().hour
    waves.goes_on(hours=49)
    assert (len(waves.sent()), waves.interview().state) == (2, InterviewState.UNANSWERED)


def test_the_clock_finds_an_interview_nobody_hinted_at(waves: Waves) -> None:
    waves.asks()
    hints().queue(Lane.NORMAL).empty()
    clockwork.hint_what_is_due()
    assert "outreach.jobs.waves.look_due" not in [job.func_name for job in hints().queue(Lane.NORMAL).jobs]
    clock.stop_at(DAY + timedelta(hours=1))
    clockwork.hint_what_is_due()
    assert "outreach.jobs.waves.look_due" in [job.func_name for job in hints().queue(Lane.NORMAL).jobs]


def test_what_was_planned_to_ask_on_does_not_leave_after_a_stop(waves: Waves) -> None:
    wave = waves.asks()
    waves.texts("2")
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    waves.works()
    assert [message.state for message in waves.sent()] == [MessageState.ACCEPTED, MessageState.CANCELLED]


def test_a_reminder_that_waits_for_its_turn_does_not_leave_after_a_stop(waves: Waves) -> None:
    wave = waves.asks()
    waves.goes_on(hours=1)
    clock.stop_at(DAY + timedelta(hours=49))
    jobs.look_due()
    assert len(waves.sent()) == 2
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    waves.works()
    assert [message.state for message in waves.sent()] == [MessageState.ACCEPTED, MessageState.CANCELLED]


def resumed(waves: Waves, wave: int) -> None:
    with transaction() as session:
        campaigns.resume(session, wave, waves.approver, at=clock.now())
    waves.works()


def test_what_was_planned_to_ask_on_leaves_after_all_when_the_wave_goes_on(waves: Waves) -> None:
    wave = waves.asks()
    waves.texts("2")
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    resumed(waves, wave)
    first, taken_back, asked = waves.sent()
    assert [one.state for one in (first, taken_back, asked)] == [
        MessageState.ACCEPTED, MessageState.CANCELLED, MessageState.ACCEPTED,
    ]  # fmt: skip
    assert asked.body == taken_back.body
    assert waves.texts("1") == "survey"


def test_a_wave_that_is_stopped_and_goes_on_asks_nobody_twice(waves: Waves) -> None:
    wave = waves.asks()
    waves.texts("2")
    waves.works()
    before = waves.bodies()
    for _ in range(2):
        with transaction() as session:
            campaigns.stop(session, wave, waves.approver, at=clock.now())
        resumed(waves, wave)
    assert waves.bodies() == before


@pytest.mark.parametrize("two_way", ["CN,HK", "HK"])
def test_a_reminder_that_was_taken_back_leaves_when_the_wave_goes_on(
    app: Flask, carrier_posts: Callable[..., TestResponse], two_way: str
) -> None:
    waves = a_house(app, carrier_posts, two_way=two_way)
    waves.has_homes(1)
    wave = waves.asks()
    if two_way == "HK":
        with transaction() as session:
            call = session.get_one(Message, waves.sent()[0].id)
            call.state, call.final_at = MessageState.NO_ANSWER, DAY
    waves.goes_on(hours=1)
    clock.stop_at(waves.interview().due_at or DAY)
    jobs.look_due()
    assert len(waves.sent()) == 2
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    resumed(waves, wave)
    jobs.look_due()
    waves.works()
    assert [message.state for message in waves.sent()][1:] == [MessageState.CANCELLED, MessageState.ACCEPTED]
    assert waves.interview().reminded_at is not None


def test_what_an_answer_took_back_is_not_asked_after_all(waves: Waves) -> None:
    wave = waves.asks()
    waves.goes_on(hours=1)
    clock.stop_at(DAY + timedelta(hours=49))
    jobs.look_due()
    waves.texts("2", is_quick=True)  # before the reminder has left
    with transaction() as session:
        next_question = session.get_one(Message, waves.sent()[-1].id)
        next_question.state, next_question.final_at = MessageState.FAILED, clock.now()
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    before = waves.bodies()
    resumed(waves, wave)
    assert waves.bodies() == before


def test_a_question_whose_turn_came_only_after_a_stop_is_asked_when_the_wave_goes_on(waves: Waves) -> None:
    """It was with the carrier as the wave was stopped, came back, and had run out by then."""
    wave = waves.asks()
    waves.texts("2", is_quick=True)
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
        taken_back = session.get_one(Message, waves.sent()[-1].id)
        taken_back.state, taken_back.reason = MessageState.EXPIRED, "valid_until"
    resumed(waves, wave)
    assert waves.bodies()[-1] == waves.bodies()[-2]
    assert waves.sent()[-1].state is MessageState.ACCEPTED


def test_a_wave_that_lasts_goes_on_also_when_nobody_new_can_be_asked(waves: Waves) -> None:
    wave = waves.asks()
    waves.texts("2")
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    clock.stop_at(DAY + timedelta(days=8))
    resumed(waves, wave)
    assert waves.texts("1") == "survey"


def test_who_answers_a_wave_that_was_stopped_is_thanked_and_asked_nothing_more(waves: Waves) -> None:
    wave = waves.asks()
    with transaction() as session:
        campaigns.stop(session, wave, waves.approver, at=clock.now())
    assert waves.texts("2") == "survey"
    assert [body[:7] for body in waves.bodies()[1:]] == ["感谢您的回答，"]
    assert (waves.interview().state, waves.interview().reason) == (InterviewState.PARTLY, "stopped")
    waves.goes_on(days=4)
    assert len(waves.sent()) == 2


def test_who_was_asked_by_a_wave_that_is_taken_back_is_left_in_peace(waves: Waves) -> None:
    wave = waves.asks()
    for move in (campaigns.stop, campaigns.withdraw):
        with transaction() as session:
            move(session, wave, waves.approver, at=clock.now())
    waves.works()
    one = waves.interview()
    assert (one.state, one.reason, one.asked_at, one.due_at) == (InterviewState.UNANSWERED, "withdrawn", DAY, None)


def test_whom_a_question_did_not_reach_after_all_was_not_asked(waves: Waves) -> None:
    waves.asks()
    waves.goes_on(hours=1)
    assert waves.interview().state is InterviewState.OPEN
    with transaction() as session:
        text = session.get_one(Message, waves.sent()[0].id)
        text.state, text.final_at = MessageState.UNDELIVERED, clock.now()
    waves.goes_on(hours=48)
    one = waves.interview()
    assert (one.state, one.asked_at, one.due_at) == (InterviewState.NOT_ASKED, None, None)
    assert len(waves.sent()) == 1
