"""A household answers a wave by keys: when we call, and when it calls us."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from directory.models import Language, Person
from hotline import jobs as hotline_jobs
from hotline.models import Recording
from messages.actions import plan_call
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions.oneatatime import A_LITTLE_LATER, is_being_asked
from outreach.jobs import waves as jobs
from outreach.surveymodels import Interview
from outreach.surveys import Via
from outreach.waves import InterviewState
from tests.hotline.caller import HOTLINE, HOTLINE_SAID, CallInProgress
from tests.outreach.scene import Heard
from tests.outreach.wave import Waves, a_house, number_of
from tickets.lifecycle import Kind

SOUND = "RE" + "7" * 32


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    """Owners whose telephones take no answers by text."""
    waves = a_house(app, carrier_posts, two_way="HK")
    waves.has_homes(1)
    return waves


def picks_up(waves: Waves) -> Heard:
    return waves.at(f"/voice/wave/{waves.sent()[0].id}")


def test_who_calls_is_said_first_and_words_stand_beside_the_keys(waves: Waves) -> None:
    waves.asks()
    heard = picks_up(waves)
    assert heard.verbs == ["Gather"]
    assert heard.words.startswith("您好，这里是回音物业，想请您回答几个问题，约一分钟。您对停水停电等通知")
    assert "非常满意请按1，满意请按2" in heard.words
    assert heard.words.endswith("人工服务请按0。")


def test_each_key_leads_to_the_next_question_and_the_last_to_goodbye(waves: Waves) -> None:
    waves.asks()
    second = waves.presses(picks_up(waves), "1")
    assert "是请按1，否请按2" in second.words
    last = waves.presses(second, "2")
    assert (last.words, last.verbs[-1]) == ("谢谢您的回答。再见。", "Hangup")
    assert [(one.question, one.key, one.score, one.via) for one in waves.answers()] == [
        ("news", "1", 5, Via.CALLBACK), ("reached", "2", 1, Via.CALLBACK),
    ]  # fmt: skip
    assert waves.interview().state is InterviewState.ANSWERED
    assert waves.sent()[0].heard_at is not None
    assert picks_up(waves).words.startswith("这次调查已经结束")


def test_the_answer_leads_the_way_and_a_step_asked_again_answers_the_same(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    first = picks_up(waves)
    branch = waves.presses(first, "4")
    assert "最需要改进的是哪方面" in branch.words
    waves.presses(branch, "3")
    later = waves.at(first.next, Digits="1")
    assert later.words == branch.words, "what was answered stands"
    assert [one.key for one in waves.answers()] == ["4", "3"]


def test_silence_and_a_wrong_key_are_counted_apart_and_end_kindly(waves: Waves) -> None:
    waves.asks()
    heard = picks_up(waves)
    for key, words in (
        ("", "没有收到您的按键"),
        ("9", "没有这个选项"),
        ("", "没有收到您的按键"),
    ):
        heard = waves.presses(heard, key)
        assert words in heard.words
        assert heard.verbs == ["Gather"]
    ended = waves.presses(heard, "")
    assert HOTLINE_SAID in ended.words
    assert ended.verbs[-1] == "Hangup"
    astray = waves.presses(waves.presses(heard, "9"), "8")
    assert astray.words.startswith("您按的键没有对应的选项，没有记下回答")
    assert astray.verbs[-1] == "Hangup"
    assert waves.answers() == []
    assert waves.interview().state is InterviewState.OPEN


def test_star_repeats_the_question_and_forgets_what_went_before(waves: Waves) -> None:
    waves.asks()
    heard = picks_up(waves)
    for key in ("9", "9", "*", "", "", "*", "*", "*", "9", "9"):
        heard = waves.presses(heard, key)
        assert heard.verbs == ["Gather"]
        assert heard.words.startswith("您对停水停电") == (key == "*")
    assert waves.presses(heard, "9").verbs[-1] == "Hangup"


def test_what_is_said_after_the_tone_is_kept_on_a_ticket(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    heard = picks_up(waves)
    for key in ("1", "1", "1", "1"):
        heard = waves.presses(heard, key)
    assert heard.verbs == ["Gather", "Record", "Redirect"]
    assert "请在滴声后留言" in heard.words
    ended = waves.at(heard.next, RecordingSid=SOUND, RecordingDuration="9", RecordingUrl="https://elsewhere.test/x")
    assert ended.verbs[-1] == "Hangup"
    waves.posts(f"/voice/interview/{waves.interview().id}/recorded", RecordingSid=SOUND, RecordingStatus="completed")
    [ticket] = waves.tickets()
    assert ticket.kind is Kind.SUGGESTION
    hotline_jobs.recordings_due()
    with reading() as session:
        recording = session.scalars(select(Recording)).one()
        assert (recording.sid, recording.ticket_id, recording.duration_s) == (SOUND, ticket.id, 9)
    assert waves.interview().state is InterviewState.ANSWERED


def test_who_says_nothing_after_the_tone_has_answered_all_the_same(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    heard = picks_up(waves)
    for key in ("1", "1", "1", "1"):
        heard = waves.presses(heard, key)
    asked_again = waves.presses(heard, "")  # a key that met no word after the tone is silence to the carrier
    assert "没有听到您的留言" in asked_again.words
    assert "人工服务请按0" in asked_again.words
    waves.presses(asked_again, "")
    assert waves.interview().state is InterviewState.ANSWERED
    assert (waves.tickets(), waves.answers()[-1].key) == ([], "0")


def comes_to_the_tone(waves: Waves) -> Heard:
    waves.asks(questionnaire="yearly")
    heard = picks_up(waves)
    for key in ("1", "1", "1", "1"):
        heard = waves.presses(heard, key)
    return heard


def test_keys_work_before_the_tone_as_everywhere(waves: Waves) -> None:
    heard = comes_to_the_tone(waves)
    assert waves.presses(heard, "*").words == heard.words
    begun = waves.presses(heard, "5")
    assert (begun.words, begun.verbs) == ("请讲。", ["Say", "Record", "Redirect"])
    to_person = waves.presses(heard, "0")
    assert "正在为您接通值班人员" in to_person.words
    assert "Dial" in to_person.verbs
    assert [(ticket.kind, ticket.category) for ticket in waves.tickets()] == [(Kind.HELP, "person")]


def test_every_message_is_kept_whichever_key_ends_it(waves: Waves) -> None:
    heard = comes_to_the_tone(waves)
    first, second = "RE" + "1" * 32, "RE" + "2" * 32
    again = waves.at(heard.next, RecordingSid=first, RecordingDuration="4", Digits="*")
    assert "请在滴声后留言" in again.words
    to_person = waves.at(again.next, RecordingSid=second, RecordingDuration="5", Digits="0")
    assert "Dial" in to_person.verbs
    assert [ticket.kind for ticket in waves.tickets()] == [Kind.SUGGESTION, Kind.HELP]
    hotline_jobs.recordings_due()
    with reading() as session:
        kept = session.execute(select(Recording.sid, Recording.ticket_id).order_by(Recording.id)).all()
    assert kept == [(sid, waves.tickets()[0].id) for sid in (first, second)]


def test_silence_after_a_message_and_star_goes_on_with_what_was_said(waves: Waves) -> None:
    heard = comes_to_the_tone(waves)
    again = waves.at(heard.next, RecordingSid=SOUND, RecordingDuration="4", Digits="*")
    assert "谢谢您的回答" in waves.presses(again, "").words
    assert waves.answers()[-1].key == ""


def test_who_hangs_up_in_their_message_has_answered(waves: Waves) -> None:
    heard = comes_to_the_tone(waves)
    waves.at(heard.next, RecordingSid=SOUND, RecordingDuration="4", Digits="hangup")
    assert waves.interview().state is InterviewState.ANSWERED


def test_zero_is_a_person_also_where_the_question_was_answered_meanwhile(waves: Waves) -> None:
    waves.asks()
    heard = picks_up(waves)
    with transaction() as session:
        one = session.scalars(select(Interview)).one()
        one.state, one.ended_at = InterviewState.ANSWERED, clock.now()
    assert "Dial" in waves.presses(heard, "0").verbs
    assert [(ticket.kind, ticket.category) for ticket in waves.tickets()] == [(Kind.HELP, "person")]


def test_who_hung_up_before_the_tone_is_not_rung_for_it(waves: Waves) -> None:
    waves.asks(questionnaire="yearly")
    heard = picks_up(waves)
    for key in ("1", "1", "1", "1"):
        heard = waves.presses(heard, key)
    waves.goes_on(days=4)
    assert len(waves.sent()) == 1
    assert waves.interview().state is InterviewState.ANSWERED


def test_zero_is_a_person_and_a_ticket_stands_before_anybody_is_rung(waves: Waves) -> None:
    waves.asks()
    heard = waves.presses(picks_up(waves), "0")
    assert "正在为您接通值班人员" in heard.words
    assert "Dial" in heard.verbs
    assert [(ticket.kind, ticket.category) for ticket in waves.tickets()] == [(Kind.HELP, "person")]
    assert waves.interview().state is InterviewState.HANDED_OVER
    waves.goes_on(days=4)
    assert len([message for message in waves.sent() if message.answer_path]) == 1


def test_a_low_answer_on_the_telephone_is_called_about_too(waves: Waves) -> None:
    waves.asks()
    heard = waves.presses(picks_up(waves), "5")
    ended = waves.presses(heard, "1")
    assert "尽快给您回电" in ended.words
    assert [ticket.kind for ticket in waves.tickets()] == [Kind.COMPLAINT]


@pytest.mark.parametrize("path", ["/voice/wave/999999999999", "/voice/interview/99", "/voice/wave/99"])
def test_what_we_do_not_know_ends_kindly(waves: Waves, path: str) -> None:
    assert "这次调查已经结束" in waves.at(path).words


def test_nobody_hears_the_questions_of_a_call_that_was_something_else(waves: Waves) -> None:
    waves.asks()
    with transaction() as session:
        session.get_one(Message, waves.sent()[0].id).batch_id = None
    assert "这次调查已经结束" in picks_up(waves).words


def test_who_calls_us_is_offered_it_and_answers_with_the_same_keys(waves: Waves) -> None:
    waves.asks()
    call = CallInProgress(waves.posts, number_of(0), HOTLINE).rings()
    call.hears("请直接按0", "您有一份问卷还没有回答完", "现在回答请按1").never_hears("报修请按1")
    call.presses("1").hears("您对停水停电").presses("2").presses("1").hears("谢谢您的回答")
    assert [one.via for one in waves.answers()] == [Via.HOTLINE] * 2
    call.hangs_up()
    assert waves.tickets() == [], "hanging up leaves nothing to do"
    CallInProgress(waves.posts, number_of(0), HOTLINE, "CA" + "e" * 32).rings().never_hears("问卷")


@pytest.mark.parametrize("key", ["9", "", "6"])
def test_who_calls_us_may_go_on_to_the_menu(waves: Waves, key: str) -> None:
    waves.asks()
    call = CallInProgress(waves.posts, number_of(0), HOTLINE).rings()
    call = call.presses(key) if key else call.is_silent()
    call.hears("报修请按1")
    assert waves.interview().state is InterviewState.OPEN


def test_what_was_answered_meanwhile_is_not_asked_again(waves: Waves) -> None:
    waves.asks()
    call = CallInProgress(waves.posts, number_of(0), HOTLINE).rings()
    with transaction() as session:
        one = session.scalars(select(Interview)).one()
        one.state, one.ended_at = InterviewState.ANSWERED, clock.now()
    call.presses("1").hears("这份问卷已经结束", "报修请按1")


def test_the_questions_are_put_in_english_to_whoever_reads_it(waves: Waves) -> None:
    with transaction() as session:
        session.scalars(select(Person)).one().language = Language.EN
    waves.asks()
    heard = picks_up(waves)
    assert "For very satisfied, press 1" in heard.words
    assert "Thank you for your answers." in waves.presses(waves.presses(heard, "1"), "1").words


def test_who_wants_a_person_after_a_low_answer_has_a_ticket_for_that_too(waves: Waves) -> None:
    waves.asks()
    waves.presses(waves.presses(picks_up(waves), "5"), "0")
    assert [(ticket.kind, ticket.category) for ticket in waves.tickets()] == [
        (Kind.COMPLAINT, "complaint"), (Kind.HELP, "person"),
    ]  # fmt: skip


@pytest.mark.parametrize(("is_closed", "kinds"), [(False, [Kind.COMPLAINT]), (True, [Kind.COMPLAINT, Kind.SUGGESTION])])
def test_what_is_said_after_the_tone_stands_where_somebody_listens(
    waves: Waves, is_closed: bool, kinds: list[Kind]
) -> None:
    waves.asks(questionnaire="yearly")
    heard = picks_up(waves)
    for key in ("5", "1", "1", "1", "1"):
        heard = waves.presses(heard, key)
    if is_closed:
        waves.closes_tickets()
    waves.at(heard.next, RecordingSid=SOUND, RecordingDuration="9")
    assert [ticket.kind for ticket in waves.tickets()] == kinds
    hotline_jobs.recordings_due()
    with reading() as session:
        assert session.scalars(select(Recording.ticket_id)).one() == waves.tickets()[-1].id


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.UNKNOWN])
def test_who_picks_up_before_the_carrier_told_us_of_the_call_is_asked(waves: Waves, state: MessageState) -> None:
    waves.asks()
    with transaction() as session:
        call = session.get_one(Message, waves.sent()[0].id)
        call.state, call.sid, call.accepted_at = state, None, None
    heard = picks_up(waves)
    assert "您对停水停电" in heard.words
    assert waves.interview().asked_at == clock.now()
    waves.presses(heard, "1")
    assert [one.key for one in waves.answers()] == ["1"]


def test_nobody_is_rung_about_something_else_while_a_wave_rings_them(waves: Waves) -> None:
    waves.asks()
    with transaction() as session:
        assert is_being_asked(session, number_of(0), at=clock.now())
        call = session.get_one(Message, waves.sent()[0].id)
        call.state, call.final_at = MessageState.NO_ANSWER, clock.now()
        session.flush()
        assert not is_being_asked(session, number_of(0), at=clock.now())


def test_a_wave_rings_nobody_again_while_they_are_rung_about_something_else(waves: Waves) -> None:
    waves.asks()
    with transaction() as session:
        call = session.get_one(Message, waves.sent()[0].id)
        call.state, call.final_at = MessageState.NO_ANSWER, clock.now()
    waves.goes_on(hours=1)
    due_at = waves.interview().due_at
    assert due_at is not None
    with transaction() as session:
        plan_call(
            session, number=number_of(0), message_class=MessageClass.SURVEY, answer_path="/voice/survey/1",
            once_key="another", about="survey:1", at=due_at, due_at=due_at,
        )  # fmt: skip
    clock.stop_at(due_at)
    jobs.look_due()
    assert waves.interview().due_at == due_at + A_LITTLE_LATER
    assert [message.once_key for message in waves.sent()[1:]] == ["another"]
