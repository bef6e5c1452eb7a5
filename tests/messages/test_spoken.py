"""A placed notice, spoken to whoever picks up: twice, slowly, and never in silence."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from base.queue import Lane
from messages import pacing
from messages.ledger.plan import Draft, plan
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from tests.messages.fake import AT

Posts = Callable[..., TestResponse]
BODY = "您好，这里是回音物业。紧急停水：3、5号楼已停水"


@pytest.fixture
def notice(app: Flask) -> int:
    """A call that was planned to a landline."""
    clock.stop_at(AT)
    draft = Draft(
        once_key="campaign/1/landline", about="campaign:1", lane=Lane.URGENT, message_class=MessageClass.EMERGENCY,
        urgency=pacing.URGENCY[MessageClass.EMERGENCY, Way.CALL], way=Way.CALL, number="+862162345678",
        sender="+864008001234", due_at=AT, valid_until_at=None, body=BODY, answer_path="/voice/notice/{id}/zh",
    )  # fmt: skip
    with transaction() as session:
        return plan(session, [draft], at=AT)[0]


def heard_at(message_id: int) -> object:
    with reading() as session:
        return session.get_one(Message, message_id).heard_at


def next_of(twiml: str) -> str:
    """Where the next key goes."""
    return html.unescape(re.search(r'action="[^"]*(/voice/[^"]+)"', twiml)[1])  # type: ignore[index]


def test_it_is_spoken_slowly_and_asks_for_a_key(notice: int, carrier_posts: Posts) -> None:
    twiml = carrier_posts(f"/voice/notice/{notice}/zh", CallSid="CA1").get_data(as_text=True)
    assert f'<prosody rate="80%">{BODY}</prosody>' in twiml
    assert next_of(twiml) == f"/voice/notice/{notice}/zh/key/1?s=0&w=0"
    assert 'timeout="8"' in twiml, "seconds for a key"


def test_silence_hears_it_a_second_time_and_then_goodbye(notice: int, carrier_posts: Posts) -> None:
    again = carrier_posts(f"/voice/notice/{notice}/zh/key/1", Digits="").get_data(as_text=True)
    assert BODY in again
    end = carrier_posts(next_of(again), Digits="").get_data(as_text=True)
    assert BODY not in end
    assert "再见" in end
    assert heard_at(notice) is None, "a voicemail presses nothing"


@pytest.mark.parametrize(("language", "wrong", "ends"), [
    ("zh", "没有这个选项。", {"": "如需帮助", "8": "您按的键没有对应的选项"}),
    ("en", "That is not one of the choices.", {"": "If you need help", "8": "None of those keys was a choice"}),
])  # fmt: skip
def test_silence_and_wrong_keys_are_counted_apart_and_end_in_words_of_their_own(
    notice: int, carrier_posts: Posts, language: str, wrong: str, ends: dict[str, str]
) -> None:
    path = f"/voice/notice/{notice}/{language}/key/1"
    for key in ("7", "", "9"):
        said = carrier_posts(path, Digits=key).get_data(as_text=True)
        path = next_of(said)
        assert (wrong in said, BODY in said) == (key != "", True)
    for key, words in ends.items():
        said = carrier_posts(path, Digits=key).get_data(as_text=True)
        assert (words in said, BODY in said) == (True, False)


def test_star_repeats_it_more_often_than_silence_does_but_not_for_ever(notice: int, carrier_posts: Posts) -> None:
    assert BODY in carrier_posts(f"/voice/notice/{notice}/zh/key/2", Digits="*").get_data(as_text=True)
    assert "再见" in carrier_posts(f"/voice/notice/{notice}/zh/key/6", Digits="*").get_data(as_text=True)


@pytest.mark.parametrize(("key", "words"), [("1", "谢谢"), ("0", "/zh/person"), ("7", "没有这个选项")])
def test_a_key_shows_that_a_person_heard_it(notice: int, carrier_posts: Posts, key: str, words: str) -> None:
    said = carrier_posts(f"/voice/notice/{notice}/zh/key/1", Digits=key).get_data(as_text=True)
    assert words in said
    assert heard_at(notice) == AT


def test_the_same_key_twice_gets_the_same_answer_and_changes_nothing(notice: int, carrier_posts: Posts) -> None:
    first = carrier_posts(f"/voice/notice/{notice}/zh/key/1", Digits="1").get_data()
    clock.stop_at(AT.replace(hour=AT.hour + 1))
    assert carrier_posts(f"/voice/notice/{notice}/zh/key/1", Digits="1").get_data() == first
    assert heard_at(notice) == AT


def test_it_speaks_english_where_the_person_does(notice: int, carrier_posts: Posts) -> None:
    said = carrier_posts(f"/voice/notice/{notice}/en", CallSid="CA1").get_data(as_text=True)
    assert "If you have understood, press 1" in said
    assert 'language="en-US"' in said


@pytest.mark.parametrize("strange", ["999999", "99999999999999999999", "text"])
def test_about_a_message_nobody_knows_it_says_goodbye(notice: int, carrier_posts: Posts, strange: str) -> None:
    if strange == "text":
        strange = str(notice)
        with transaction() as session:
            session.execute(update(Message).where(Message.id == notice).values(way=Way.TEXT))
    for path in ("", "/key/1"):
        answer = carrier_posts(f"/voice/notice/{strange}/zh{path}", Digits="1" if path else "")
        assert answer.status_code == 200
        assert "再见" in answer.get_data(as_text=True)
