"""The owner is rung: the question, what each key does, and what follows where nobody picks up."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from hotline import jobs as hotline_jobs
from hotline.models import Recording
from messages.lifecycle import MessageState
from oncall import actions as oncall
from oncall.ladder import Post
from outreach.surveymodels import SpokenComment, Survey
from outreach.surveys import SurveyState
from tests import make
from tests.hotline.caller import HOTLINE_SAID
from tests.outreach.scene import HOTLINE, LANDLINE, Scene, scene
from tickets.lifecycle import HEADQUARTERS, Kind, Status

__all__ = ["scene"]


def comments() -> list[tuple[str, int | None, int]]:
    """What was said after the beep: each message, its ticket, and how long it is."""
    with reading() as session:
        found = select(SpokenComment.sid, SpokenComment.ticket_id, SpokenComment.duration_s).order_by(SpokenComment.id)
        return [tuple(row) for row in session.execute(found)]


@pytest.fixture
def rung(scene: Scene) -> Scene:
    """An owner's landline was rung."""
    scene.is_asked(number=LANDLINE)
    return scene


def test_the_call_says_who_calls_about_what_and_asks_with_words_beside_the_keys(rung: Scene) -> None:
    heard = rung.picks_up()
    for words in ("回音物业", "您报修的“水电”", "2 6 1 1 2 3, 0 0 0 1", "非常满意请按1", "非常不满意请按5", "请按0"):
        assert words in heard.words
    assert heard.verbs == ["Gather"]


def test_a_good_key_closes_the_ticket(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "2")
    assert "感谢您的评价：满意" in heard.words
    assert heard.verbs[-1] == "Hangup"
    assert (rung.ticket.status, rung.ticket.score) == (Status.CLOSED, 4)
    assert rung.answer is not None
    assert rung.answer.via.value == "callback"
    assert rung.sent(LANDLINE)[0].heard_at is not None


def test_a_middling_key_is_thanked_for_and_leaves_the_ticket_to_the_rule(rung: Scene) -> None:
    assert "有需要改进的" in rung.presses(rung.picks_up(), "3").words
    assert (rung.ticket.status, rung.ticket.score) == (Status.RESOLVED, 3)


def test_a_low_key_invites_a_message_which_is_kept(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "5")
    assert "很抱歉没能让您满意" in heard.words
    assert heard.verbs == ["Gather", "Record", "Redirect"], "0 while we speak, then the beep"
    record = heard.root.find("Record")
    assert record is not None
    said = rung.at(record.get("action", ""), RecordingSid="RE" + "1" * 32, RecordingDuration="7", Digits="#")
    assert "留言已记下" in said.words
    done = record.get("recordingStatusCallback", "").partition("#")[0]
    for _ in range(2):
        answer = rung.posts(done, RecordingSid="RE" + "1" * 32, RecordingStatus="completed", RecordingDuration="7")
        assert answer.status_code == 204
    assert comments() == [("RE" + "1" * 32, rung.ticket.id, 7)]
    assert rung.ticket.status is Status.OPEN


def test_a_second_message_is_kept_beside_the_first(rung: Scene) -> None:
    record = rung.presses(rung.picks_up(), "5").root.find("Record")
    assert record is not None
    assert record.get("finishOnKey") == "#*0"
    again = rung.at(record.get("action", ""), RecordingSid="RE" + "1" * 32, RecordingDuration="7", Digits="*")
    assert "请在滴声后留言" in again.words
    assert again.verbs == ["Gather", "Record", "Redirect"]
    said = rung.at(record.get("action", ""), RecordingSid="RE" + "2" * 32, RecordingDuration="3", Digits="#")
    assert "留言已记下" in said.words
    assert comments() == [("RE" + "1" * 32, rung.ticket.id, 7), ("RE" + "2" * 32, rung.ticket.id, 3)]
    hotline_jobs.recordings_due()
    with reading() as session:
        kept = session.execute(select(Recording.sid, Recording.ticket_id).order_by(Recording.id)).all()
    assert kept == [(sid, ticket_id) for sid, ticket_id, _ in comments()]
    assert [e.data["seconds"] for e in rung.events("recording")] == [7, 3]


