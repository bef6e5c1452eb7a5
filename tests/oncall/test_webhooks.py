"""The spoken page and the whisper, as the carrier asks for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from lxml import etree
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.database import transaction
from directory.models import Language, Staff
from oncall import actions
from oncall.webhooks import PAGE_TIMES
from tests.oncall.estate import AT, a_stuck_lift, an_estate, has_left, later, page_of, pages, texts_to
from tickets.models import Ticket


@dataclass
class Heard:
    """One answer to the carrier, as whoever holds the telephone hears it."""

    response: TestResponse

    @property
    def root(self) -> etree._Element:
        assert self.response.status_code == 200
        return etree.fromstring(self.response.get_data())

    @property
    def words(self) -> str:
        return "".join(say.text or "" for say in self.root.iter("Say"))

    @property
    def next(self) -> str:
        """Where the keys go; empty when the call ends or is joined."""
        gather = self.root.find("Gather")
        return "" if gather is None else gather.get("action", "")

    @property
    def hangs_up(self) -> bool:
        return self.root.find("Hangup") is not None


@dataclass
class Scene:
    """A stuck lift at night; the first two have been paged."""

    ticket_id: int
    page: dict[str, int]
    posts: Callable[..., TestResponse]

    def picks_up(self, name: str) -> Heard:
        return self.at(f"/voice/page/{self.page[name]}")

    def at(self, path: str, **form: str) -> Heard:
        return Heard(self.posts(path, CallSid="CA" + "1" * 32, CallStatus="in-progress", **form))

    def presses(self, heard: Heard, key: str) -> Heard:
        return self.at(heard.next, Digits=key)


@pytest.fixture
def scene(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Scene]:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        ticket = a_stuck_lift(session, estate)
        actions.climb(session, ticket.id, at=AT)
        page = {staff.name: page_of(session, ticket, staff).id for staff in (estate.first, estate.second)}
        has_left(session, estate.second)
    clock.stop_at(later(10))
    return Scene(ticket.id, page, carrier_posts)


def states(scene: Scene) -> dict[str, str]:
    with transaction() as session:
        ticket = session.get_one(Ticket, scene.ticket_id)
        return {name: state for _, name, state in pages(session, ticket)} | {"ticket": ticket.status.value}


def test_the_page_says_where_what_and_which_keys(scene: Scene) -> None:
    heard = scene.picks_up("王强")
    assert heard.words == "紧急工单：3号楼2单元，电梯困人。接单请按1，转下一位请按2，需要支援请按3。"


def test_after_the_alarm_it_says_that_nobody_has_taken_it(scene: Scene) -> None:
    with transaction() as session:
        tickets.actions.raise_alarm(session, scene.ticket_id, at=later(600))
    assert scene.picks_up("赵刚").words.startswith("至今无人接单！紧急工单")


def test_key_1_takes_it(scene: Scene) -> None:
    heard = scene.presses(scene.picks_up("王强"), "1")
    assert "接单成功" in heard.words
    assert "2 6 1 1 2 3, 0 0 0 1" in heard.words
    assert "1 3 8 0 0 1 3 8 0 0 0" in heard.words
    assert heard.hangs_up
    assert states(scene) == {"王强": "acknowledged", "赵刚": "taken_by_other", "ticket": "acknowledged"}


def test_a_later_presser_hears_who_has_it(scene: Scene) -> None:
    page_of_second = scene.picks_up("赵刚")
    scene.presses(scene.picks_up("王强"), "1")
    assert "已由王强接单" in scene.presses(page_of_second, "1").words
    assert "已由王强接单" in scene.picks_up("赵刚").words
    assert "接单成功" in scene.picks_up("王强").words


def test_key_2_passes_it_on(scene: Scene) -> None:
    assert "正在转下一位" in scene.presses(scene.picks_up("王强"), "2").words
    assert states(scene) == {"王强": "passed", "赵刚": "calling", "ticket": "open"}


def test_key_3_takes_it_and_calls_the_supervisor(scene: Scene) -> None:
    assert "正在为您呼叫支援" in scene.presses(scene.picks_up("王强"), "3").words
    assert states(scene) == {
        "王强": "needs_help", "赵刚": "taken_by_other", "孙丽": "calling", "ticket": "acknowledged",
    }  # fmt: skip


def test_the_call_for_help_says_who_asks(scene: Scene) -> None:
    scene.presses(scene.picks_up("王强"), "3")
    with transaction() as session:
        ticket = session.get_one(Ticket, scene.ticket_id)
        supervisor = session.query(Staff).filter_by(name="孙丽").one()
        page_id = page_of(session, ticket, supervisor).id
    heard = scene.at(f"/voice/page/{page_id}")
    assert "王强需要支援" in heard.words
    assert "没有这个选项" in scene.presses(heard, "3").words
    assert "已告知对方" in scene.presses(heard, "1").words
    with transaction() as session:
        first = session.query(Staff).filter_by(name="王强").one()
        assert "孙丽前往支援" in texts_to(session, first)[-1]


def test_a_wrong_key_has_its_own_words_and_hears_it_again(scene: Scene) -> None:
    heard = scene.presses(scene.picks_up("王强"), "7")
    assert heard.words.startswith("没有这个选项。紧急工单")
    assert states(scene)["王强"] == "calling"


def test_silence_hears_it_again_and_a_voicemail_does_not_listen_for_ever(scene: Scene) -> None:
    heard, times = scene.picks_up("王强"), 1
    while not heard.hangs_up:
        heard, times = scene.presses(heard, ""), times + 1
        assert times <= PAGE_TIMES + 1
    assert times == PAGE_TIMES + 1
    assert "不算接单" in heard.words
    assert states(scene) == {"王强": "calling", "赵刚": "calling", "ticket": "open"}


def test_wrong_keys_are_counted_apart_from_silence_and_end_in_words_of_their_own(scene: Scene) -> None:
    heard = scene.picks_up("王强")
    for key in ("", "7") * (PAGE_TIMES - 1):
        heard = scene.presses(heard, key)
        assert not heard.hangs_up
    for key, words in (("", "没有收到按键"), ("7", "您按的键没有对应的选项")):
        ended = scene.presses(heard, key)
        assert ended.hangs_up
        assert ended.words.startswith(words)
        assert "不算接单" in ended.words


@pytest.mark.parametrize("key", ["", "1", "2", "3", "7"])
def test_the_same_webhook_twice_gets_the_same_answer_and_changes_nothing(scene: Scene, key: str) -> None:
    heard = scene.picks_up("王强")
    once = scene.presses(heard, key)
    before = states(scene)
    twice = scene.presses(heard, key)
    assert twice.response.get_data() == once.response.get_data()
    assert states(scene) == before


@pytest.mark.parametrize(
    "path",
    ["/voice/page/4711", "/voice/page/4711/key?n=1", "/voice/whisper/4711", "/voice/whisper/4711/key?n=1",
     "/voice/page/99999999999999999999"],
)  # fmt: skip
def test_a_page_nobody_knows_is_over(scene: Scene, path: str) -> None:
    heard = scene.at(path, Digits="1")
    assert "已经结束" in heard.words
    assert heard.hangs_up


@pytest.mark.parametrize("times", ["0x", "-1", "%EF%BC%99", "", "9" * 50])
def test_a_bent_count_ends_the_call_instead_of_repeating_for_ever(scene: Scene, times: str) -> None:
    assert scene.at(f"/voice/page/{scene.page['王强']}/key?s={times}", Digits="").hangs_up


def test_a_closed_ticket_is_over(scene: Scene) -> None:
    heard = scene.picks_up("王强")
    with transaction() as session:
        staff = session.query(Staff).filter_by(name="钱伟").one()
        tickets.actions.cancel(session, scene.ticket_id, staff.id, at=later(12), text="误报")
    assert "已经结束" in scene.presses(heard, "1").words
    assert "已经结束" in scene.picks_up("赵刚").words


def test_english_speaking_staff_hear_english(scene: Scene) -> None:
    with transaction() as session:
        session.query(Staff).filter_by(name="王强").one().language = Language.EN
    heard = scene.picks_up("王强")
    assert "trapped in a lift" in heard.words
    assert "You have taken it" in scene.presses(heard, "1").words


def a_whisper(scene: Scene) -> Heard:
    with transaction() as session:
        ring = actions.ring_live(session, scene.ticket_id, at=later(10))
    assert ring is not None
    return scene.at(ring.whisper_path)


def test_the_whisper_says_that_the_caller_speaks_english(scene: Scene) -> None:
    with transaction() as session:
        session.get_one(Ticket, scene.ticket_id).language = "en"
    assert a_whisper(scene).words.startswith("来电人讲英语。紧急来电：")


def test_the_whisper_says_who_is_waiting_and_1_joins(scene: Scene) -> None:
    heard = a_whisper(scene)
    assert heard.words == "紧急来电：3号楼2单元，电梯困人。来电人正在线上，接听请按1。"
    joined = scene.presses(heard, "1")
    assert not joined.hangs_up
    assert joined.next == ""
    assert states(scene)["ticket"] == "acknowledged"
    again = scene.presses(heard, "1")
    assert again.response.get_data() == joined.response.get_data()


def test_any_other_key_leaves_the_caller_to_the_next(scene: Scene) -> None:
    assert scene.presses(a_whisper(scene), "5").hangs_up
    assert states(scene)["ticket"] == "open"


def test_a_voicemail_does_not_get_the_caller(scene: Scene) -> None:
    heard = scene.presses(a_whisper(scene), "")
    assert "接听请按1" in heard.words
    assert scene.presses(heard, "").hangs_up
    assert states(scene)["ticket"] == "open"


def test_who_comes_second_is_told_and_joined(scene: Scene) -> None:
    whisper = a_whisper(scene)
    scene.presses(scene.picks_up("赵刚"), "1")
    joined = scene.presses(whisper, "1")
    assert joined.words == "已由赵刚接单。"
    assert not joined.hangs_up


def test_unsigned_is_refused_and_changes_nothing(scene: Scene, app: Flask) -> None:
    answer = app.test_client().post(f"/voice/page/{scene.page['王强']}/key?n=1", data={"Digits": "1"})
    assert (answer.status_code, answer.get_data()) == (403, b"")
    assert states(scene)["ticket"] == "open"
