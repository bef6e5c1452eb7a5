"""The fallback speaks and rings with neither database nor queue."""

import pytest

from base.database import Database
from base.queue import Hints, connect
from base.wiring import settings as here
from telephony import dark
from tests.hotline.caller import HOTLINE, CallInProgress
from tests.hotline.conftest import OWNER
from tickets.models import Ticket


@pytest.fixture
def lights_out(app, monkeypatch):
    """Neither database nor queue answers."""

    def fails(*_: object, **__: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr(Database, "transaction", fails)
    monkeypatch.setattr(Database, "reading", fails)
    monkeypatch.setitem(app.extensions, "hints", None)


@pytest.fixture
def call(carrier_posts):
    return CallInProgress(carrier_posts, OWNER, HOTLINE)


def test_without_a_database_the_caller_hears_an_apology_and_the_duty_phone_rings(lights_out, call):
    call.rings().hears("非常抱歉", "We are sorry", "一一九")
    assert call.rung == [here().duty_phone]


def test_the_fallback_rings_tonights_people_at_once_and_ends_in_a_message(lights_out, call):
    dark.write_tonight(here(), dark.Tonight({}, ["+8613900000001", "+8613900000002"]))
    call.post("/voice/fallback", ErrorCode="11200", ErrorUrl="https://x")
    assert call.rung == ["+8613900000001", "+8613900000002", here().duty_phone]
    call.nobody_answers().hears("值班电话暂时没有接通").says().hears("已经记下")


def test_in_the_dark_0_rings_again_also_in_the_message_and_another_key_starts_it(lights_out, call):
    dark.write_tonight(here(), dark.Tonight({}, ["+8613900000001"]))
    call.post("/voice/fallback").nobody_answers().hears("再次呼叫请按0").presses("0").hears("正在再次呼叫")
    assert call.rung == ["+8613900000001", here().duty_phone]
    call.nobody_answers().presses("#").hears("请讲").never_hears("值班电话").says(ended_by="0")
    assert call.rung == ["+8613900000001", here().duty_phone]
    call.nobody_answers().presses("5").hears("请讲").says().hears("已经记下")


def test_in_the_dark_a_silent_message_is_asked_for_once_more_and_not_called_recorded(lights_out, call):
    call.post("/voice/fallback").nobody_answers().says_nothing().hears("没有听到您的留言", "请在滴声后")
    call.says_nothing().hears("没有听到您的留言").never_hears("已经记下")
    assert call.verb.tag == "Hangup"


def test_a_talk_through_the_fallback_ends_quietly_and_a_voicemail_does_not_count(lights_out, call):
    call.post("/voice/fallback").talk_ends()
    assert call.verb.tag == "Hangup"
    call.post("/voice/fallback").nobody_answers("completed").hears("值班电话暂时没有接通")


def test_whoever_picks_up_must_press_one(lights_out, call):
    call.post("/voice/fallback/whisper").hears("对方正在线上", "接听请按1", "They are on the line", "press 1")
    call.never_hears("来电人", "caller").presses("1")
    assert list(call.document) == []
    call.post("/voice/fallback/accept", Digits="2")
    assert call.verb.tag == "Hangup"


def test_the_database_goes_away_in_the_middle_of_a_call(dials, estate, monkeypatch):
    call = dials(OWNER).presses("1")

    def fails(*_: object, **__: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(Database, "transaction", fails)
    call.presses("4").hears("非常抱歉")
    monkeypatch.undo()


def test_redis_goes_away_in_the_middle_of_a_call(dials, estate, app, only, monkeypatch):
    call = dials(OWNER)
    monkeypatch.setitem(app.extensions, "hints", Hints(connect("redis://127.0.0.1:1")))
    assert call.presses("0").rung == ["+8613900000001"]
    assert only(Ticket).page_due_at is not None


def test_a_step_of_a_call_nobody_knows_rings_the_people_of_the_called_estate_only(estate, call):
    dark.write_tonight(here(), dark.Tonight({HOTLINE: ["+8613900000001"]}, ["+8613900000001", "+8613900000002"]))
    call.post("/voice/call/999/1", Digits="1")
    assert call.rung == ["+8613900000001", here().duty_phone]