def test_star_hears_the_invitation_again_and_another_key_begins(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "5")
    again = rung.presses(heard, "*")
    assert (again.words, again.verbs) == (heard.words, heard.verbs)
    assert rung.presses(again, "7").verbs == ["Record", "Redirect"]


def test_a_low_key_and_no_word_ends_with_words(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "4")
    record = heard.root.find("Record")
    assert record is not None
    assert "主管会尽快与您联系" in rung.at(record.get("action", "")).words


def test_silence_and_a_wrong_key_have_words_of_their_own_and_an_end_with_words(rung: Scene) -> None:
    heard = rung.picks_up()
    for _ in range(2):
        heard = rung.presses(heard, "")
        assert heard.words.startswith("没有收到您的按键。")
        assert "非常满意请按1" in heard.words
    ended = rung.presses(heard, "")
    assert "没有收到您的评价" in ended.words
    assert ended.verbs[-1] == "Hangup"
    heard = rung.picks_up()
    for key in ("7", "", "7", ""):
        heard = rung.presses(heard, key)
        assert heard.words.startswith("没有这个选项。" if key else "没有收到您的按键。"), "counted apart"
    ended = rung.presses(heard, "9")
    assert ended.words.startswith("您按的键没有对应的选项，没有记下评价")
    assert HOTLINE_SAID in ended.words
    assert rung.ticket.status is Status.RESOLVED


def test_a_star_repeats_the_question_and_forgets_what_went_before(rung: Scene) -> None:
    heard = rung.picks_up()
    for key in ("7", "7", "*", "", "", "*", "*", "*", "7", "7"):
        heard = rung.presses(heard, key)
        assert heard.words.startswith("请问您对本次服务是否满意") == (key == "*")
        assert "Gather" in heard.verbs
    assert HOTLINE_SAID in rung.presses(heard, "7").words


def test_zero_opens_the_ticket_and_rings_those_who_lead_one_after_the_other(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "0")
    assert (rung.ticket.status, rung.ticket.score) == (Status.OPEN, None)
    assert [event.data["wants"] for event in rung.events("reopened")] == ["supervisor"]
    assert rung.survey.state is SurveyState.HANDED_OVER
    dial = heard.root.find("Dial")
    assert dial is not None
    assert dial.get("callerId") == HOTLINE
    assert heard.root.findtext("Dial/Number") == rung.estate.supervisor.number
    after = rung.at(heard.next, DialCallStatus="no-answer", DialBridged="false")
    assert after.root.findtext("Dial/Number") == rung.estate.manager.number
    nobody = rung.at(after.next, DialCallStatus="no-answer", DialBridged="false")
    assert "主管暂时没有接通" in nobody.words
    assert "Record" in nobody.verbs
    assert rung.ticket.page_due_at is not None, "the supervisor is paged all the same"


def test_however_many_lead_and_whosever_voicemails_pick_up_it_does_not_ring_for_ever(rung: Scene) -> None:
    began_at = clock.now()
    with transaction() as session:
        for n in range(8):
            leader = make.a_member_of_staff(
                session, f"主管{n}", f"+86139001000{n:02}", Role.SUPERVISOR, rung.estate.project
            )
            make.a_shift(session, rung.estate.project, leader, Post.SUPERVISOR, began_at)
    heard, numbers = rung.presses(rung.picks_up(), "0"), []
    while "Dial" in heard.verbs:
        numbers.append(heard.root.findtext("Dial/Number"))
        with transaction() as session:
            oncall.picked_up(session, session.get_one(Survey, rung.survey.id).rings[-1], at=clock.now())
        clock.stop_at(began_at + timedelta(seconds=45 * len(numbers)))
        assert len(numbers) < 4
        heard = rung.at(heard.next, DialCallStatus="completed", DialBridged="false")
    assert len(set(numbers)) == len(numbers)
    assert "主管暂时没有接通" in heard.words
    assert "Record" in heard.verbs


