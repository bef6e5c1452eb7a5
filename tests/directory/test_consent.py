"""What people say about being written to, and what that means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from directory import actions
from directory.consent import Allowed, Choice, Skipped, may_send, read_choice
from directory.models import Consent

NUMBER = "+8613800138000"
FILIPINO = "+639171234567"
SAID_AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


LEAVE_ME_ALONE = [
    *("R", "r", "Ｒ。", " T ", "td", "T D", "TD!", "N", "0000", "００００", "退订", "【退订】", "退 订", "“拒收”"),
    *("不要再发！", "STOP", "Stop.", "unsubscribe", "取消订阅", "退訂", "不要再發了！", "取消訂閱"),
]


@pytest.mark.parametrize("text", LEAVE_ME_ALONE)
def test_words_that_mean_leave_me_alone(text: str) -> None:
    assert read_choice(text) is Choice.OPT_OUT


@pytest.mark.parametrize("text", ["订阅", "START", "ｓｔａｒｔ", "接收。", "恢復訂閱"])
def test_words_that_mean_welcome_back(text: str) -> None:
    assert read_choice(text) is Choice.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "5",
        "R栋漏水",
        "请到R区",
        "how do I STOP the leak",
        "退订报纸",
        "退訂報紙",
        "不订阅",
        "000",
        "00000",
        "no",
        "🙂",
    ],
)
def test_words_inside_a_sentence_are_just_words(text: str) -> None:
    assert read_choice(text) is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert read_choice(text) in (None, Choice.OPT_IN, Choice.OPT_OUT)


@pytest.mark.parametrize(
    ("message_class", "last_word", "expected"),
    [
        ("emergency", False, Allowed()),
        ("service", False, Allowed()),
        ("staff", False, Allowed()),
        ("survey", None, Allowed()),
        ("survey", True, Allowed()),
        ("survey", False, Skipped("opted_out")),
        ("care", None, Skipped("no_consent")),
        ("care", True, Allowed()),
        ("care", False, Skipped("opted_out")),
        ("marketing", None, Skipped("no_consent")),
    ],
)
def test_who_may_be_sent_what(message_class: str, last_word: bool | None, expected: Allowed | Skipped) -> None:
    assert may_send(message_class, last_word) == expected


@pytest.mark.parametrize(
    ("message_class", "last_word", "expected"),
    [
        ("survey", None, Skipped("no_consent")),
        ("survey", True, Allowed()),
        ("survey", False, Skipped("opted_out")),
        ("service", None, Allowed()),
        ("emergency", False, Allowed()),
    ],
)
def test_in_the_philippines_a_survey_takes_a_yes_first(
    message_class: str, last_word: bool | None, expected: Allowed | Skipped
) -> None:
    assert may_send(message_class, last_word, FILIPINO) == expected
    if message_class == "survey" and last_word is None:
        assert may_send(message_class, last_word, NUMBER) == Allowed()


@pytest.mark.parametrize(
    ("message_class", "last_word", "expected"),
    [
        ("service", None, Skipped("no_consent")),
        ("service", True, Allowed()),
        ("service", False, Skipped("opted_out")),
        ("emergency", None, Allowed()),
        ("emergency", False, Allowed()),
        ("staff", None, Allowed()),
    ],
)
def test_in_the_philippines_what_goes_to_many_takes_a_yes_first_unless_there_is_danger(
    message_class: str, last_word: bool | None, expected: Allowed | Skipped
) -> None:
    assert may_send(message_class, last_word, FILIPINO, to_many=True) == expected
    assert may_send(message_class, last_word, FILIPINO) == Allowed(), "an answer to one person"
    assert may_send(message_class, last_word, NUMBER, to_many=True) == Allowed()


def test_there_a_wish_to_be_left_alone_holds_for_notices_to_many_too(session: Session) -> None:
    for number in (NUMBER, FILIPINO):
        actions.record_choice(session, number, Choice.OPT_OUT, at=SAID_AT, channel="text", words="STOP")
    session.flush()
    assert [actions.last_word(session, number, "service") for number in (NUMBER, FILIPINO)] == [None, False]
    assert not actions.refused(session, FILIPINO, "service"), "what answers one person goes all the same"


def test_an_opt_out_is_kept_as_evidence_and_the_newest_word_counts(session: Session) -> None:
    actions.record_consent(session, NUMBER, "care", granted=True, at=SAID_AT, channel="roster")
    assert not actions.refused(session, NUMBER, "care")
    actions.record_choice(session, NUMBER, Choice.OPT_OUT, at=SAID_AT + timedelta(days=1), channel="text", words="Ｒ。")
    session.flush()
    assert actions.refused(session, NUMBER, "care")
    assert actions.refused(session, NUMBER, "survey")
    assert not actions.refused(session, NUMBER, "service")
    assert not actions.refused(session, "+8613900139000", "survey")
    actions.record_choice(
        session, NUMBER, Choice.OPT_IN, at=SAID_AT + timedelta(days=2), channel="text", words="订阅", classes=["care"]
    )
    session.flush()
    assert not actions.refused(session, NUMBER, "care")
    assert actions.refused(session, NUMBER, "survey")
    assert session.scalar(select(func.count()).select_from(Consent)) == 5
