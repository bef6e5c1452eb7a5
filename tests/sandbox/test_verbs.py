"""The simple verbs, and what the network makes of documents it cannot carry out."""

import pytest

from tests.sandbox.application import XML, Answer
from tests.sandbox.desk import HOTLINE, LANDLINE, OWNER, TECHNICIAN, Desk


def test_verbs_follow_each_other_and_the_end_of_the_document_hangs_up(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", '<Say language="zh-CN">一二三四五六七八九</Say><Pause length="3"/><Say>hi</Say>')
    desk.dials()
    assert desk.hears(OWNER) == ["一二三四五六七八九"]
    desk.passes(4.9)
    assert len(desk.hears(OWNER)) == 1
    desk.passes(0.1)
    assert desk.hears(OWNER)[1] == "hi"
    assert desk.call(OWNER)["heard"][0]["language"] == "zh-CN"
    desk.passes(1)
    assert desk.call(OWNER)["status"] == "completed"


def test_a_sentence_is_said_as_often_as_asked(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", '<Say loop="3">hi</Say>')
    desk.dials()
    desk.passes(10)
    assert desk.hears(OWNER) == ["hi", "hi", "hi"]


def test_a_loop_of_nought_goes_on_a_thousand_times(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", '<Say loop="0">.</Say><Say>end</Say>')
    desk.dials()
    desk.passes(90)
    assert desk.hears(OWNER) == ["."] * 1000 + ["end"]


def test_more_than_four_thousand_characters_are_not_said(desk: Desk) -> None:
    desk.application.says("/voice", f"<Say>{'长' * 4096}</Say><Say>{'长' * 4097}</Say><Say>on</Say>")
    desk.dials()
    assert [len(said) for said in desk.hears(OWNER)] == [4096, 4096, 2]
    assert [w[:5] for w in desk.wire("voice")[0]["warnings"]] == ["13520"]


def test_a_pause_lasts_a_second_where_nothing_is_said(desk: Desk) -> None:
    desk.application.says("/voice", "<Pause/><Say>hi</Say>")
    desk.dials()
    desk.passes(0.9)
    assert desk.hears(OWNER) == []
    desk.passes(0.1)
    assert desk.hears(OWNER) == ["hi"]


def test_a_file_is_played_as_often_as_asked(desk: Desk) -> None:
    desk.settings(say=1)
    desk.application.says("/voice", '<Play loop="2">/a.mp3</Play>')
    desk.dials()
    desk.passes(10)
    assert desk.hears(OWNER) == [desk.at("/a.mp3")] * 2


def test_tones_are_played_with_their_pauses(desk: Desk) -> None:
    desk.application.says("/voice", '<Play digits="1w2W#"/><Say>on</Say>')
    desk.dials()
    assert [(h["kind"], h["text"]) for h in desk.call(OWNER)["heard"]] == [("tones", "1w2W#")]
    desk.passes(1.4)
    assert desk.hears(OWNER) == []
    desk.passes(0.1)
    assert desk.hears(OWNER) == ["on"]


def test_a_file_is_played_from_where_the_document_lies(desk: Desk) -> None:
    desk.application.says("/voice", "<Redirect>/menus/first</Redirect>")
    desk.application.says("/menus/first", "<Play>sounds/hello.mp3</Play>")
    desk.dials()
    assert desk.hears(OWNER) == [desk.at("/menus/sounds/hello.mp3")]


def test_a_redirect_replaces_the_document(desk: Desk) -> None:
    desk.application.says("/voice", '<Redirect method="GET">next?step=2</Redirect><Say>never</Say>')
    desk.application.says("/next", "<Say>second</Say>")
    desk.dials()
    asked = desk.application.of("/next")[0]
    assert (asked.method, asked.params["step"], asked.params["CallStatus"]) == ("GET", "2", "in-progress")
    assert desk.hears(OWNER) == ["second"]


def test_hangup_ends_at_once(desk: Desk) -> None:
    desk.application.says("/voice", "<Hangup/><Say>never</Say>")
    desk.dials()
    assert desk.call(OWNER)["status"] == "completed"
    assert desk.hears(OWNER) == []


@pytest.mark.parametrize(("reason", "status"), [("rejected", "no-answer"), ("busy", "busy")])
def test_reject_leaves_the_call_unanswered(desk: Desk, reason: str, status: str) -> None:
    desk.application.says("/voice", f'<Reject reason="{reason}"/>')
    desk.dials()
    assert desk.call(OWNER)["status"] == status
    assert desk.call(OWNER)["answered_at"] is None
    assert desk.application.last("/status")["CallStatus"] == status


@pytest.mark.parametrize("document", ["<Response/>", ""])
def test_an_empty_answer_answers_and_hangs_up(desk: Desk, document: str) -> None:
    desk.application.answers("/voice", Answer(document) if document else Answer(status=204))
    desk.dials()
    assert desk.call(OWNER)["status"] == "completed"
    assert desk.call(OWNER)["answered_at"] is not None


def test_reject_on_an_answered_call_only_ends_it(desk: Desk) -> None:
    desk.application.says("/voice", '<Say>hi</Say><Reject reason="busy"/>')
    desk.dials()
    assert desk.call(OWNER)["status"] == "completed"


def test_there_is_no_queue_and_the_action_hears_so(desk: Desk) -> None:
    desk.application.says("/voice", '<Enqueue action="/queued">support</Enqueue>')
    desk.dials()
    asked = desk.application.last("/queued")
    assert (asked["QueueResult"], asked["QueueSid"][:2], asked["QueueTime"]) == ("error", "QU", "0")


def test_leave_outside_a_queue_does_nothing(desk: Desk) -> None:
    desk.application.says("/voice", "<Leave/><Say>on</Say>")
    desk.dials()
    assert desk.hears(OWNER) == ["on"]


def test_a_text_is_sent_from_within_a_call(desk: Desk) -> None:
    desk.application.says("/voice", '<Sms action="/sent" statusCallback="/receipt">单号 0041</Sms>')
    desk.dials()
    assert desk.application.last("/sent")["SmsStatus"] == "sent"
    texts = desk.phone(OWNER)["texts"]
    assert [(t["body"], t["from"], t["direction"]) for t in texts] == [("单号 0041", HOTLINE, "outbound-call")]
    desk.passes(5)
    assert desk.application.last("/receipt")["MessageStatus"] == "delivered"


def test_a_text_within_a_call_names_its_ends(desk: Desk) -> None:
    other = "+864008009999"
    desk.client.incoming_phone_numbers.create(phone_number=other)
    desk.application.says("/voice", f'<Sms to="{TECHNICIAN}" from="{other}" action="/sent" method="GET">x</Sms>')
    desk.dials()
    assert [(t["body"], t["from"]) for t in desk.phone(TECHNICIAN)["texts"]] == [("x", other)]
    assert desk.application.of("/sent")[0].method == "GET"


def test_a_text_to_a_landline_fails_and_the_call_goes_on(desk: Desk) -> None:
    desk.application.says("/voice", f'<Sms to="{LANDLINE}">x</Sms><Say>on</Say>')
    desk.dials()
    assert desk.hears(OWNER) == ["on"]
    assert desk.phone(LANDLINE)["accepted"] == 0


def test_what_is_not_known_is_a_warning_and_the_call_goes_on(desk: Desk) -> None:
    strange = '<Connect><Stream url="wss://x"/></Connect><Say mood="merry">on</Say>'
    desk.application.answers("/voice", Answer(f"<Response>{strange}</Response>"))
    desk.dials()
    assert desk.hears(OWNER) == ["on"]
    warnings = desk.wire("voice")[0]["warnings"]
    assert [w[:5] for w in warnings] == ["12200", "12200"]


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "TEXT/HTML"])
def test_these_kinds_of_content_are_taken_as_a_document(desk: Desk, kind: str) -> None:
    desk.application.says("/voice", "<Say>on</Say>", content_type=kind)
    desk.dials()
    assert desk.hears(OWNER) == ["on"]


def test_a_sound_for_an_answer_is_played(desk: Desk) -> None:
    desk.application.answers("/voice", Answer("RIFF", "audio/wav"))
    desk.dials()
    assert desk.hears(OWNER) == [desk.at("/voice")]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer("<Response>", XML), "12100"),
        (Answer(" <?xml version='1.0'?><Response/>", XML), "12100"),
        (Answer("<Reply/>", XML), "12102"),
        (Answer("<Response/>", "application/json"), "12300"),
        (Answer("<Response/>", ""), "12300"),
        (Answer("oops", XML, 500), "11200"),
        (Answer("oops", XML, 404), "11200"),
    ],
)
def test_a_bad_answer_is_rescued_by_the_fallback_address(desk: Desk, answer: Answer, code: str) -> None:
    desk.application.answers("/voice", answer)
    desk.application.says("/fallback", "<Say>请稍候</Say><Dial>+8613800002201</Dial>")
    desk.dials()
    asked = desk.application.last("/fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == (code, desk.at("/voice"))
    assert desk.hears(OWNER) == ["请稍候"]
    assert desk.call(TECHNICIAN)["status"] == "ringing"


def test_without_a_fallback_the_caller_hears_an_error_and_is_cut_off(desk: Desk) -> None:
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_fallback_url="")
    desk.application.answers("/voice", Answer("oops", XML, 500))
    desk.dials()
    assert [h["kind"] for h in desk.call(OWNER)["heard"]] == ["carrier"]
    assert desk.call(OWNER)["status"] == "completed"


