"""A question by text that nobody answered is put once more before it counts as unanswered."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import clockwork
from base import clock
from base.database import transaction
from base.queue import Lane, hints
from directory.actions import record_choice
from directory.consent import Choice
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach import callbackrules
from outreach.surveys import TEXT_LIVES, SurveyState
from tests.make import a_home, an_owner
from tests.oncall.estate import an_estate
from tests.outreach.scene import DAY, OWNER, Scene
from tickets.lifecycle import Status

HOUR = 3600


@pytest.fixture
def asked(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Scene]:
    """A question that arrived at ten in the morning, and is to be reminded of 36 hours later: at ten at night."""
    clock.stop_at(DAY)
    with transaction() as session:
        estate = an_estate(session)
        an_owner(session, a_home(session, estate.project), OWNER)
    scene = Scene(carrier_posts, estate)
    scene.is_asked()
    scene.texts_ended()
    return scene


def questions(scene: Scene) -> list[Message]:
    return [text for text in scene.sent() if text.message_class is MessageClass.SURVEY]


def wakes(scene: Scene) -> None:
    """Whatever is due by then, at the moment it is due."""
    due_at = scene.survey.due_at
    assert due_at is not None
    scene.goes_on(at=due_at)


def test_one_reminder_goes_in_the_morning_after_36_hours(asked: Scene) -> None:
    wakes(asked)
    assert len(questions(asked)) == 1, "it is ten at night"
    wakes(asked)
    first, reminder = questions(asked)
    assert reminder.planned_at == datetime.fromisoformat("2026-11-25T09:00:00+08:00")
    assert reminder.valid_until_at == asked.survey.asked_at + TEXT_LIVES
    assert (reminder.body != first.body, asked.ticket.ref in reminder.body) == (True, True)
    asked.texts_ended()
    assert [event.data["what"] for event in asked.events("message")] == ["result", "survey", "survey_reminder"]


def test_after_the_reminder_comes_nothing_but_the_end(asked: Scene) -> None:
    wakes(asked)
    wakes(asked)
    asked.texts_ended()
    wakes(asked)
    assert (asked.survey.state, asked.survey.reason) == (SurveyState.UNANSWERED, "expired")
    assert asked.survey.ended_at == asked.survey.asked_at + TEXT_LIVES
    asked.goes_on(HOUR)
    assert len(questions(asked)) == 2


def test_an_answer_to_the_reminder_is_an_answer(asked: Scene) -> None:
    wakes(asked)
    wakes(asked)
    asked.texts_ended()
    asked.goes_on(HOUR)
    asked.texts("1")
    assert (asked.ticket.status, asked.ticket.score) == (Status.CLOSED, 5)


def test_an_answer_before_it_leaves_takes_the_reminder_back(asked: Scene) -> None:
    wakes(asked)
    wakes(asked)
    asked.texts("4")
    assert questions(asked)[-1].state is MessageState.CANCELLED


def test_whoever_has_answered_is_not_reminded(asked: Scene) -> None:
    asked.texts("2")
    for _ in range(40):
        asked.goes_on(2 * HOUR)
    assert len(questions(asked)) == 1


def test_the_same_look_twice_reminds_once(asked: Scene) -> None:
    wakes(asked)
    due_at = asked.survey.due_at
    asked.goes_on(at=due_at)
    asked.goes_on(at=due_at)
    asked.goes_on(60)
    assert len(questions(asked)) == 2


def test_the_clock_finds_a_reminder_nobody_hinted_at(asked: Scene) -> None:
    hints().queue(Lane.NORMAL).empty()
    clock.stop_at(asked.survey.due_at)
    clockwork.hint_what_is_due()
    assert "outreach.jobs.callbacks.follow_due" in [job.func_name for job in hints().queue(Lane.NORMAL).jobs]


def test_whoever_refused_meanwhile_is_left_alone(asked: Scene) -> None:
    with transaction() as session:
        record_choice(session, OWNER, Choice.OPT_OUT, at=clock.now(), channel="desk", words="别再问")
    wakes(asked)
    assert (asked.survey.state, asked.survey.reason, len(questions(asked))) == (
        SurveyState.UNANSWERED, "opted_out", 1,
    )  # fmt: skip


@pytest.mark.parametrize("end", [MessageState.FAILED, MessageState.UNDELIVERED, MessageState.EXPIRED])
def test_a_question_that_never_arrived_is_not_reminded_of(asked: Scene, end: MessageState) -> None:
    with transaction() as session:
        question = session.scalars(select(Message).where(Message.message_class == MessageClass.SURVEY)).one()
        question.state = end
    wakes(asked)
    wakes(asked)
    assert (asked.survey.state, len(questions(asked))) == (SurveyState.NOT_ASKED, 1)


def test_a_number_that_cannot_answer_a_text_any_more_is_not_reminded(asked: Scene, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"two_way_countries": "HK"})
    wakes(asked)
    wakes(asked)
    assert (asked.survey.state, len(questions(asked))) == (SurveyState.UNANSWERED, 1)


def test_a_rule_may_want_none_or_an_earlier_one() -> None:
    assert callbackrules.read_rules("- remind: 0")[0].patience is None
    assert callbackrules.read_rules("- remind: 24")[0].patience == timedelta(hours=24)
    assert callbackrules.rules_of_the_house()[-1].patience == timedelta(hours=36)


def test_while_they_are_reminded_a_second_question_has_another_letter(asked: Scene) -> None:
    first = asked.ticket_id
    clock.stop_at(asked.survey.due_at)
    asked.a_ticket(category="lift", at=clock.now())
    asked.is_resolved(at=clock.now())
    asked.goes_on(at=datetime.fromisoformat("2026-11-25T09:30:00+08:00"))
    assert (asked.survey.state, asked.survey.letter) == (SurveyState.OPEN, "B")
    asked.ticket_id = first
    assert (asked.survey.tries, asked.survey.letter) == (2, "A")
