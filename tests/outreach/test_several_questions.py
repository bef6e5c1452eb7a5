"""Several questions are open at one number: a letter says which is meant, and nothing is guessed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.database import reading, transaction
from messages.lifecycle import MessageClass
from outreach.actions import atnumber
from outreach.surveymodels import Answer, Interview, Survey
from outreach.surveys import STILL_FRESH
from outreach.waves import InterviewState
from tests.outreach.wave import Waves, a_house, number_of
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    waves = a_house(app, carrier_posts)
    waves.has_homes(1)
    return waves


def is_asked_about_a_repair(waves: Waves, category: str = "lift") -> str:
    """A repair of the first home is done, and its owner asked; its number."""
    at = clock.now()
    with transaction() as session:
        draft = TicketDraft(
            kind=Kind.REPAIR, category=category, channel=Channel.CALL, project_id=waves.project_id,
            caller_number=number_of(0),
        )  # fmt: skip
        ticket = tickets.actions.open_ticket(session, draft, at=at)
        tickets.actions.resolve(session, ticket.id, waves.author.staff_id, at=at, text="修好了")
        ref = ticket.ref
    waves.goes_on(seconds=0)
    waves.goes_on(seconds=20)
    return ref


def scores() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Answer.score).order_by(Answer.survey_id)))


def test_a_wave_and_a_callback_are_told_apart(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert "请回复B1非常满意B2满意" in waves.bodies()[-1]
    assert waves.texts("B2") == "survey"
    assert scores() == [4]
    assert waves.answers() == []
    assert waves.texts("3") == "survey", "now only one is open"
    assert [one.key for one in waves.answers()] == ["3"]


def test_a_wave_that_comes_second_carries_the_letter_through_all_its_questions(waves: Waves) -> None:
    is_asked_about_a_repair(waves)
    waves.asks()
    assert waves.interview().letter == "B"
    assert "请回复B1非常满意B2满意" in waves.bodies()[-1]
    waves.texts("Ｂ１")
    assert waves.bodies()[-1].endswith("请回复B1是B2否")
    waves.texts("b是")
    assert waves.interview().state is InterviewState.ANSWERED
    assert scores() == []


def test_without_a_letter_nothing_is_guessed_and_the_open_ones_are_listed(waves: Waves) -> None:
    waves.asks()
    ref = is_asked_about_a_repair(waves)
    assert waves.texts("2", sid="SM" + "7" * 32) == "which"
    assert waves.texts("2", sid="SM" + "7" * 32) == "which"
    listed = waves.sent()[-1]
    assert listed.message_class is MessageClass.SERVICE
    assert waves.bodies()[3:] == [f"您有几项待回答，请加上字母回复：A1…A5 沟通小调查；B1…B5 单号{ref}"]
    assert (scores(), waves.answers()) == ([], [])
    waves.texts("A2")
    assert [one.key for one in waves.answers()] == ["2"]


def test_what_answers_by_itself_is_not_asked_back_for_ever(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    became = [waves.texts("2") for _ in range(5)]
    assert became == ["which"] * 3 + ["ticket"] * 2
    waves.goes_on(days=1)
    assert waves.texts("2") == "which"


def test_a_letter_nobody_was_given_answers_nothing(waves: Waves) -> None:
    waves.asks()
    assert waves.texts("B2") == "ticket", "a place in the basement, for all we know"
    assert waves.texts("A2") == "ticket", "nor was this one shown"
    assert waves.texts("2") == "survey"


def test_words_that_are_no_answer_are_a_matter_whatever_is_open(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts("车库的灯坏了") == "ticket"


def test_words_for_a_wave_are_taken_by_letter_while_another_question_is_open(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "1", "1", "1"):
        waves.texts(text)
    is_asked_about_a_repair(waves)
    assert waves.texts("多种点花") == "ticket"
    assert waves.texts("A 多种点花") == "survey"
    assert waves.answers()[-1].comment == "多种点花"


def test_two_that_got_the_same_letter_are_told_apart_all_the_same(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    with transaction() as session:
        for row in (*session.scalars(select(Survey)), *session.scalars(select(Interview))):
            row.letter = "A"
    assert waves.texts("2") == "which"
    assert "A1…A5 沟通小调查；B1…B5 单号" in waves.bodies()[-1]
    waves.texts("B1")
    assert scores() == [5]


def test_a_late_question_of_a_wave_does_not_stand_in_the_way(waves: Waves) -> None:
    waves.asks()
    for hours in (1, 47, 49):
        waves.goes_on(hours=hours)
    is_asked_about_a_repair(waves)
    assert waves.texts("1") == "survey"
    assert (scores(), waves.answers()) == ([5], [])


@pytest.mark.parametrize("body", ["A1门口的灯坏了", "A1 门口的灯坏了", "A1", "a座门禁坏了", "B1车库漏水了"])
def test_a_place_is_no_answer_to_a_question_that_was_put_alone(waves: Waves, body: str) -> None:
    is_asked_about_a_repair(waves)
    assert waves.texts(body) == "ticket"
    assert scores() == []


@pytest.mark.parametrize(
    "body", ["B1车库漏水了", "B2车库进水", "B2单元门坏了", "b1楼的灯不亮", "B区门禁坏了", "A1门口的灯坏了"]
)
def test_a_place_that_begins_with_a_letter_is_a_matter(waves: Waves, body: str) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts(body) == "ticket"
    assert (scores(), waves.answers()) == ([], [])
    assert waves.texts("B1") == "survey", "the questions stay open"


@pytest.mark.parametrize(
    ("body", "score"), [("B1非常满意", 5), ("b4不满意！", 2), ("B2谢谢", 4), ("B2👍", 4), ("B4，还是漏水", 2)]
)
def test_beside_the_key_the_words_of_the_scale_may_stand(waves: Waves, body: str, score: int) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts(body) == "survey"
    assert (scores(), waves.answers()) == ([score], [])


def test_a_place_is_kept_whole_where_words_are_asked_for(waves: Waves) -> None:
    is_asked_about_a_repair(waves)
    waves.asks(questionnaire="yearly")
    for text in ("B1", "B1", "B1", "B1"):
        waves.texts(text)
    assert waves.texts("B1车库太暗") == "ticket", "two are open: a matter, for all we know"
    waves.texts("A1")
    assert waves.texts("B1车库太暗") == "survey"
    assert waves.answers()[-1].comment == "B1车库太暗"


def test_a_letter_that_was_listed_is_understood(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts("2") == "which"
    assert waves.texts("A2") == "survey"


def test_keys_of_yes_and_no_are_taken_with_their_words(waves: Waves) -> None:
    is_asked_about_a_repair(waves)
    waves.asks()
    waves.texts("B1")
    assert waves.texts("B1号楼没电") == "ticket"
    assert waves.texts("B2是") == "ticket", "key and words differ: a person reads it"
    assert waves.texts("B2否") == "survey"
    assert [one.key for one in waves.answers()] == ["1", "2"]


def gives_up(waves: Waves) -> None:
    for hours in (1, 47, 49):
        waves.goes_on(hours=hours)


def test_a_letter_is_understood_as_long_as_a_late_answer_counts(waves: Waves) -> None:
    is_asked_about_a_repair(waves)
    waves.asks()
    gives_up(waves)
    assert (waves.interview().letter, waves.interview().state) == ("B", InterviewState.UNANSWERED)
    assert waves.texts("B1") == "survey"
    assert [one.key for one in waves.answers()] == ["1"]
    assert scores() == []


def test_a_second_answer_under_the_same_letter_corrects_the_first(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts("B1") == "survey"
    assert waves.texts("B5 还是不行") == "survey"
    assert (scores(), waves.answers()) == ([1], [])


def test_whoever_answers_both_by_letter_answers_both(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    assert waves.texts("B1") == "survey"
    assert waves.texts("A2") == "survey", "that letter was never shown, but the other one was"
    assert (scores(), [one.key for one in waves.answers()]) == ([5], ["2"])


@pytest.mark.parametrize("body", ["B5", "B5 还是不行", "b非常满意"])
def test_under_a_letter_that_is_not_open_no_other_question_is_answered(waves: Waves, body: str) -> None:
    waves.asks(questionnaire="yearly")
    for text in ("1", "1", "1", "1"):
        waves.texts(text)
    is_asked_about_a_repair(waves)
    waves.texts("B1")
    clock.stop_at(clock.now() + timedelta(minutes=31))
    assert waves.texts(body) == "ticket"
    assert (waves.interview().question, waves.interview().state) == ("comment", InterviewState.OPEN)
    assert scores() == [5]


@pytest.mark.parametrize(("days", "became"), [(4, "survey"), (9, "survey"), (11, "ticket")])
def test_a_late_answer_about_a_repair_counts_while_a_caller_would_be_offered_it(
    waves: Waves, days: int, became: str
) -> None:
    is_asked_about_a_repair(waves)
    asked_at = clock.now()
    for hours in (24, 73):
        waves.goes_on(at=asked_at + timedelta(hours=hours))
    clock.stop_at(asked_at + timedelta(days=days))
    assert waves.texts("2") == became
    assert scores() == ([4] if became == "survey" else [])


def test_a_late_answer_about_a_repair_is_known_by_its_letter(waves: Waves) -> None:
    waves.asks()
    is_asked_about_a_repair(waves)
    for hours in (24, 49):
        waves.goes_on(hours=hours)
    assert waves.texts("B2") == "survey"
    assert (scores(), waves.answers()) == ([4], [])


def test_what_was_offered_to_a_caller_is_what_a_text_would_answer(waves: Waves) -> None:
    waves.asks()
    with reading() as session:
        assert atnumber.missed_interview(session, "+8613700000001", at=clock.now()) is None
    assert offered(waves) == answered_by_text(waves)


def test_of_two_waves_a_caller_and_a_text_answer_the_one_that_is_open_and_then_the_late_one(waves: Waves) -> None:
    waves.asks()
    gives_up(waves)
    waves.goes_on(days=10)
    waves.asks()
    late, under_way = (one.id for one in waves.interviews())
    assert (offered(waves), answered_by_text(waves)) == (under_way, under_way)
    waves.texts("1")
    assert waves.interview().state is InterviewState.ANSWERED
    assert answered_by_text(waves) == under_way, "so soon another digit puts that answer right"
    clock.stop_at(clock.now() + STILL_FRESH)
    assert (offered(waves), answered_by_text(waves)) == (late, late)


def offered(waves: Waves) -> int:
    """The interview of which a caller would hear."""
    with reading() as session:
        found = atnumber.missed_interview(session, number_of(0), at=clock.now())
        assert found is not None
        return found.id


def answered_by_text(waves: Waves) -> int:
    """The interview that a digit without a letter answers."""
    assert waves.texts("1") == "survey"
    return waves.answers()[-1].interview_id