def test_after_a_talk_with_the_supervisor_nobody_else_is_rung(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "0")
    with transaction() as session:
        page_id = session.get_one(Survey, rung.survey.id).rings[0]
        oncall.accept(session, page_id, at=clock.now())
    after = rung.at(heard.next, DialCallStatus="completed", DialBridged="true")
    assert "2 6 1 1 2 3, 0 0 0 1" in after.words
    assert after.verbs[-1] == "Hangup"
    assert rung.ticket.assignee_id == rung.estate.supervisor.id


def test_zero_after_a_low_score_rings_too(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "4")
    assert rung.presses(heard, "0").root.findtext("Dial/Number") == rung.estate.supervisor.number
    assert len(rung.events("reopened")) == 1


def test_about_a_complaint_to_headquarters_nobody_of_the_project_is_rung(scene: Scene) -> None:
    scene.is_asked(number=LANDLINE, kind=Kind.COMPLAINT, category="attitude", owner_desk=HEADQUARTERS)
    heard = scene.presses(scene.picks_up(), "0")
    assert heard.root.findtext("Dial/Number") == scene.estate.director.number


def test_a_call_that_was_overtaken_says_that_it_is_over(rung: Scene) -> None:
    rung.presses(rung.picks_up(), "1")
    assert "已经结束" in rung.picks_up().words
    assert "已经结束" in rung.at("/voice/survey/99").words
    assert "已经结束" in rung.at(f"/voice/survey/{2**40}/key?s=0&w=0", Digits="1").words


def test_when_something_fails_the_owner_is_spoken_to(rung: Scene, app: Flask) -> None:
    database = app.extensions["database"]
    del app.extensions["database"]
    try:
        answer = rung.posts(f"/voice/survey/{1}", CallSid="CA" + "1" * 32)
    finally:
        app.extensions["database"] = database
    assert answer.status_code == 200
    assert "我们稍后再与您联系" in answer.text


def test_a_call_nobody_answers_is_placed_again_at_other_times_of_day_three_times_in_all(rung: Scene) -> None:
    moments = [clock.now()]
    for hour in ("2026-11-23T14:30:00+08:00", "2026-11-23T18:00:00+08:00"):
        rung.calls_ended(MessageState.NO_ANSWER)
        rung.goes_on(61)
        assert rung.survey.state is SurveyState.PLANNED
        rung.goes_on(at=datetime.fromisoformat(hour))
        moments.append(clock.now())
    assert [call.planned_at for call in rung.sent(LANDLINE)] == moments
    rung.calls_ended(MessageState.BUSY)
    rung.goes_on(61)
    assert (rung.survey.state, rung.survey.reason) == (SurveyState.UNANSWERED, "no_answer")
    rung.goes_on(86400)
    assert len(rung.sent(LANDLINE)) == 3


def test_a_call_that_still_rings_is_waited_for(rung: Scene) -> None:
    rung.goes_on(61)
    rung.goes_on(61)
    assert (rung.survey.state, rung.survey.tries) == (SurveyState.OPEN, 1)


def test_a_landline_that_rang_in_vain_heard_of_nothing(rung: Scene) -> None:
    for _ in range(3):
        rung.calls_ended(MessageState.NO_ANSWER)
        rung.goes_on(86400)
        rung.goes_on(86400)
    rung.goes_on(9 * 86400)
    assert (rung.survey.state, rung.survey.due_at) == (SurveyState.UNANSWERED, None)
    assert rung.ticket.status is Status.RESOLVED


def test_a_landline_that_was_picked_up_has_three_days_from_then(rung: Scene) -> None:
    for end in (MessageState.NO_ANSWER, MessageState.NO_ANSWER, MessageState.ANSWERED):
        rung.calls_ended(end)
        rung.goes_on(86400)
        rung.goes_on(86400)
    assert (rung.survey.state, rung.ticket.status) == (SurveyState.UNANSWERED, Status.RESOLVED)
    rung.goes_on(3 * 86400)
    assert rung.ticket.status is Status.CLOSED
