"""Every text that comes in ends as exactly one thing, and no text of ours starts a conversation of machines."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.models import Reply
from tests.make import a_home, an_owner
from tests.oncall.estate import an_estate
from tests.outreach.scene import DAY, HOTLINE, OWNER, Scene
from tickets.models import Ticket, TicketEvent

STRANGER = "+8613711112222"
CONSENT = (
    "R", "r", "Ｒ", "Ｒ。", "“t d”", "TD", "ｔｄ", "T", "N", "n!", "0000", "００００", "退订", "退 订", "退订。",
    "【退订】", "拒收", "回复R", "拒收请回复R", "不要再发", "不要再发了！", "取消订阅", "STOP", "stop.",
    "Ｓｔｏｐ", "Unsubscribe", "STOPALL", "quit", "  r \n",
)  # fmt: skip
"""A wish to be left alone, in every width, case and language."""
MACHINES = (
    "自动回复：我在开会，稍后联系您", "[自动回复] 您好", "Auto-reply: I am out", "Out of office until Monday",
    "正在开车", "您好，我正在开会，请稍后联系", "I'm driving", "I can't talk right now. What's up?",
)  # fmt: skip
TICKETS = (
    "4", "３", "5！", "1 2", "12345", "👍", "😀😀", "", "   ", "。", "你好", "在吗", "谢谢", "好的", "R可以停车吗",
    "别再发R了好吗", "退订怎么操作", "please stop the noise", "yes", "订阅", "START", "HELP", "3号楼漏水", "家里没水",
    "电梯困人了", "着火了", "水管爆了", "【某某银行】您的验证码是1234", "a" * 1600, "漏" * 1600, "http://example.com",
    "<script>alert(1)</script>",
    "'; DROP TABLE reply; --", "\x00zero", "é à ü", "ありがとう", "转 1234",
)  # fmt: skip
"""Somebody speaks to us: a person reads it. A digit is one where nobody was asked, and so is a yes to nothing."""
IGNORED_SENDERS = ("10690000123456", "106575", "95588", "+86106575000", HOTLINE, "+266696687", "anonymous", "")
_sids = itertools.count(1)


@pytest.fixture
def scene(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Scene]:
    clock.stop_at(DAY)
    with transaction() as session:
        estate = an_estate(session)
        an_owner(session, a_home(session, estate.project), OWNER)
    return Scene(carrier_posts, estate)


def outcome(scene: Scene, body: str, sender: str = OWNER) -> str:
    """What became of one text: looked for where it would be, and found in exactly one place."""
    before = _counts()
    scene.texts(body, sender=sender, sid=f"SM{next(_sids):032x}")
    replies, tickets, lines = (after - old for after, old in zip(_counts(), before, strict=True))
    assert replies == 1
    became = scene.became()
    assert (tickets + lines >= 1) == (became == "ticket"), (body, became, tickets, lines)
    return became


def _counts() -> tuple[int, int, int]:
    with reading() as session:
        return tuple(session.scalars(select(func.count()).select_from(of)).one() for of in (Reply, Ticket, TicketEvent))


def sent(number: str) -> list[Message]:
    with reading() as session:
        found = list(session.scalars(select(Message).where(Message.number == number)))
        session.expunge_all()
        return found


def test_a_wish_to_be_left_alone_is_one_in_every_width_case_and_language(scene: Scene) -> None:
    assert {body: outcome(scene, body) for body in CONSENT} == dict.fromkeys(CONSENT, "consent")
    assert sent(OWNER) == [], "to be confirmed would be one more text"


def test_what_a_telephone_sends_by_itself_is_kept_and_never_answered(scene: Scene) -> None:
    assert {body: outcome(scene, body) for body in MACHINES} == dict.fromkeys(MACHINES, "auto_reply")
    assert sent(OWNER) == []


def test_anything_else_is_somebody_speaking_to_us(scene: Scene) -> None:
    assert {body: outcome(scene, body) for body in TICKETS} == dict.fromkeys(TICKETS, "ticket")


@pytest.mark.parametrize("sender", IGNORED_SENDERS)
def test_machines_and_nobodies_are_ignored_whatever_they_say(scene: Scene, sender: str) -> None:
    for body in ("R", "1", "漏水", "自动回复"):
        assert outcome(scene, body, sender) == "ignored"
    with reading() as session:
        assert session.scalars(select(Message.id)).all() == []


@pytest.mark.parametrize("sender", [OWNER, STRANGER])
@pytest.mark.parametrize("is_signed", [True, False])
def test_another_house_that_answers_everything_is_answered_once_at_most(
    scene: Scene, sender: str, is_signed: bool
) -> None:
    before, ref = "【滨江物业】" if is_signed else "", itertools.count(1)
    answered = 0
    for _ in range(12):  # as long as a text of ours gives it something to answer, it does
        outcome(
            scene, f"{before}您的咨询已登记，单号261126-{next(ref):04}，我们将于24小时内答复您。查询请拨4001", sender
        )
        texts = len(sent(sender))
        if texts == answered:
            break
        answered = texts
    assert len(sent(sender)) == (0 if is_signed else 1)


def test_the_same_machine_after_each_of_our_questions_gets_nothing_back(scene: Scene) -> None:
    scene.is_asked()
    outcome(scene, "自动回复：正在开会")
    outcome(scene, "【某某】请勿回复本短信")
    questions = [text for text in sent(OWNER) if text.message_class is MessageClass.SURVEY]
    assert len(questions) == 1
    assert len(sent(OWNER)) == 2, "the result and the question"