def test_a_fallback_that_fails_too_ends_the_call(desk: Desk) -> None:
    desk.application.answers("/voice", Answer("oops", XML, 500))
    desk.application.answers("/fallback", Answer("oops", XML, 500))
    desk.dials()
    assert desk.call(OWNER)["status"] == "completed"
    assert len(desk.application.of("/fallback")) == 1


def test_a_step_that_fails_later_is_rescued_too(desk: Desk) -> None:
    desk.application.says("/voice", '<Gather numDigits="1" action="/key"/>')
    desk.application.answers("/key", Answer("oops", XML, 500))
    desk.application.says("/fallback", "<Say>请稍候</Say>")
    desk.press(desk.dials(), "1")
    assert desk.application.last("/fallback")["ErrorUrl"] == desk.at("/key")
    assert desk.hears(OWNER) == ["请稍候"]


def test_a_document_that_only_leads_to_itself_comes_to_an_end(desk: Desk) -> None:
    desk.client.incoming_phone_numbers(desk.number.sid).update(voice_fallback_url="")
    desk.application.says("/voice", "<Redirect>/voice</Redirect>")
    desk.dials()
    assert desk.call(OWNER)["status"] == "completed"


def test_hanging_up_before_the_answer_cancels_the_call(desk: Desk) -> None:
    desk.application.says("/voice", f'<Dial answerOnBridge="true">{TECHNICIAN}</Dial>')
    desk.does(desk.dials(), "hangup")
    assert desk.application.last("/status")["CallStatus"] == "canceled"


def test_a_withheld_caller_arrives_as_a_sentinel(desk: Desk) -> None:
    desk.application.says("/voice", "<Say>hi</Say>")
    desk.dials(withheld="anonymous")
    assert desk.application.last("/voice")["From"] == "+266696687"
    assert desk.hears(OWNER) == ["hi"]
