"""Texts: receipts, opt-outs, replies, segments."""

import pytest
from twilio.base.exceptions import TwilioRestException

from sandbox import NotDone
from sandbox.segments import count_segments
from tests.sandbox.application import XML, Answer
from tests.sandbox.desk import HOTLINE, LANDLINE, OWNER, Desk

HONG_KONG = "+85291234567"


def states(desk: Desk) -> list[str]:
    return [r.params["MessageStatus"] for r in desk.application.of("/receipt")]


def send(desk: Desk, to: str = OWNER, **fields: object) -> str:
    fields = {"from_": HOTLINE, "body": "水已恢复", "status_callback": desk.at("/receipt"), **fields}
    return str(desk.client.messages.create(to=to, **fields).sid)


def text(desk: Desk, body: str, number: str = OWNER) -> None:
    desk.network.ask("POST", f"/phones/{number}/text".replace("+", "%2B"), {"to": HOTLINE, "body": body})
    desk.passes(0)


def test_each_state_but_the_first_has_a_receipt(desk: Desk) -> None:
    sid = send(desk)
    desk.passes(5)
    assert states(desk) == ["sending", "sent", "delivered"]
    asked = desk.application.last("/receipt")
    assert (asked["MessageSid"], asked["SmsSid"], asked["To"], asked["From"]) == (sid, sid, OWNER, HOTLINE)


def test_a_messaging_service_has_one_state_more(desk: Desk) -> None:
    send(desk, from_=None, messaging_service_sid="MG" + "0" * 32)
    desk.passes(5)
    assert states(desk) == ["queued", "sending", "sent", "delivered"]
    assert desk.application.last("/receipt")["MessagingServiceSid"] == "MG" + "0" * 32


def test_what_waits_longer_than_it_is_valid_fails(desk: Desk) -> None:
    desk.settings(receipt_s=10)
    send(desk, validity_period=5)
    desk.passes(60)
    assert states(desk) == ["failed"]
    assert desk.application.last("/receipt")["ErrorCode"] == "30036"


def test_the_phone_shows_what_was_accepted_for_it(desk: Desk) -> None:
    for _ in range(2):
        send(desk)
    phone = desk.phone(OWNER)
    assert phone["accepted"] == 2
    assert [t["body"] for t in phone["texts"]] == ["水已恢复", "水已恢复"]


def test_a_text_that_comes_in_is_told_and_the_answer_is_sent(desk: Desk) -> None:
    desk.application.says("/sms", '<Message statusCallback="/receipt"><Body>收到</Body></Message>')
    text(desk, "A41")
    asked = desk.application.last("/sms")
    assert (asked["Body"], asked["From"], asked["To"], asked["SmsStatus"]) == ("A41", OWNER, HOTLINE, "received")
    assert asked["MessageSid"] == asked["SmsSid"] == asked["SmsMessageSid"]
    assert [(t["body"], t["direction"]) for t in desk.phone(OWNER)["texts"]] == [
        ("A41", "inbound"),
        ("收到", "outbound-reply"),
    ]
    desk.passes(5)
    assert states(desk)[-1] == "delivered"


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (Answer(status=204), None),
        (Answer("", ""), None),
        (Answer("<Response/>"), None),
        (Answer("thanks", "text/plain"), "thanks"),
        (Answer("<Response><Message>好</Message></Response>"), "好"),
    ],
)
def test_an_answer_may_be_nothing_plain_or_a_document(desk: Desk, answer: Answer, reply: str | None) -> None:
    desk.application.answers("/sms", answer)
    text(desk, "hi")
    replies = [t["body"] for t in desk.phone(OWNER)["texts"] if t["direction"] == "outbound-reply"]
    assert replies == ([reply] if reply else [])
    assert not desk.wire("message")[0]["error"]


def test_an_answer_may_name_both_ends_and_who_hears_of_it(desk: Desk) -> None:
    other = "+864008009999"
    desk.client.incoming_phone_numbers.create(phone_number=other)
    desk.application.says("/sms", f'<Message to="{HONG_KONG}" from="{other}" action="/receipt">好</Message>')
    text(desk, "hi")
    assert [(t["body"], t["from"]) for t in desk.phone(HONG_KONG)["texts"]] == [("好", other)]
    desk.passes(5)
    assert states(desk)[-1] == "delivered"


def test_what_a_messaging_document_does_not_know_is_a_warning(desk: Desk) -> None:
    desk.application.answers("/sms", Answer('<Response><Say>x</Say><Message mood="merry">好</Message></Response>'))
    text(desk, "hi")
    assert desk.phone(OWNER)["texts"][-1]["body"] == "好"
    assert [w[:5] for w in desk.wire("message")[0]["warnings"]] == ["12200", "12200"]


def test_a_redirect_asks_another_address(desk: Desk) -> None:
    desk.application.says("/sms", "<Redirect>/other</Redirect>")
    desk.application.says("/other", "<Message>二</Message>")
    text(desk, "hi")
    assert desk.application.last("/other")["Body"] == "hi"


def test_a_failing_address_is_rescued_by_its_fallback(desk: Desk) -> None:
    desk.client.incoming_phone_numbers(desk.number.sid).update(sms_fallback_url=desk.at("/sms-fallback"))
    desk.application.answers("/sms", Answer("oops", XML, 500))
    desk.application.says("/sms-fallback", "<Message>稍后</Message>")
    text(desk, "hi")
    assert desk.application.last("/sms-fallback")["ErrorCode"] == "11200"
    assert desk.phone(OWNER)["texts"][-1]["body"] == "稍后"


@pytest.mark.parametrize("word", ["STOP", " unsubscribe ", "Cancel", "OPTOUT"])
def test_an_opt_out_word_blocks_the_pair_until_start(desk: Desk, word: str) -> None:
    other = "+864008007777"
    desk.client.incoming_phone_numbers.create(phone_number=other)
    text(desk, word)
    assert desk.application.last("/sms")["Body"] == word
    with pytest.raises(TwilioRestException) as refused:
        send(desk)
    assert refused.value.code == 21610
    send(desk, from_=other)
    text(desk, "start")
    send(desk)


@pytest.mark.parametrize("words", ["退订", "please stop", "R"])
def test_other_words_are_left_to_the_account(desk: Desk, words: str) -> None:
    text(desk, words)
    send(desk)


def test_the_one_way_mode_lets_no_text_out_of_the_mainland(desk: Desk) -> None:
    desk.settings(mode="one_way")
    with pytest.raises(NotDone) as refused:
        text(desk, "A41")
    assert refused.value.status == 409
    assert "one-way" in refused.value.sentence
    assert desk.application.of("/sms") == []
    text(desk, "A41", HONG_KONG)
    assert desk.application.last("/sms")["From"] == HONG_KONG


def test_one_phone_alone_can_be_one_way(desk: Desk) -> None:
    desk.sets(OWNER, route="one_way")
    with pytest.raises(NotDone):
        text(desk, "A41")
    send(desk)


def test_a_landline_sends_nothing_and_any_phone_can_be_made_one(desk: Desk) -> None:
    with pytest.raises(NotDone):
        text(desk, "x", LANDLINE)
    desk.sets(OWNER, kind="landline")
    with pytest.raises(TwilioRestException) as refused:
        send(desk)
    assert refused.value.code == 21614


# The expected counts are those of Twilio's own calculator (npm sms-segments-calculator).
@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 1600, 11),
        ("水" * 70, 1),
        ("水" * 71, 2),
    ],
)
def test_segments_are_packed(body: str, segments: int) -> None:
    assert count_segments(body) == segments
