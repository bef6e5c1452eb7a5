"""A number nobody knows: how many texts it gets, also when it calls many times at once."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from base.database import reading, transaction
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.models import Message
from tests.messages.fake import AT

STRANGER = "+8613700137000"


def text(word: str, *, later: timedelta = timedelta(0)) -> bool:
    """What a call's end does: ask, then plan, in one transaction."""
    at = AT + later
    with transaction() as session:
        if not messages.may_text_stranger(session, STRANGER, at=at):
            return False
        messages.plan_text(
            session, number=STRANGER, message_class=MessageClass.SERVICE, body="您的单号", once_key=word,
            about="ticket:1", at=at,
        )  # fmt: skip
    return True


def test_a_stranger_gets_three_texts_a_day(app: Flask) -> None:
    assert [text(f"{n}") for n in range(4)] == [True, True, True, False]
    assert text("tomorrow", later=timedelta(hours=24))


def test_whoever_only_looks_needs_to_write_nothing(app: Flask) -> None:
    assert [text(f"{n}") for n in range(2)] == [True, True]
    with reading() as session:
        assert messages.may_text_stranger(session, STRANGER, at=AT, looks_only=True)
    assert text("third")
    with reading() as session:
        assert not messages.may_text_stranger(session, STRANGER, at=AT, looks_only=True)


@pytest.mark.parametrize("number", ["+447700900123", "+862155550123", "nobody", ""])
def test_abroad_landlines_and_nonsense_get_none(app: Flask, number: str) -> None:
    with transaction() as session:
        assert not messages.may_text_stranger(session, number, at=AT)


def test_many_calls_at_once_are_texted_three_times(app: Flask) -> None:
    together = threading.Barrier(8)
    allowed: list[bool] = []

    def call(n: int) -> None:
        with app.app_context():
            together.wait()
            allowed.append(text(f"{n}"))

    threads = [threading.Thread(target=call, args=(n,)) for n in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 5 + [True] * 3
    with reading() as session:
        assert session.scalar(select(func.count()).where(Message.number == STRANGER)) == 3
