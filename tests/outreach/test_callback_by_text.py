"""An answer by text: what each score does, who is called about it, and what is no answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import tickets.actions
from base import clock
from base.database import reading, transaction
from directory.actions import last_word
from messages.lifecycle import Way
from oncall import actions as oncall
from oncall.models import Page
from outreach.surveymodels import Answer
from outreach.surveys import SurveyState
from tests.outreach.scene import DAY, DELAY_S, LANDLINE, OWNER, Scene, scene
from tickets.lifecycle import Kind, Level, Status

__all__ = ["scene"]


@pytest.mark.parametrize(
    ("key", "score", "status", "why"),
    [
        ("1", 5, Status.CLOSED, {"why": "satisfied"}), ("２", 4, Status.CLOSED, {"why": "satisfied"}),
        ("3", 3, Status.RESOLVED, None), ("4", 2, Status.OPEN, None), ("5", 1, Status.OPEN, None),
    ],
)  # fmt: skip
def test_what_a_score_does(scene: Scene, key: str, score: int, status: Status, why: dict[str, str] | None) -> None:
    scene.is_asked()
    sid = "SM" + "a" * 32
    scene.texts(key, sid=sid)
    assert (scene.ticket.status, scene.ticket.score, scene.became()) == (status, score, "survey")
    assert [event.data for event in scene.events("closed")] == ([why] if why else [])
    before = (len(scene.events()), len(scene.sent()))
    scene.texts(key, sid=sid)
    assert (len(scene.events()), len(scene.sent())) == before
    assert scene.answer is not None
    assert (scene.answer.key, scene.answer.mapping, scene.answer.score) == (str(6 - score), "one_is_best", score)
    assert scene.tickets() == [scene.ticket] or len(scene.tickets()) == 1


def test_a_low_score_says_so_on_the_timeline_and_calls_the_supervisor_at_once(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("4 还是漏水")
    [scored, reopened] = scene.events("scored", "reopened")
    assert (scored.text, scored.data["score"], scored.data["via"]) == ("还是漏水", 2, "text")
    assert reopened.data["score"] == 2
    with transaction() as session:
        oncall.climb(session, scene.ticket_id, at=clock.now())
    text, call = scene.sent(scene.estate.supervisor.number)
    assert (text.way, call.way) == (Way.TEXT, Way.CALL)
    assert "业主评价不满意" in text.body
    assert scene.sent(scene.estate.first.number) == [], "who did it is not asked again"
    assert "已重开" in scene.sent()[-1].body


def test_the_supervisor_is_called_again_until_somebody_takes_it(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("5")
    for minutes in (0, 10, 20, 40, 100):
        at = DAY + timedelta(minutes=minutes, seconds=DELAY_S)
        with transaction() as session:
            oncall.climb(session, scene.ticket_id, at=at)
    with reading() as session:
        paged = [page.staff_id for page in session.scalars(select(Page).order_by(Page.id))]
    leader, manager = scene.estate.supervisor.id, scene.estate.manager.id
    assert paged == [leader, leader, leader, manager, manager, leader, manager]
    assert scene.ticket.is_alarming
    with transaction() as session:
        oncall.take_ticket(session, scene.ticket_id, leader, how="click", at=clock.now())
    assert scene.ticket.page_due_at is None


def test_neither_a_note_nor_another_level_keeps_the_supervisor_from_being_called(scene: Scene) -> None:
    scene.is_asked(kind=Kind.ENQUIRY, category="text")
    scene.texts("4")
    with transaction() as session:
        tickets.actions.note(session, scene.ticket_id, scene.estate.first.id, at=clock.now(), text="知道了")
        tickets.actions.amend(session, scene.ticket_id, at=clock.now(), level=Level.P2)
    assert scene.ticket.page_due_at == clock.now()


def test_the_next_result_begins_with_no_score_and_is_asked_about_anew(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("5")
    scene.is_resolved(at=DAY + timedelta(hours=1), text="这次好了")
    assert (scene.ticket.score, scene.ticket.refused_at) == (None, None)
    scene.goes_on(DELAY_S)
    scene.texts("1")
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, 5)
    with reading() as session:
        assert session.scalars(select(Answer.score).order_by(Answer.id)).all() == [1, 5]


def test_a_digit_without_an_open_question_is_a_matter(scene: Scene) -> None:
    scene.texts("4")
    assert scene.became() == "ticket"
    scene.is_asked()
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.UNANSWERED, "expired")
    scene.goes_on(8 * 24 * 3600)
    scene.texts("4")
    assert scene.became() == "ticket"
    assert scene.answer is None


def test_a_late_answer_counts_and_a_low_one_opens_the_ticket_again(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    scene.texts("4")
    assert scene.became() == "survey"
    assert scene.answer is not None
    assert (scene.answer.score, scene.ticket.status) == (2, Status.OPEN)


def test_a_late_digit_about_a_result_that_was_taken_back_is_a_matter(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    with transaction() as session:
        tickets.actions.reopen(session, scene.ticket_id, None, at=clock.now(), text="又漏了")
    scene.texts("1")
    assert (scene.became(), scene.answer) == ("ticket", None)


def test_a_digit_about_a_result_that_was_taken_back_is_a_matter(scene: Scene) -> None:
    scene.is_asked()
    with transaction() as session:
        tickets.actions.reopen(session, scene.ticket_id, None, at=clock.now(), text="又漏了")
    scene.texts("1")
    assert scene.answer is None
    assert scene.became() == "ticket"


def test_a_second_question_is_put_beside_the_first_under_a_letter(scene: Scene) -> None:
    scene.is_asked()
    first = scene.ticket_id
    scene.a_ticket(category="access")
    scene.is_resolved(at=DAY + timedelta(minutes=5))
    scene.goes_on(DELAY_S)
    assert scene.survey.state is SurveyState.OPEN
    assert "请回复B1非常满意B2满意B3一般B4不满意B5非常不满意" in scene.sent()[-1].body
    second = scene.ticket_id
    scene.texts("b 5")
    assert scene.ticket.score == 1
    scene.texts("2")
    scene.ticket_id = first
    assert scene.ticket.score == 4, "the only one still open"
    scene.texts("4")
    assert scene.ticket.score == 2, "the answer just given is the one that is corrected"
    scene.ticket_id = second
    assert scene.ticket.score == 1


def test_a_call_waits_until_the_other_question_is_answered(scene: Scene) -> None:
    scene.is_asked(number=LANDLINE)
    scene.a_ticket(number=LANDLINE, category="access")
    scene.is_resolved(at=clock.now())
    scene.goes_on(DELAY_S)
    assert (scene.survey.state, scene.survey.asked_at) == (SurveyState.PLANNED, None)


def test_danger_beside_a_score_is_an_emergency_as_well(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("5 现在电梯困人")
    assert scene.ticket.score == 1
    assert [ticket.kind for ticket in scene.tickets()[1:]] == [Kind.EMERGENCY]


@pytest.mark.parametrize("body", ["【自动回复】我在休假", "我正在开会，稍后联系", "Auto-reply: 1"])
def test_an_auto_reply_is_kept_and_never_answered(scene: Scene, body: str) -> None:
    scene.is_asked()
    before = len(scene.sent())
    scene.texts(body)
    assert (scene.became(), len(scene.sent()), len(scene.tickets())) == ("auto_reply", before, 1)
    assert scene.survey.state is SurveyState.OPEN


@pytest.mark.parametrize("word", ["R", "ｒ", "退订", "ＳＴＯＰ"])
def test_leave_me_alone_is_no_answer_and_ends_the_asking(scene: Scene, word: str) -> None:
    scene.is_asked()
    scene.texts(word)
    assert scene.became() == "consent"
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.UNANSWERED, "opted_out")
    with reading() as session:
        assert last_word(session, OWNER, "survey") is False
        assert last_word(session, OWNER, "emergency") is None
