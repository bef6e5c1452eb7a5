"""The judges let pass what is right and say what is wrong."""

from typing import Any

import pytest

from tests.judges.rest import judge
from tests.judges.twiml import judge_messaging, judge_voice
from tests.judges.wire import Listener

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


def test_where_a_switch_broke_the_answer_the_request_is_judged_all_the_same() -> None:
    judge(exchange(status=None, body="", fault="timeout_after_accept"))
    refused = {"status": 500, "body": '{"code": 20500, "message": "m", "more_info": "i", "status": 500}'}
    judge(exchange(**refused, fault="error_after_accept"))
    for broken in ({"status": None, "body": ""}, refused):
        with pytest.raises(AssertionError, match="Bodi"):
            judge(exchange(**broken, fault="x", params=[["To", "+1"], ["From", "+1"], ["Body", "x"], ["Bodi", "x"]]))


def test_what_was_never_answered_and_broken_by_no_switch_does_not_pass() -> None:
    with pytest.raises(AssertionError, match="never answered"):
        judge(exchange(status=None, body=""))


def test_a_request_that_is_no_form_does_not_pass() -> None:
    with pytest.raises(AssertionError, match="no form"):
        judge(exchange(headers={"content-type": "multipart/form-data"}))


class Network:
    """A network of which only the log is known."""

    def __init__(self, *exchanges: dict[str, Any], fell_out: int = 0) -> None:
        self.fell_out = fell_out
        self.exchanges = [
            {"direction": "api", "error": "", "fault": "", "kind": "api", **x, "id": n}
            for n, x in enumerate(exchanges, start=fell_out + 1)
        ]

    def ask(self, _method: str, path: str) -> dict[str, Any]:
        after = int(path.partition("=")[2])
        return {"exchanges": [x for x in self.exchanges if x["id"] > after], "fell_out": self.fell_out}


def answer_of_ours(kind: str, body: str, *warnings: str) -> dict[str, Any]:
    return {**exchange(direction="webhook", body=body, warnings=warnings), "kind": kind}


def test_a_whole_log_is_judged_in_both_directions() -> None:
    voice, text = "<Response><Say>好</Say></Response>", "<Response><Message>好</Message></Response>"
    Listener(Network(exchange(), answer_of_ours("voice", voice), answer_of_ours("message", text))).judge()
    for wrong in (exchange(status=200), answer_of_ours("voice", text), answer_of_ours("call-status", "oops"),
                  answer_of_ours("voice", voice, "13520: …")):  # fmt: skip
        with pytest.raises(AssertionError):
            Listener(Network(exchange(), wrong)).judge()


def test_of_an_application_that_is_not_ours_only_the_requests_to_the_network_are_judged() -> None:
    Listener(Network(exchange(), answer_of_ours("voice", "oops")), twiml=False).judge()
    with pytest.raises(AssertionError):
        Listener(Network(exchange(status=200)), twiml=False).judge()


def test_what_has_been_judged_is_not_judged_again_and_what_fell_out_unjudged_is_noticed() -> None:
    network = Network(exchange())
    listener = Listener(network)
    listener.judge()
    network.exchanges[0]["status"] = 200
    network.fell_out = 1
    listener.judge()
    network.fell_out = 2
    with pytest.raises(AssertionError, match="fell out"):
        listener.judge()
