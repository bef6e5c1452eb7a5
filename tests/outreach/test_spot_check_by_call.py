"""Where no text can be answered, households are rung about an all-clear."""

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import reading, transaction
from messages.lifecycle import MessageState, Way
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample
from tests.outreach.scene import HOTLINE, Heard
from tests.outreach.street import Street
from tickets.lifecycle import Kind
from tickets.models import EventType, TicketEvent

DUTY, AGENT, SUPERVISOR = "+8613900000000", "+8613900000031", "+8613900000032"


@pytest.fixture
def rung(street: Street, app: Flask) -> Street:
    """The same on a route that carries no answer by text."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"two_way_countries": "HK"})
    street.is_asked()
    return street


def at(street: Street, path: str, **form: str) -> Heard:
    """One step of a call; asked twice it is answered the same way and changes nothing."""
    form = {"CallSid": "CA" + "2" * 32, "CallStatus": "in-progress", "From": HOTLINE} | form
    first, before = Heard(street.posts(path, **form)), (street.counts(), len(street.tickets()))
    again = Heard(street.posts(path, **form))
    assert again.response.get_data() == first.response.get_data()
    assert (street.counts(), len(street.tickets())) == before
    return first


def test_where_no_text_can_be_answered_they_are_rung(rung: Street) -> None:
    assert {one.way for one in rung.questions()} == {Way.CALL}
    heard = at(rung, rung.questions()[0].answer_path)
    assert "停水" in heard.words
    assert heard.verbs == ["Gather", "Redirect"] or "Gather" in heard.verbs
    said = at(rung, heard.next, Digits="1")
    assert "谢谢" in said.words
    assert rung.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}


def test_a_2_is_a_ticket_whose_number_they_hear(rung: Street) -> None:
    heard = at(rung, rung.questions()[0].answer_path)
    said = at(rung, heard.next, Digits="2")
    [ticket] = rung.tickets()
    assert ticket.ref[-1] in said.words
    assert ticket.incident_id == rung.incident_id


@pytest.mark.parametrize(("language", "silent", "wrong", "ends"), [
    ("zh", "没有收到您的按键。", "没有这个选项。", {"": "没有收到您的按键。如果还没有恢复", "7": "没有记下答复"}),
    ("en", "We did not hear a key. ", "That is not one of", {"": "We did not hear an answer.", "7": "nothing is on"}),
])  # fmt: skip
def test_silence_and_wrong_keys_are_counted_apart_and_end_in_words_of_their_own(
    rung: Street, language: str, silent: str, wrong: str, ends: dict[str, str]
) -> None:
    with transaction() as session:
        session.get_one(IncidentSample, rung.sample[0].id).language = language
    heard = at(rung, rung.questions()[0].answer_path)
    for key in ("7", "", "7", ""):
        heard = at(rung, heard.next, Digits=key)
        assert heard.words.startswith(wrong if key else silent)
        assert "Gather" in heard.verbs, "neither counts for the other"
    for key, words in ends.items():
        ended = at(rung, heard.next, Digits=key)
        assert words in ended.words
        assert "Gather" not in ended.verbs
    assert rung.counts() == {SpotState.OPEN: 3}


def test_star_hears_the_question_again_and_forgets_wrong_keys(rung: Street) -> None:
    question = at(rung, rung.questions()[0].answer_path)
    for _ in range(2):
        heard = at(rung, at(rung, at(rung, question.next, Digits="7").next, Digits="7").next, Digits="*")
        assert heard.words.startswith("您家里已经恢复请按1")
        question = heard
    assert "没有这个选项" in at(rung, question.next, Digits="7").words


@pytest.mark.parametrize(("language", "offered", "said"), [
    ("zh", "人工服务请按0", "正在为您接通值班人员"),
    ("en", "To speak with a person, press 0", "We are putting you through"),
])  # fmt: skip
def test_zero_is_a_person_and_a_ticket_and_they_are_not_rung_again(
    rung: Street, app: Flask, language: str, offered: str, said: str
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"duty_phone": DUTY})
    with transaction() as session:
        session.get_one(IncidentSample, rung.sample[0].id).language = language
    asked = rung.questions()[0]
    heard = at(rung, asked.answer_path)
    assert offered in heard.words
    to_person = at(rung, heard.next, Digits="0")
    assert said in to_person.words
    assert [number.text for number in to_person.root.iter("Number")] == [AGENT, SUPERVISOR, DUTY]
    [ticket] = rung.tickets()
    assert (ticket.kind, ticket.category, ticket.caller_number) == (Kind.HELP, "person", asked.number)
    with reading() as session:
        opened = session.scalars(select(TicketEvent).where(TicketEvent.type == EventType.OPENED)).one()
        assert opened.data["reason"] == "check_person"
    rung.questions_end(MessageState.NO_ANSWER)
    for _ in range(12):
        rung.goes_on(hours=2)
    assert len(rung.questions(asked.number)) == 1
    assert len(rung.questions()) == 5


def test_zero_is_a_person_also_where_it_was_answered_before(rung: Street) -> None:
    heard = at(rung, rung.questions()[0].answer_path)
    at(rung, heard.next, Digits="1")
    at(rung, heard.next, Digits="0")
    assert [ticket.category for ticket in rung.tickets()] == ["person"]
    assert rung.counts() == {SpotState.YES: 1, SpotState.OPEN: 2}


def test_whoever_does_not_pick_up_is_rung_once_more_at_another_time_of_day(rung: Street) -> None:
    for _ in range(2):
        rung.questions_end(MessageState.NO_ANSWER)
        for _ in range(12):
            rung.goes_on(hours=2)
    assert len(rung.questions()) == 6
    assert rung.counts() == {SpotState.UNANSWERED: 3}


def test_a_call_about_what_nobody_knows_is_over_at_once(street: Street) -> None:
    for path in ("/voice/sample/999", "/voice/sample/99999999999", "/voice/sample/999/key"):
        assert "Gather" not in at(street, path, Digits="1").verbs
