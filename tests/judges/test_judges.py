"""The judges let pass what is right and say what is wrong."""

from typing import Any

import pytest

from tests.judges.rest import judge
from tests.judges.twiml import judge_messaging, judge_voice

ACCOUNT = "AC" + "a" * 32
URL = f"http://127.0.0.1:1/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
MESSAGE = '{"sid": "SM%s", "status": "queued", "num_segments": "1", "uri": "/x"}' % ("a" * 32)


def exchange(**changes: Any) -> dict[str, Any]:
    usual = {
        "method": "POST",
        "url": URL,
        "params": [["To", "+8613800006021"], ["From", "+864008001234"], ["Body", "x"]],
        "status": 201,
        "content_type": "application/json",
        "body": MESSAGE,
    }
    return {**usual, **changes}


@pytest.mark.parametrize(
    "inside",
    [
        '<Say language="zh-CN" voice="Polly.Zhiyu">您好</Say>',
        '<Gather numDigits="1" action="/k" actionOnEmptyResult="true"><Say>hi</Say><Pause length="1"/></Gather>',
        '<Dial action="/d" timeout="20"><Number url="/w">+8613800002201</Number></Dial>',
        '<Record action="/r" maxLength="60" recordingStatusCallback="/s"/>',
        "<Hangup/>",
    ],
)
def test_right_voice_documents_pass(inside: str) -> None:
    judge_voice(f"<Response>{inside}</Response>")
    judge_voice(f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode())


@pytest.mark.parametrize(
    "document",
    [
        "<Response><Shout>hi</Shout></Response>",
        '<Response><Say mood="merry">hi</Say></Response>',
        '<Response><Gather numDigits="one"/></Response>',
        "<Response><Say><Hangup/></Say></Response>",
        "<Reply/>",
        "<Response>",
        "",
    ],
)
def test_wrong_voice_documents_do_not_pass(document: str) -> None:
    with pytest.raises(AssertionError):
        judge_voice(document)


def test_messaging_documents_are_judged_by_their_own_schema() -> None:
    judge_messaging("<Response><Message>好</Message></Response>")
    with pytest.raises(AssertionError):
        judge_messaging("<Response><Say>好</Say></Response>")


def test_a_right_exchange_passes() -> None:
    judge(exchange())


def test_a_list_field_may_repeat() -> None:
    fields = [["To", "+1"], ["From", "+1"], ["Url", "http://x/"]]
    events = [["StatusCallbackEvent", e] for e in ("initiated", "completed")]
    body = MESSAGE.replace('"SM', '"CA')
    judge(exchange(url=URL.replace("Messages", "Calls"), params=fields + events, body=body))


@pytest.mark.parametrize(
    "changes",
    [
        {"params": [["To", "+1"], ["From", "+1"]]},
        {"params": [["To", "+1"], ["Body", "x"]]},
        {"params": [["From", "+1"], ["Body", "x"]]},
        {"params": [["To", "+1"], ["From", "+1"], ["Body", "x"], ["Bodi", "x"]]},
        {"body": MESSAGE.replace("queued", "on its way")},
        {"body": MESSAGE.replace('"1"', "1")},
        {"body": MESSAGE.replace('"SM', '"XX')},
        {"status": 200},
        {"url": URL.replace("Messages", "Telegrams")},
        {"status": 400, "body": '{"error": "no"}'},
        {"status": 400, "body": '{"code": 1, "message": "m", "more_info": "i", "status": 404}'},
    ],
)
def test_a_wrong_exchange_does_not_pass(changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        judge(exchange(**changes))


def test_a_refusal_is_judged_by_its_body() -> None:
    judge(exchange(status=400, body='{"code": 21211, "message": "m", "more_info": "i", "status": 400}'))


def test_what_was_never_answered_is_not_judged() -> None:
    judge(exchange(status=None, body=""))
