"""A result is told, its owner is asked, and what they say has its effect."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

import clockwork
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.queue import Lane, hints
from directory.actions import last_word, record_choice
from directory.consent import Choice
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from oncall import actions as oncall
from oncall.models import Page
from outreach import callbackrules
from outreach.actions.results import result_text
from outreach.surveymodels import Answer, Survey
from outreach.surveys import SurveyState
from tests.make import a_home, an_owner
from tests.oncall.estate import an_estate
from tests.outreach.scene import DAY, DELAY_S, HOTLINE, LANDLINE, OWNER, Scene
from tickets.lifecycle import HEADQUARTERS, CloseReason, Kind, Level, Status

NIGHT = datetime.fromisoformat("2026-11-23T22:30:00+08:00")
MORNING = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
ABROAD, STRANGER = "+12125550123", "+447911123456"


@pytest.fixture
def scene(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Scene]:
    clock.stop_at(DAY)
    with transaction() as session:
        estate = an_estate(session)
        home = a_home(session, estate.project)
        an_owner(session, home, OWNER)
        an_owner(session, home, LANDLINE, name="李伯", salutation="李先生")
    return Scene(carrier_posts, estate)


# -- the result ----------------------------------------------------------------------------------------------


def test_the_result_is_told_once_in_the_very_words_the_desk_shows(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on()
    [text] = scene.sent()
    assert (text.message_class, text.body) == (MessageClass.SERVICE, result_text(scene.ticket, "已更换龙头"))
    assert text.body.startswith("【回音物业】您报修的“水电”已处理完毕（单号"), text.body
    [told] = scene.events("message")
    assert (told.data["what"], told.data["message"], told.text) == ("result", text.id, text.body)


def test_the_clock_finds_a_result_nobody_hinted_at(scene: Scene) -> None:
    scene.a_ticket()
    with transaction() as session:
        tickets.actions.resolve(session, scene.ticket_id, scene.estate.first.id, at=DAY, text="好了")
    clockwork.hint_what_is_due()
    assert [job.func_name for job in hints().queue(Lane.NORMAL).jobs] == ["outreach.jobs.callbacks.follow_due"]
    scene.goes_on()
    hints().queue(Lane.NORMAL).empty()
    clockwork.hint_what_is_due()
    waiting = [job.func_name for job in hints().queue(Lane.NORMAL).jobs]
    assert "outreach.jobs.callbacks.follow_due" not in waiting


@pytest.mark.parametrize(
    ("level", "kind", "due_at"),
    [
        (Level.P0, Kind.EMERGENCY, NIGHT), (Level.P1, Kind.REPAIR, NIGHT), (Level.P2, Kind.EMERGENCY, NIGHT),
        (Level.P2, Kind.REPAIR, MORNING), (Level.C1, Kind.COMPLAINT, MORNING), (Level.P3, Kind.ENQUIRY, MORNING),
    ],
)  # fmt: skip
def test_at_night_only_danger_is_told_about(scene: Scene, level: Level, kind: Kind, due_at: datetime) -> None:
    scene.a_ticket(level=level, kind=kind)
    scene.is_resolved(at=NIGHT)
    [text] = scene.sent()
    assert text.due_at == due_at


def test_night_is_where_the_owner_is(scene: Scene) -> None:
    with transaction() as session:
        an_owner(session, a_home(session, session.merge(scene.estate.project), "5-1-201"), ABROAD)
    scene.a_ticket(number=ABROAD)
    scene.is_resolved()
    [text] = scene.sent(ABROAD)
    assert text.due_at == datetime.fromisoformat("2026-11-23T08:00:00-05:00")


def test_a_result_that_does_not_hold_any_more_is_taken_back(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved(at=NIGHT)
    with transaction() as session:
        tickets.actions.reopen(session, scene.ticket_id, None, at=NIGHT, text="又漏了")
    scene.goes_on(5)
    assert [text.state for text in scene.sent()] == [MessageState.CANCELLED]
    assert (scene.survey.state, scene.survey.due_at) == (SurveyState.WITHDRAWN, None)
    with transaction() as session:
        tickets.actions.resolve(session, scene.ticket_id, scene.estate.first.id, at=clock.now(), text="这次好了")
    scene.goes_on(at=MORNING)
    assert [text.state for text in scene.sent()] == [MessageState.CANCELLED, MessageState.PLANNED]
    assert scene.survey.state is SurveyState.PLANNED


def test_of_a_withheld_caller_nobody_is_told_nor_asked(scene: Scene) -> None:
    scene.a_ticket(number=None, kind=Kind.COMPLAINT)
    scene.is_resolved()
    scene.goes_on(30 * 86400)
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "no_number")
    assert scene.sent(None) == []
    assert scene.ticket.status is Status.RESOLVED, "somebody has to say why it is closed"


def test_a_stranger_abroad_is_neither_texted_nor_rung(scene: Scene) -> None:
    scene.is_asked(number=STRANGER)
    assert scene.sent(STRANGER) == []
    assert scene.survey.reason == "no_way"


# -- the question --------------------------------------------------------------------------------------------


def test_the_question_comes_by_text_when_the_delay_is_over(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on(DELAY_S - 1)
    assert len(scene.sent()) == 1
    scene.goes_on(1)
    scene.goes_on()
    _, question = scene.sent()
    assert (question.message_class, question.lane, question.way) == (MessageClass.SURVEY, Lane.BULK, Way.TEXT)
    assert scene.ticket.ref in question.body
    assert "您报修的“水电”" in question.body
    assert "1非常满意2满意3一般4不满意5非常不满意" in question.body
    assert scene.survey.state is SurveyState.OPEN


def test_a_landline_is_rung_and_not_texted(scene: Scene) -> None:
    scene.is_asked(number=LANDLINE)
    [call] = scene.sent(LANDLINE)
    assert (call.way, call.message_class, call.lane) == (Way.CALL, MessageClass.SURVEY, Lane.BULK)
    assert call.answer_path == f"/voice/survey/{scene.survey.id}"


def test_nobody_is_asked_in_quiet_hours(scene: Scene) -> None:
    noon = datetime.fromisoformat("2026-11-23T12:10:00+08:00")
    scene.a_ticket()
    scene.is_resolved(at=noon)
    scene.goes_on(DELAY_S)
    assert scene.survey.due_at == datetime.fromisoformat("2026-11-23T14:00:00+08:00")
    scene.goes_on(at=datetime.fromisoformat("2026-11-23T14:00:00+08:00"))
    assert len(scene.sent()) == 2


def test_who_wants_no_surveys_is_told_the_result_and_not_asked(scene: Scene) -> None:
    with transaction() as session:
        record_choice(session, OWNER, Choice.OPT_OUT, at=DAY, channel="text", words="R")
    scene.is_asked()
    [text] = scene.sent()
    assert text.message_class is MessageClass.SERVICE
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.UNANSWERED, "opted_out")


def test_two_calls_to_one_number_are_not_placed_on_top_of_each_other(scene: Scene) -> None:
    scene.a_ticket(number=LANDLINE)
    scene.is_resolved()
    scene.a_ticket(number=LANDLINE, category="access")
    scene.is_resolved()
    scene.goes_on(DELAY_S)
    assert len(scene.sent(LANDLINE)) == 1
    scene.calls_ended(MessageState.NO_ANSWER)
    scene.goes_on(11 * 60)
    assert len(scene.sent(LANDLINE)) == 2


def test_there_is_one_question_a_result_however_often_the_jobs_run(scene: Scene) -> None:
    scene.is_asked()
    for _ in range(3):
        scene.goes_on(1)
    keys = [message.once_key for message in scene.sent()]
    result_id = scene.survey.result_id
    ticket = f"ticket/{scene.ticket_id}"
    assert keys == [f"{ticket}/resolved/{result_id}", f"{ticket}/survey/{result_id}"]


def test_a_survey_nobody_can_look_at_keeps_no_other_owner_waiting(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    broken = scene.survey.id
    scene.a_ticket(number=LANDLINE)
    scene.is_resolved()
    with transaction() as session:
        session.execute(update(Survey).where(Survey.id == broken).values(number=None))
    scene.goes_on(DELAY_S)
    assert scene.survey.state is SurveyState.OPEN
    assert len(scene.sent(LANDLINE)) == 1


# -- an answer by text ---------------------------------------------------------------------------------------


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


def test_a_further_digit_corrects_the_fresh_answer_where_nothing_else_is_open(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, 5)
    sid = "SM" + "d" * 32
    for _ in range(2):
        scene.texts("5 还在漏", sid=sid)
    assert (scene.ticket.status, scene.ticket.score) == (Status.OPEN, 1)
    assert [event.data["score"] for event in scene.events("scored")] == [5, 1]
    assert len(scene.events("reopened")) == 1
    assert scene.answer is not None
    assert (scene.answer.key, scene.answer.score, scene.answer.comment) == ("5", 1, "还在漏")
    assert "已重开" in scene.sent()[-1].body
    scene.texts("2")
    assert (scene.ticket.status, scene.ticket.score) == (Status.OPEN, 4), "somebody has been called about it"


def test_somebody_nobody_knows_gets_the_answer_to_our_question_after_three_texts_of_a_day(scene: Scene) -> None:
    guest = "+8613700009999"
    scene.a_ticket(number=guest)
    with transaction() as session:
        for n in range(2):
            messages.plan_text(
                session, number=guest, message_class=MessageClass.SERVICE, body="您好", once_key=f"{n}", about="",
                at=DAY,
            )  # fmt: skip
    scene.is_resolved()
    scene.goes_on(DELAY_S)
    assert len(scene.sent(guest)) == 4, "two receipts, the result and the question"
    for key in ("1", "5", "1", "5", "1"):
        scene.texts(key, sender=guest)
    said = ["已重开" in text.body for text in scene.sent(guest)[4:]]
    assert said == [False, True, False], "each once more, however often it is corrected"


def test_a_digit_after_a_newer_result_corrects_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("5")
    scene.is_resolved(at=clock.now() + timedelta(minutes=5), text="这次好了")
    scene.texts("1")
    assert (scene.ticket.status, scene.ticket.score, scene.became()) == (Status.RESOLVED, None, "ticket")


def test_the_same_digit_again_changes_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    before = (len(scene.events()), len(scene.sent()))
    scene.texts("1")
    assert (len(scene.events()), len(scene.sent()), scene.became()) == (*before, "survey")


def test_the_same_digit_again_with_words_beside_it_adds_the_words(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("4")
    scene.texts("4 水槽还在滴")
    assert [event.text for event in scene.events("called_again")] == ["4 水槽还在滴"]
    assert (len(scene.events("scored")), scene.became()) == (1, "survey")


def test_a_digit_half_an_hour_after_an_answer_is_a_matter(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.goes_on(31 * 60)
    scene.texts("5")
    assert (scene.ticket.score, scene.became()) == (5, "ticket")


def test_further_words_after_a_low_score_belong_to_it(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("4")
    sid = "SM" + "b" * 32
    for _ in range(2):
        scene.texts("水槽下面还在滴", sid=sid)
    assert scene.became() == "survey"
    assert scene.answer is not None
    assert scene.answer.comment == "水槽下面还在滴"
    assert [event.text for event in scene.events("called_again")] == ["水槽下面还在滴"]
    assert len(scene.tickets()) == 1


def test_thanks_after_a_good_score_are_kept_and_open_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.texts("谢谢")
    assert (scene.became(), len(scene.tickets())) == ("survey", 1)


def test_more_than_thanks_after_a_good_score_is_kept_and_somebody_looks_at_it(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.texts("厨房灯也坏了")
    assert scene.answer is not None
    assert scene.answer.comment == "厨房灯也坏了"
    assert [ticket.summary for ticket in scene.tickets()[1:]] == ["厨房灯也坏了"]


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


# -- an answer by call ---------------------------------------------------------------------------------------


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
    assert (rung.survey.recording_sid, rung.survey.recording_s) == ("RE" + "1" * 32, 7)
    assert rung.ticket.status is Status.OPEN


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
    for _ in range(2):
        heard = rung.presses(heard, "7")
        assert heard.words.startswith("没有这个选项。")
    assert HOTLINE in rung.presses(heard, "9").words
    assert rung.ticket.status is Status.RESOLVED


def test_a_star_repeats_the_question(rung: Scene) -> None:
    heard = rung.presses(rung.picks_up(), "*")
    assert heard.words.startswith("请问您对本次服务是否满意")


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


# -- nobody answers ------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("end", [MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.NO_RECEIPT])
def test_three_days_after_the_result_was_told_silence_closes_it(scene: Scene, end: MessageState) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.texts_ended(end)
    scene.goes_on(DELAY_S)
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    scene.goes_on(60)
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, None)
    assert [event.data for event in scene.events("closed")] == [{"why": "no_objection"}]


@pytest.mark.parametrize("end", [MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED])
def test_a_result_that_never_arrived_is_closed_by_nobody_but_one_of_us(scene: Scene, end: MessageState) -> None:
    scene.is_asked()
    scene.texts_ended(end)
    for _ in range(4):
        scene.goes_on(3 * 86400)
    assert (scene.survey.state, scene.survey.due_at) == (SurveyState.NOT_ASKED, None)
    assert scene.ticket.status is Status.RESOLVED


def test_a_result_that_arrives_late_leaves_its_owner_the_whole_three_days(scene: Scene) -> None:
    scene.is_asked()
    scene.goes_on(70 * 3600)
    scene.texts_ended(like="result:%")
    scene.goes_on(2 * 3600)
    scene.goes_on(69 * 3600)
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(3600)
    assert scene.ticket.status is Status.CLOSED


def test_a_result_still_on_its_way_is_waited_for(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended(like="survey:%", state=MessageState.UNDELIVERED)
    scene.goes_on(73 * 3600)
    scene.goes_on(1)
    assert scene.ticket.status is Status.RESOLVED
    scene.texts_ended()
    scene.goes_on(3600)
    scene.goes_on(72 * 3600)
    assert scene.ticket.status is Status.CLOSED


def test_the_question_alone_tells_of_the_result_too(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended(like="result:%", state=MessageState.FAILED)
    scene.texts_ended()
    scene.goes_on(72 * 3600)
    scene.goes_on(60)
    assert scene.ticket.status is Status.CLOSED


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


def test_a_middling_score_is_closed_by_the_rule_and_kept(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("3")
    scene.goes_on(71 * 3600)
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(3600)
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, 3)
    assert [event.data for event in scene.events("closed")] == [{"why": "no_objection"}]


def test_a_newer_matter_of_the_same_caller_may_be_an_objection(scene: Scene) -> None:
    scene.is_asked()
    scene.texts_ended()
    first = scene.ticket_id
    scene.texts("还是漏水，没有修好")
    scene.goes_on(73 * 3600)
    scene.goes_on(60)
    assert scene.ticket.status is Status.RESOLVED
    with transaction() as session:
        newer = scene.tickets()[-1]
        tickets.actions.resolve(session, newer.id, scene.estate.first.id, at=clock.now(), text="好了")
    scene.ticket_id = first
    scene.goes_on(25 * 3600)
    assert scene.ticket.status is Status.CLOSED


def test_a_complaint_is_closed_by_rule_only_after_its_owner_was_asked_in_vain(scene: Scene) -> None:
    scene.a_ticket(kind=Kind.COMPLAINT, category="noise")
    scene.is_resolved()
    scene.texts_ended()
    scene.goes_on(at=DAY + timedelta(hours=8))
    scene.texts_ended()
    scene.goes_on(71 * 3600)
    assert (scene.ticket.status, scene.survey.state) == (Status.RESOLVED, SurveyState.OPEN)
    scene.goes_on(3600)
    scene.goes_on(1)
    assert (scene.survey.state, scene.ticket.status) == (SurveyState.UNANSWERED, Status.CLOSED)


@pytest.mark.parametrize(
    "end", [MessageState.SUPPRESSED, MessageState.FAILED, MessageState.EXPIRED, MessageState.UNDELIVERED]
)
def test_a_complaint_whose_question_never_arrived_was_not_asked_about(scene: Scene, end: MessageState) -> None:
    scene.a_ticket(kind=Kind.COMPLAINT, category="noise")
    scene.is_resolved()
    scene.texts_ended()
    scene.goes_on(DELAY_S)
    scene.texts_ended(end)
    for _ in range(4):
        scene.goes_on(3 * 86400)
    assert (scene.survey.state, scene.survey.asked_at) == (SurveyState.NOT_ASKED, None)
    assert scene.ticket.status is Status.RESOLVED


def test_a_complaint_of_somebody_who_refuses_questions_is_closed_by_one_of_us(scene: Scene) -> None:
    with transaction() as session:
        record_choice(session, OWNER, Choice.OPT_OUT, at=DAY, channel="text", words="R")
    scene.is_asked(kind=Kind.COMPLAINT, category="noise")
    scene.texts_ended()
    for _ in range(3):
        scene.goes_on(3 * 86400)
    assert (scene.survey.reason, scene.ticket.status) == ("opted_out", Status.RESOLVED)


def test_a_ticket_one_of_us_closed_is_asked_about_all_the_same(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    with transaction() as session:
        tickets.actions.close(session, scene.ticket_id, scene.estate.manager.id, at=DAY, text="业主当面说好")
    scene.goes_on(DELAY_S)
    assert len(scene.sent()) == 2
    scene.texts("5")
    assert scene.ticket.status is Status.OPEN
    assert [event.data for event in scene.events("closed")] == [{"why": CloseReason.OVERRIDE.value}]


def test_a_share_that_is_not_drawn_is_told_and_closed_by_the_rule(scene: Scene) -> None:
    scene.a_ticket()
    scene.is_resolved()
    scene.texts_ended()
    with transaction() as session:
        session.execute(update(Survey).values(state=SurveyState.NOT_ASKED, reason="not_drawn", due_at=DAY))
        assert session.scalars(select(Message.id)).all()
    scene.goes_on()
    assert scene.ticket.status is Status.RESOLVED
    scene.goes_on(72 * 3600)
    assert scene.ticket.status is Status.CLOSED


@pytest.fixture
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a company's own file of rules in place of the house's."""

    def puts(written: str) -> None:
        (tmp_path / "rules.yaml").write_text(written, encoding="utf-8")
        monkeypatch.setattr(callbackrules, "RULES", tmp_path / "rules.yaml")
        callbackrules.rules_of_the_house.cache_clear()

    yield puts
    callbackrules.rules_of_the_house.cache_clear()


def test_a_rule_may_want_them_rung_first(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- ways: [call, text]")
    scene.is_asked()
    _, call = scene.sent()
    assert (call.way, call.message_class) == (Way.CALL, MessageClass.SURVEY)


def test_nobody_is_asked_later_than_the_rule_says(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- earliest: 1\n  latest: 3")
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on(4 * 3600)  # the house was dark when it fell due
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "too_late")
    assert len(scene.sent()) == 1, "only the result was told"


def test_a_rule_says_how_often_somebody_is_rung(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- tries: 1")
    scene.is_asked(number=LANDLINE)
    scene.calls_ended(MessageState.NO_ANSWER)
    scene.goes_on(120)
    assert (scene.survey.state, scene.survey.tries) == (SurveyState.UNANSWERED, 1)


def test_a_share_leaves_the_others_in_peace(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- share: 0")
    scene.is_asked()
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "not_drawn")
