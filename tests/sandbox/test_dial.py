"""Dial: others ring, hear the whisper, are bridged, or not."""

import pytest

from tests.sandbox.application import Answer
from tests.sandbox.desk import HOTLINE, OWNER, SECOND, TECHNICIAN, Desk

LIVE = (
    f'<Dial timeout="20" action="/dialled"><Number url="/whisper" statusCallback="/leg"'
    f' statusCallbackEvent="initiated ringing answered completed">{TECHNICIAN}</Number></Dial><Say>not reached</Say>'
)
WHISPER = '<Gather numDigits="1" action="/accepted" timeout="5"><Say>接听请按1</Say></Gather><Hangup/>'


def leg(desk: Desk, number: str = TECHNICIAN) -> str:
    return str(desk.call(number)["sid"])


def test_the_whisper_runs_before_the_bridge_and_a_key_lets_both_talk(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    desk.application.says("/whisper", WHISPER)
    desk.application.says("/accepted", "<Say>已接通</Say>")
    parent = desk.dials()
    child = leg(desk)
    desk.does(child, "answer")
    assert desk.hears(TECHNICIAN) == ["接听请按1"]
    asked = desk.application.last("/whisper")
    assert (asked["ParentCallSid"], asked["Direction"], asked["CallSid"]) == (parent, "outbound-dial", child)
    assert not desk.call(OWNER)["bridged"]
    desk.press(child, "1")
    assert desk.call(OWNER)["bridged"]
    desk.does(parent, "speak", text="快来")
    desk.does(child, "speak", text="马上到")
    assert desk.hears(TECHNICIAN) == ["接听请按1", "已接通", "快来"]
    assert desk.hears(OWNER) == ["马上到"]
    desk.passes(42)
    desk.does(child, "hangup")
    done = desk.application.last("/dialled")
    assert (done["DialCallStatus"], done["DialBridged"], done["DialCallSid"]) == ("completed", "true", child)
    assert done["DialCallDuration"] == "42"
    assert done["CallStatus"] == "in-progress"
    assert "not reached" not in desk.hears(OWNER)


def test_the_legs_own_news_carry_its_parent(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    parent = desk.dials()
    desk.does(leg(desk), "decline")
    news = sorted(desk.application.of("/leg"), key=lambda r: r.params["SequenceNumber"])
    assert [r.params["CallStatus"] for r in news] == ["queued", "ringing", "busy"]
    assert {r.params["ParentCallSid"] for r in news} == {parent}


def test_of_a_leg_only_its_end_is_told_where_no_event_is_chosen(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial><Number statusCallback="/leg">{TECHNICIAN}</Number></Dial>')
    desk.dials()
    desk.does(leg(desk), "decline")
    assert [r.params["CallStatus"] for r in desk.application.of("/leg")] == ["busy"]


def test_nobody_is_dialled_from_within_a_whisper(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    desk.application.says("/whisper", f'<Dial action="/deeper">{SECOND}</Dial>')
    desk.dials()
    desk.does(leg(desk), "answer")
    assert desk.phone(SECOND)["calls"] == []
    assert desk.application.last("/deeper")["DialCallStatus"] == "failed"


def test_the_called_side_gets_its_digits_before_the_whisper(desk: Desk) -> None:
    number = f'<Number sendDigits="w302#" url="/whisper">{TECHNICIAN}</Number>'
    desk.application.says("/voice", f"<Dial>{number}</Dial>")
    desk.application.says("/whisper", "<Say>接通</Say>")
    desk.dials()
    desk.does(leg(desk), "answer")
    assert [(h["kind"], h["text"]) for h in desk.call(TECHNICIAN)["heard"]] == [("tones", "w302#")]
    assert not desk.call(OWNER)["bridged"]
    desk.passes(0.5)
    assert desk.hears(TECHNICIAN) == ["接通"]
    assert desk.call(OWNER)["bridged"]


def test_digits_are_keys_to_a_machine_that_answers(desk: Desk) -> None:
    other = "+864008009999"
    desk.client.incoming_phone_numbers.create(phone_number=other, voice_url=desk.at("/other"))
    desk.application.says("/voice", f'<Dial><Number sendDigits="ww12">{other}</Number></Dial>')
    desk.application.says("/other", '<Gather numDigits="2" action="/extension"/>')
    desk.dials()
    desk.passes(1)
    assert desk.application.last("/extension")["Digits"] == "12"


def test_a_whisper_that_hangs_up_screens_the_caller(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    desk.application.says("/whisper", WHISPER)
    desk.dials()
    desk.does(leg(desk), "answer")
    desk.passes(5)
    done = desk.application.last("/dialled")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "false")
    assert desk.call(TECHNICIAN)["status"] == "completed"


def test_voicemail_answers_listens_and_presses_nothing(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    desk.application.says("/whisper", WHISPER)
    desk.sets(TECHNICIAN, answers="voicemail", after_s=15)
    desk.dials()
    desk.passes(15)
    assert desk.hears(TECHNICIAN) == ["接听请按1"]
    desk.passes(5)
    done = desk.application.last("/dialled")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "false")


@pytest.mark.parametrize(
    ("answers", "seconds", "status"),
    [("busy", 0, "busy"), ("no_answer", 20, "no-answer"), ("manual", 20, "no-answer")],
)
def test_nobody_there_is_told_to_the_action(desk: Desk, answers: str, seconds: float, status: str) -> None:
    desk.application.says("/voice", LIVE)
    desk.sets(TECHNICIAN, answers=answers)
    desk.dials()
    desk.passes(seconds)
    done = desk.application.last("/dialled")
    assert done["DialCallStatus"] == status
    assert "DialCallDuration" not in done


def test_a_number_that_cannot_be_reached_failed(desk: Desk) -> None:
    desk.application.answers("/voice", Answer('<Response><Dial action="/dialled">12</Dial></Response>'))
    desk.dials()
    assert desk.application.last("/dialled")["DialCallStatus"] == "failed"


def test_a_foreign_caller_id_fails(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial action="/dialled" callerId="{SECOND}">{TECHNICIAN}</Dial>')
    desk.dials()
    assert desk.application.last("/dialled")["DialCallStatus"] == "failed"
    assert desk.phone(TECHNICIAN)["calls"] == []


def test_the_callers_number_is_shown_unless_another_is_named(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial>{TECHNICIAN}</Dial>", f'<Dial callerId="{HOTLINE}">{TECHNICIAN}</Dial>')
    desk.does(desk.dials(), "hangup")
    desk.does(desk.dials(), "hangup")
    assert [c["from"] for c in desk.phone(TECHNICIAN)["calls"]] == [OWNER, HOTLINE]


def test_without_an_action_the_next_verb_follows(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial timeout='10'>{TECHNICIAN}</Dial><Say>稍后再打</Say>")
    desk.dials()
    desk.passes(10)
    assert desk.hears(OWNER) == ["稍后再打"]


def test_it_rings_for_half_a_minute_where_nothing_is_said(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial>{TECHNICIAN}</Dial><Say>稍后再打</Say>")
    desk.dials()
    desk.passes(29.9)
    assert desk.hears(OWNER) == []
    desk.passes(0.1)
    assert desk.hears(OWNER) == ["稍后再打"]


def test_they_talk_for_four_hours_where_nothing_is_said(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial>{TECHNICIAN}</Dial><Say>over</Say>")
    desk.dials()
    desk.does(leg(desk), "answer")
    desk.passes(4 * 3600 - 1)
    assert desk.hears(OWNER) == []
    desk.passes(1)
    assert desk.hears(OWNER) == ["over"]


def test_the_first_who_answers_wins_and_the_others_are_cancelled(desk: Desk) -> None:
    both = f"<Number>{TECHNICIAN}</Number><Number>{SECOND}</Number>"
    desk.application.says("/voice", f'<Dial action="/dialled">{both}</Dial>')
    desk.dials()
    assert [desk.call(n)["status"] for n in (TECHNICIAN, SECOND)] == ["ringing", "ringing"]
    desk.does(leg(desk, SECOND), "answer")
    assert [desk.call(n)["status"] for n in (TECHNICIAN, SECOND)] == ["canceled", "in-progress"]
    desk.does(leg(desk, SECOND), "hangup")
    assert desk.application.last("/dialled")["DialCallSid"] == leg(desk, SECOND)


def test_at_most_ten_ring_at_once(desk: Desk) -> None:
    numbers = [f"+861390000{n:04}" for n in range(12)]
    desk.application.says("/voice", "<Dial>" + "".join(f"<Number>{n}</Number>" for n in numbers) + "</Dial>")
    desk.dials()
    assert [len(desk.phone(n)["calls"]) for n in numbers] == [1] * 10 + [0, 0]


def test_a_caller_who_hangs_up_stops_the_ringing_and_the_action_hears_of_it(desk: Desk) -> None:
    desk.application.says("/voice", LIVE)
    desk.does(desk.dials(), "hangup")
    assert desk.call(TECHNICIAN)["status"] == "canceled"
    done = desk.application.last("/dialled")
    assert (done["CallStatus"], done["DialCallStatus"]) == ("completed", "canceled")


def test_a_caller_who_hangs_up_ends_the_conversation(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial>{TECHNICIAN}</Dial>")
    parent = desk.dials()
    desk.does(leg(desk), "answer")
    desk.does(parent, "hangup")
    assert desk.call(TECHNICIAN)["status"] == "completed"


def test_the_star_ends_it_where_that_is_wanted(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial hangupOnStar="true">{TECHNICIAN}</Dial><Say>还有事吗</Say>')
    parent = desk.dials()
    desk.does(leg(desk), "answer")
    assert desk.press(parent, "1")["ignored"] == "1"
    desk.press(parent, "*")
    assert desk.hears(OWNER) == ["还有事吗"]


def test_the_time_limit_ends_it(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial timeLimit="60">{TECHNICIAN}</Dial><Say>over</Say>')
    desk.dials()
    desk.does(leg(desk), "answer")
    desk.passes(60)
    assert desk.hears(OWNER) == ["over"]


def test_answer_on_bridge_leaves_the_caller_ringing(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial answerOnBridge="true">{TECHNICIAN}</Dial>')
    desk.dials()
    assert desk.call(OWNER)["status"] == "ringing"
    desk.does(leg(desk), "answer")
    assert desk.call(OWNER)["status"] == "in-progress"


def test_a_recorded_conversation_is_told_to_the_action(desk: Desk) -> None:
    how = 'record="record-from-answer" action="/dialled" recordingStatusCallback="/recorded"'
    desk.application.says("/voice", f"<Dial {how}>{TECHNICIAN}</Dial>")
    desk.dials()
    desk.does(leg(desk), "answer")
    desk.passes(9)
    desk.does(leg(desk), "hangup")
    done = desk.application.last("/dialled")
    assert (done["RecordingDuration"], done["RecordingUrl"][-34:]) == ("9", done["RecordingSid"])
    desk.passes(1)
    assert desk.application.last("/recorded")["RecordingSource"] == "DialVerb"


def test_dialling_an_own_number_is_a_call_to_it(desk: Desk) -> None:
    other = "+864008009999"
    desk.client.incoming_phone_numbers.create(phone_number=other, voice_url=desk.at("/other"))
    desk.application.says("/voice", f"<Dial>{other}</Dial>")
    desk.application.says("/other", '<Gather numDigits="1" action="/key"><Say>另一个项目</Say></Gather>')
    parent = desk.dials()
    asked = desk.application.last("/other")
    assert (asked["Direction"], asked["To"], asked["From"]) == ("inbound", other, OWNER)
    assert desk.hears(OWNER) == ["另一个项目"]
    assert desk.press(parent, "5") == {"used": "5", "ignored": ""}
    assert desk.application.last("/key")["Digits"] == "5"


def test_calls_that_only_call_themselves_come_to_an_end(desk: Desk) -> None:
    desk.application.says("/voice", f"<Dial>{HOTLINE}</Dial>")
    desk.dials()
    desk.passes(60)
    assert desk.network.ask("GET", "/state")["live_calls"] == []
    assert 1 < len(desk.application.of("/voice")) < 10
