"""Gather: keys, silence, barge-in."""

from tests.sandbox.desk import HOTLINE, OWNER, Desk

MENU = '<Gather numDigits="1" action="/key"><Say language="zh-CN">报修请按1</Say></Gather>'


def test_a_key_goes_to_the_action_and_nothing_after_the_gather_is_reached(desk: Desk) -> None:
    """With a digit the action is asked, with the standard parameters."""
    desk.application.says("/voice", MENU + "<Say>没有听清</Say>")
    desk.application.says("/key", "<Say>好的</Say>")
    sid = desk.dials()
    assert desk.press(sid, "1") == {"used": "1", "ignored": ""}
    asked = desk.application.last("/key")
    assert asked["Digits"] == "1"
    assert asked["CallStatus"] == "in-progress"
    assert (asked["From"], asked["To"], asked["Direction"]) == (OWNER, HOTLINE, "inbound")
    assert desk.hears(OWNER) == ["报修请按1", "好的"]
    assert desk.call(OWNER)["status"] == "completed"


def test_silence_falls_through_to_the_next_verb(desk: Desk) -> None:
    """No digit: no request; the next verb runs after five seconds."""
    desk.application.says("/voice", MENU + "<Say>没有听清</Say>")
    desk.dials()
    desk.passes(4)
    assert desk.hears(OWNER) == ["报修请按1"]
    desk.passes(1)
    assert desk.hears(OWNER) == ["报修请按1", "没有听清"]
    assert desk.application.of("/key") == []
