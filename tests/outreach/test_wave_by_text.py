"""A household answers a wave by text: question by question, late too, and what a low answer leads to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.database import transaction
from messages.lifecycle import MessageClass
from outreach.surveys import ONE_IS_BEST, Via
from outreach.waves import InterviewState
from tests.outreach.wave import Waves, a_house
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.triagewords import UNSORTED

SECOND = "有事时您能方便地联系到我们吗？请回复1是2否"


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    waves = a_house(app, carrier_posts)
    waves.has_homes(1)
    return waves


def test_each_answer_is_followed_by_the_next_question_and_the_last_by_thanks(waves: Waves) -> None:
    waves.asks()
    assert waves.texts("2") == "survey"
    assert waves.bodies()[1:] == [SECOND]
    assert waves.texts("是") == "survey"
    assert waves.bodies()[2:] == ["感谢您的回答，我们会认真改进。有事请随时拨打4008001234"]
    first, second = waves.answers()
    assert (first.question, first.key, first.mapping, first.score, first.via) == ("news", "2", ONE_IS_BEST, 4, Via.TEXT)
    assert (second.key, second.mapping, second.score) == ("1", "yes_no", 5)
    assert (waves.interview().state, waves.interview().due_at) == (InterviewState.ANSWERED, None)
    assert waves.tickets() == []


def test_the_next_question_goes_before_the_first_ones_of_a_wave(waves: Waves) -> None:
    waves.asks()
    waves.texts("1")
    follow = waves.sent()[1]
    assert (follow.message_class, follow.urgency, follow.about) == (
        MessageClass.SURVEY, 6, f"interview:{waves.interview().id}",
    )  # fmt: skip


def test_an_answer_decides_which_question_follows(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("4", "速度"):
        waves.texts(text)
    assert [body.partition("？")[0] for body in waves.bodies()[1:]] == ["最需要改进的是哪方面"], "speed is 响应速度"
    waves.texts("2")
    assert waves.interview().question == "cleaning"


def test_words_at_the_end_are_kept_and_may_be_left_out(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "1", "1", "1"):
        waves.texts(text)
    assert waves.bodies()[-1] == "还有什么想告诉我们的？请直接回复文字，没有请回复0"
    assert waves.texts("楼下的灯太暗") == "survey"
    assert [(one.question, one.key, one.comment) for one in waves.answers()][-1] == ("comment", "", "楼下的灯太暗")
    assert waves.interview().state is InterviewState.ANSWERED


def test_two_days_later_words_mean_something_else(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "1", "1", "1"):
        waves.texts(text)
    clock.stop_at(clock.now() + timedelta(days=3))
    assert waves.texts("楼下的灯太暗") == "ticket"


def test_a_low_answer_opens_one_ticket_so_that_somebody_calls(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    waves.texts("5 没人管")
    [ticket] = waves.tickets()
    assert (ticket.kind, ticket.category, ticket.level, ticket.channel, ticket.summary) == (
        Kind.COMPLAINT, "attitude", Level.C1, Channel.SURVEY, "没人管",
    )  # fmt: skip
    assert (ticket.caller_number, ticket.home_id) == (waves.interview().number, waves.interview().home_id)
    for text in ("2", "4", "1", "1", "请早点回电"):
        waves.texts(text)
    assert len(waves.tickets()) == 1
    [ticket] = waves.tickets()
    assert ticket.ref in waves.bodies()[-1]
    assert "回电" in waves.bodies()[-1]


def test_danger_is_an_emergency_whatever_it_answers(waves: Waves) -> None:
    waves.asks()
    assert waves.texts("1 电梯困人了") == "ticket"
    assert [ticket.kind for ticket in waves.tickets()] == [Kind.EMERGENCY]
    assert waves.interview().question == "reached"


def test_anything_else_is_a_matter_of_its_own_and_the_question_stays_open(waves: Waves) -> None:
    waves.asks()
    assert waves.texts("3号楼的灯坏了") == "ticket"
    assert waves.texts("6") == "ticket"
    assert waves.answers() == []
    assert waves.texts("3") == "survey"


def test_the_same_text_twice_is_answered_once(waves: Waves) -> None:
    waves.asks()
    for _ in range(2):
        waves.texts("1", sid="SM" + "9" * 32)
    assert len(waves.answers()) == 1
    assert len(waves.sent()) == 2


def test_an_answer_counts_before_the_clock_has_looked_and_not_before_it_was_asked(waves: Waves) -> None:
    wave = waves.writes()
    assert waves.texts("1") == "ticket", "nobody has asked yet"
    waves.lets_go(wave)
    waves.works()
    assert waves.interview().state is InterviewState.PLANNED
    assert waves.texts("1") == "survey"


@pytest.mark.parametrize(("days", "became"), [(20, "survey"), (31, "ticket")])
def test_a_late_answer_counts_until_the_wave_is_over(waves: Waves, days: int, became: str) -> None:
    waves.asks()
    for hours in (1, 47, 49):
        waves.goes_on(hours=hours)
    assert waves.interview().state is InterviewState.UNANSWERED
    clock.stop_at(waves.interview().written_at + timedelta(days=days))
    assert waves.texts("2") == became
    assert (waves.interview().state is InterviewState.OPEN) == (became == "survey")


def test_who_wants_to_be_left_alone_is_asked_no_more(waves: Waves) -> None:
    waves.asks()
    waves.texts("1")
    waves.texts("退订", is_quick=True)
    assert (waves.interview().state, waves.interview().reason) == (InterviewState.REFUSED, "opted_out")
    waves.goes_on(hours=60)
    assert [message.state.value for message in waves.sent()] == ["accepted", "cancelled"]
    assert waves.texts("1") == "ticket"


def test_another_digit_before_the_next_question_has_left_puts_the_answer_right(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    clock.stop_at(clock.now() + timedelta(hours=10, minutes=30))  # half past eight in the evening: asked no more today
    assert [waves.texts("2"), waves.texts("3"), waves.texts("3")] == ["survey"] * 3
    assert [(one.question, one.key, one.score) for one in waves.answers()] == [("service", "3", 3)]
    assert [(message.state.value, message.reason) for message in waves.sent()[1:]] == [("planned", "quiet_hours")]
    waves.goes_on(hours=13)
    assert len(waves.sent()) == 2
    assert waves.texts("1") == "survey"
    assert [(one.question, one.key) for one in waves.answers()] == [("service", "3"), ("cleaning", "1")]


def test_an_answer_put_right_is_followed_by_what_follows_from_it(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "5", "1", "5"):
        assert waves.texts(text, is_quick=True) == "survey"
    waves.works()
    cleaning, part, again, last = waves.sent()[1:]
    assert [one.state.value for one in (cleaning, part, again, last)] == ["cancelled"] * 3 + ["accepted"]
    assert (again.body, last.body) == (cleaning.body, part.body)
    assert [(one.key, waves.interview().question) for one in waves.answers()] == [("5", "part")]
    assert [ticket.category for ticket in waves.tickets()] == ["attitude"]
    assert waves.texts("2") == "survey"
    assert [(one.question, one.key) for one in waves.answers()] == [("service", "5"), ("part", "2")]


def test_words_before_the_question_for_words_has_left_are_no_answer_to_it(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "1", "1", "1"):
        waves.texts(text)
    assert waves.texts("楼下的灯太暗", is_quick=True) == "ticket"
    assert waves.interview().state is InterviewState.OPEN
    waves.works()
    assert waves.texts("请多种花") == "survey"


def test_the_last_answer_too_is_put_right_for_a_while(waves: Waves) -> None:
    waves.asks()
    for text in ("1", "1", "2"):
        assert waves.texts(text) == "survey"
    assert [one.key for one in waves.answers()] == ["1", "2"]
    assert len(waves.sent()) == 3
    clock.stop_at(clock.now() + timedelta(minutes=31))
    assert waves.texts("1") == "ticket"


def test_a_low_answer_after_its_ticket_was_closed_opens_another(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    waves.texts("5")
    waves.closes_tickets()
    for text in ("2", "4"):
        waves.texts(text)
    first, second = waves.tickets()
    assert (first.status, first.category) == (Status.RESOLVED, "attitude")
    assert (second.status, second.category, second.level) == (Status.OPEN, "cleaning", Level.C1)
    for text in ("1", "1", "没有"):
        waves.texts(text)
    assert second.ref in waves.bodies()[-1]


def test_a_low_answer_about_something_else_is_not_lost_on_what_somebody_is_already_doing(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    waves.texts("5")
    with transaction() as session:
        tickets.actions.acknowledge(session, waves.tickets()[0].id, waves.author.staff_id, at=clock.now(), how="desk")
    for text in ("2", "4"):
        waves.texts(text)
    assert [(one.category, one.status) for one in waves.tickets()] == [
        ("attitude", Status.ACKNOWLEDGED), ("cleaning", Status.OPEN),
    ]  # fmt: skip


def test_words_that_name_a_matter_become_a_ticket_where_they_are_read(waves: Waves) -> None:
    waves.asks()
    assert waves.texts("2 厨房漏水请派人") == "survey"
    [ticket] = waves.tickets()
    assert (ticket.kind, ticket.category, ticket.summary, ticket.channel) == (
        *UNSORTED, "厨房漏水请派人", Channel.SURVEY,
    )  # fmt: skip
    assert ticket.home_id == waves.interview().home_id
    waves.texts("1")
    assert ticket.ref in waves.bodies()[-1]


def test_words_somebody_was_asked_for_become_a_suggestion_and_thanks_do_not(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1 谢谢", "1", "1", "1 多谢", "请多种些花"):
        waves.texts(text)
    assert [(one.kind, one.summary) for one in waves.tickets()] == [(Kind.SUGGESTION, "请多种些花")]
    assert waves.bodies()[-1].startswith("感谢您的回答，我们会认真改进")
