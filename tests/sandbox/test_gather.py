"""Gather: keys, silence, barge-in."""

import pytest

from tests.sandbox.application import Answer
from tests.sandbox.desk import HOTLINE, OWNER, Desk

MENU = '<Gather numDigits="1" action="/key"><Say language="zh-CN">报修请按1</Say></Gather>'
CODE = '<Gather action="/code" timeout="4"/><Say>nothing</Say>'


def test_a_key_goes_to_the_action_and_nothing_after_the_gather_is_reached(desk: Desk) -> None:
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
    desk.application.says("/voice", MENU + "<Say>没有听清</Say>")
    desk.dials()
    desk.passes(4)
    assert desk.hears(OWNER) == ["报修请按1"]
    desk.passes(1)
    assert desk.hears(OWNER) == ["报修请按1", "没有听清"]
    assert desk.application.of("/key") == []


def test_a_key_during_the_prompt_stops_it_and_counts(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", f'<Gather numDigits="1" action="/key"><Say>{"长" * 90}</Say><Say>二</Say></Gather>')
    desk.application.says("/key", "<Hangup/>")
    sid = desk.dials()
    desk.passes(3)
    assert desk.call(OWNER)["heard"][0]["playing"]
    desk.press(sid, "2")
    assert desk.application.last("/key")["Digits"] == "2"
    heard = desk.call(OWNER)["heard"]
    assert len(heard) == 1
    assert heard[0]["until"] == desk.call(OWNER)["ended_at"]


def test_the_timeout_starts_after_the_prompt(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", f'<Gather timeout="5" action="/key"><Say>{"长" * 45}</Say></Gather><Say>晚</Say>')
    desk.dials()
    desk.passes(14.9)
    assert "晚" not in desk.hears(OWNER)
    desk.passes(0.2)
    assert desk.hears(OWNER)[-1] == "晚"


def test_each_key_starts_the_timeout_again_and_what_was_pressed_is_sent(desk: Desk) -> None:
    desk.application.says("/voice", CODE)
    sid = desk.dials()
    for key in "123":
        desk.passes(3)
        desk.press(sid, key)
    desk.passes(3.9)
    assert desk.application.of("/code") == []
    desk.passes(0.1)
    assert desk.application.last("/code")["Digits"] == "123"


def test_the_finishing_key_ends_the_input_and_is_not_part_of_it(desk: Desk) -> None:
    desk.application.says("/voice", CODE)
    sid = desk.dials()
    assert desk.press(sid, "302#9") == {"used": "302#", "ignored": "9"}
    asked = desk.application.last("/code")
    assert (asked["Digits"], asked["FinishedOnKey"]) == ("302", "#")


def test_a_bare_finishing_key_is_no_input(desk: Desk) -> None:
    desk.application.says("/voice", CODE)
    desk.press(desk.dials(), "#")
    assert desk.application.of("/code") == []
    assert desk.hears(OWNER) == ["nothing"]


def test_without_a_finishing_key_the_hash_is_a_digit(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather action="/code" finishOnKey="" numDigits="2"/>')
    desk.press(desk.dials(), "#1")
    assert desk.application.last("/code")["Digits"] == "#1"


@pytest.mark.parametrize("keys", ["", "#"])
def test_an_empty_result_asks_the_action_when_that_is_wanted(desk: Desk, keys: str) -> None:
    desk.application.says("/voice", '<Gather action="/code" actionOnEmptyResult="true"/><Say>nothing</Say>')
    sid = desk.dials()
    if keys:
        desk.press(sid, keys)
    desk.passes(5)
    asked = desk.application.last("/code")
    assert (asked["Digits"], asked["FinishedOnKey"]) == ("", keys), "this alone tells a bare hash from silence"
    assert desk.hears(OWNER) == []


def test_what_is_neither_true_nor_false_is_a_warning_and_silence_falls_through(desk: Desk) -> None:
    document = '<Response><Gather action="/code" actionOnEmptyResult="yes"/><Say>nothing</Say></Response>'
    desk.application.answers("/voice", Answer(document))
    desk.dials()
    desk.passes(5)
    assert desk.application.of("/code") == []
    assert desk.hears(OWNER) == ["nothing"]
    assert [w[:5] for w in desk.wire("voice")[0]["warnings"]] == ["13338"]


def test_nothing_but_prompts_may_be_inside(desk: Desk) -> None:
    inside = "<Say>hi</Say><Play>/a.mp3</Play><Pause/><Hangup/>"
    desk.application.answers("/voice", Answer(f"<Response><Gather>{inside}</Gather><Say>on</Say></Response>"))
    desk.dials()
    desk.passes(6)
    assert desk.hears(OWNER) == ["hi", desk.at("/a.mp3"), "on"]
    assert [w[:5] for w in desk.wire("voice")[0]["warnings"]] == ["12200"]


def test_the_action_is_asked_by_the_method_that_is_named(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather numDigits="1" action="/key" method="GET"/>')
    desk.press(desk.dials(), "4")
    (asked,) = desk.application.of("/key")
    assert (asked.method, asked.params["Digits"]) == ("GET", "4")


def test_without_an_action_the_same_document_is_asked_again(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather numDigits="1"/>', "<Say>again</Say>")
    desk.press(desk.dials(), "7")
    assert [r.params.get("Digits") for r in desk.application.of("/voice")] == [None, "7"]
    assert desk.hears(OWNER) == ["again"]


def test_keys_nobody_waits_for_are_lost(desk: Desk) -> None:
    desk.application.says("/voice", "<Pause length='5'/>" + MENU)
    sid = desk.dials()
    assert desk.press(sid, "1") == {"used": "", "ignored": "1"}
    desk.passes(5)
    assert desk.application.of("/key") == []


def test_speech_is_an_answer_where_it_is_asked_for(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather input="dtmf speech" language="cmn-Hans-CN" action="/key"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text="电梯坏了")
    asked = desk.application.last("/key")
    assert (asked["SpeechResult"], asked["Confidence"]) == ("电梯坏了", "0.9")
    assert "Digits" not in asked


def test_what_is_understood_so_far_is_told_beside_the_call(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather input="speech" action="/key" partialResultCallback="/partly"/>')
    desk.application.says("/partly", "<Say>never said</Say>")
    desk.application.says("/key", "<Say>好的</Say>")
    sid = desk.dials()
    desk.does(sid, "speak", text="电梯坏了")
    asked = desk.application.last("/partly")
    assert (asked["UnstableSpeechResult"], asked["CallSid"]) == ("电梯坏了", sid)
    assert desk.hears(OWNER) == ["好的"]


def test_hanging_up_ends_a_gather_without_asking_anything(desk: Desk) -> None:
    desk.application.says("/voice", MENU)
    sid = desk.dials()
    desk.passes(2)
    desk.does(sid, "hangup")
    assert desk.application.of("/key") == []
    asked = desk.application.last("/status")
    assert (asked["CallStatus"], asked["CallDuration"]) == ("completed", "2")
