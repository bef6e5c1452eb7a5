"""The carrier's doors: fail closed, never silent, never a trace."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from lxml import etree
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app import create_app
from base.access import Guard, guarded_by
from base.settings import Settings
from telephony import dark
from telephony.dark import Tonight, write_tonight
from telephony.door import text_door, voice_door
from telephony.signature import is_signed
from telephony.speech import End, Record, Say, Step, speak
from tests.conftest import at_work
from tests.judges.twiml import judge_voice

PATHS = ["/voice/incoming", "/voice/fallback", "/voice/status", "/sms/incoming", "/sms/status"]
FORM = {"CallSid": "CA" + "1" * 32, "From": "+8613800138000", "To": "+864008001234", "CallStatus": "ringing"}


def sign(settings: Settings, path: str, form: dict[str, str], token: str | None = None) -> dict[str, str]:
    validator = RequestValidator(token or settings.auth_tokens[0])
    return {"X-Twilio-Signature": validator.compute_signature(settings.address + path, form)}


def assert_turned_away(answer: TestResponse) -> None:
    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize("path", PATHS)
def test_an_unsigned_webhook_is_turned_away(client: FlaskClient, settings: Settings, path: str) -> None:
    assert_turned_away(client.post(path, data={**FORM, "AccountSid": settings.account_sid}))


@pytest.mark.parametrize("path", PATHS)
def test_a_forged_signature_is_turned_away(client: FlaskClient, settings: Settings, path: str) -> None:
    form = {**FORM, "AccountSid": settings.account_sid}
    assert_turned_away(client.post(path, data=form, headers=sign(settings, path, form, token="a guess")))


@pytest.mark.parametrize("path", PATHS)
def test_a_changed_parameter_is_turned_away(client: FlaskClient, settings: Settings, path: str) -> None:
    form = {**FORM, "AccountSid": settings.account_sid}
    headers = sign(settings, path, form)
    assert_turned_away(client.post(path, data={**form, "From": "+8613800138001"}, headers=headers))


@pytest.mark.parametrize("path", PATHS)
def test_another_account_is_turned_away_though_it_signed(client: FlaskClient, settings: Settings, path: str) -> None:
    form = {**FORM, "AccountSid": "AC" + "9" * 32}
    assert_turned_away(client.post(path, data=form, headers=sign(settings, path, form)))


def test_broken_form_data_is_turned_away(client: FlaskClient, settings: Settings) -> None:
    for body in (b"%ff%fe=&&&==", b"\x00" * 100, b"a=" + b"x" * 200_000):
        answer = client.post(
            "/voice/incoming", data=body, content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": "AAAA"},
        )  # fmt: skip
        assert_turned_away(answer)


def test_the_previous_token_still_opens_while_rotating(app: Flask, settings: Settings) -> None:
    rotating = settings.model_copy(update={"twilio_auth_token_previous": _secret("old-token")})
    app.extensions["settings"] = Settings(
        _env_file=None, **{**rotating.model_dump(exclude_unset=True), "twilio_auth_token_previous": "old-token"}
    )
    form = {**FORM, "AccountSid": settings.account_sid, "CallSid": "CA" + "2" * 32}
    headers = sign(settings, "/voice/fallback", form, token="old-token")
    assert app.test_client().post("/voice/fallback", data=form, headers=headers).status_code == 200


def _secret(words: str) -> object:
    from pydantic import SecretStr  # noqa: PLC0415

    return SecretStr(words)


def test_the_signature_is_checked_on_the_raw_target_of_the_wire(app: Flask, settings: Settings) -> None:
    """Percent-encoded Chinese, %2F and %7E reach Flask decoded; the carrier signed what stood on the wire."""
    target = "/sms/status?m=1&note=%E5%8D%95%2F%7E"
    form = {"AccountSid": settings.account_sid, "MessageSid": "SM" + "1" * 32, "MessageStatus": "sent"}
    headers = sign(settings, target, form)
    answer = app.test_client().post(
        "/sms/status", query_string={"m": "1", "note": "单/~"}, data=form, headers=headers,
        environ_overrides={"RAW_URI": target, "REQUEST_URI": target},
    )  # fmt: skip
    assert answer.status_code in {200, 204}


@pytest.mark.parametrize("signed", ["https://house.test", "https://house.test:443"])
@pytest.mark.parametrize("public_url", ["https://house.test", "https://house.test:443"])
def test_the_carriers_own_library_would_judge_the_same(app: Flask, public_url: str, signed: str) -> None:
    """With the port or without; a field with several values; any order on the wire; whatever else is forged."""
    target = "/voice/incoming?a=%E5%8D%95"
    form = MultiDict(
        [("To", "+864008001234"), ("AccountSid", "AC1"), ("Tag", "z"), ("Tag", "a"), ("Tag", "z"), ("x", "")]
    )
    judge = RequestValidator("new-token")

    def is_let_in(signature: str, *tokens: str) -> bool:
        headers = {"X-Twilio-Signature": signature}
        with app.test_request_context(target, method="POST", data=form, headers=headers) as context:
            context.request.environ["RAW_URI"] = target
            return is_signed(context.request, public_url=public_url, account_sid="AC1", tokens=tokens)

    right = judge.compute_signature(signed + target, form)
    assert judge.validate(public_url + target, form, right)
    assert is_let_in(right, "new-token")
    assert is_let_in(right, "other", "new-token")
    assert not is_let_in(right, "other")
    assert not is_let_in(right)
    for wrong in (right.lower(), right[:-2], right + "=", "", "单"):
        assert not judge.validate(public_url + target, form, wrong)
        assert not is_let_in(wrong, "new-token")
    elsewhere = judge.compute_signature(f"{signed}0{target}", form)
    assert not is_let_in(elsewhere, "new-token")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """One that no other test shares: some here put doors of their own on it."""
    yield from at_work(create_app(settings))


@pytest.fixture
def broken(app: Flask) -> Flask:
    """Doors behind which everything fails."""
    voice = voice_door("broken_voice", __name__)
    whisper = voice_door("broken_whisper", __name__, rings_duty=False)
    text = text_door("broken_text", __name__)

    for door, path in ((voice, "/broken/voice"), (whisper, "/broken/whisper"), (text, "/broken/text")):

        @door.post(path)
        @guarded_by(Guard.SIGNED)
        def fail() -> Step:
            raise RuntimeError(f"the database is on fire at {request.path}")

        app._got_first_request = False  # doors are opened late, for this test only
        app.register_blueprint(door)
    return app


def test_an_owner_hears_an_apology_and_is_put_through(
    broken: Flask, settings: Settings, carrier_posts: Callable[..., TestResponse]
) -> None:
    write_tonight(settings, Tonight({"+864008001234": ["+8613900000001", "+8613900000002"]}, ["+8613900000003"]))
    spoken = carrier_posts("/broken/voice", **FORM).text
    assert "非常抱歉" in spoken
    assert "We are sorry" in spoken
    assert [n in spoken for n in ("+8613900000001", "+8613900000002", settings.duty_phone)] == [True] * 3
    assert "fire" not in spoken


def test_a_leg_we_called_hears_an_apology_and_dials_nobody(
    broken: Flask, carrier_posts: Callable[..., TestResponse]
) -> None:
    spoken = carrier_posts("/broken/whisper", **FORM).text
    assert "<Dial" not in spoken
    assert "请立即拨打热线" in spoken


def test_a_receipt_that_fails_is_asked_for_again(broken: Flask, carrier_posts: Callable[..., TestResponse]) -> None:
    answer = carrier_posts("/broken/text", **FORM)
    assert (answer.status_code, answer.data) == (503, b"")


def test_the_dark_house_knows_tonight_then_everybody_then_the_duty_phone(settings: Settings) -> None:
    write_tonight(settings, Tonight({"+8621": ["+861", "+862"]}, ["+863"]))
    assert dark.duty_numbers(settings, "+8621") == ["+861", "+862", settings.duty_phone]
    assert dark.duty_numbers(settings, "+8699") == ["+863", settings.duty_phone]


def test_the_duty_phone_is_rung_however_many_are_on_duty(settings: Settings) -> None:
    write_tonight(settings, Tonight({}, [f"+86137{n:08}" for n in range(12)]))
    numbers = dark.duty_numbers(settings)
    assert (len(numbers), numbers[0], numbers[-1]) == (10, "+8613700000000", settings.duty_phone)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"by_called": 3}', '{"everybody": []}'])
def test_a_spoilt_file_leaves_the_duty_phone(settings: Settings, content: str) -> None:
    dark.tonight_file(settings).parent.mkdir(parents=True)
    dark.tonight_file(settings).write_text(content)
    assert dark.duty_numbers(settings, "+8621") == [settings.duty_phone]


def test_with_nobody_to_ring_the_caller_leaves_a_message(settings: Settings) -> None:
    nobody = settings.model_copy(update={"duty_phone": ""})
    spoken = speak(dark.ring_duty(nobody))
    judge_voice(spoken.encode())
    assert "<Record" in spoken
    assert "非常抱歉" in spoken
    assert "一一九" in spoken, "whose life is in danger must not wait for us"
    assert "119" in spoken
    assert "没有接通" not in spoken, "nothing rang"


def test_only_key_one_joins_the_caller() -> None:
    assert "<Hangup" not in speak(dark.accept("1"))
    assert all("<Hangup" in speak(dark.accept(keys)) for keys in ("", "2", "*"))


def test_words_are_spoken_in_their_own_voice_and_never_too_long() -> None:
    spoken = speak(End((Say("你" * 5000), Say("Hello", language="en"))))
    judge_voice(spoken.encode())
    assert 'language="cmn-CN"' in spoken
    assert 'language="en-US"' in spoken
    assert spoken.count("你") == 4096


def test_a_key_before_the_beep_leads_elsewhere_and_silence_to_the_beep() -> None:
    spoken = speak(Record((Say("请留言"),), "/said", "/done", end_keys="0#", key_path="/key"))
    judge_voice(spoken.encode())
    root = etree.fromstring(spoken.encode())
    gather, record = root[0], root[1]
    assert (gather.tag, gather.get("action"), gather.get("actionOnEmptyResult")) == ("Gather", "/key", None)
    assert (record.tag, record.get("finishOnKey")) == ("Record", "0#")
    assert speak(Record((Say("请留言"),), "/said", "/done")).count("Gather") == 0
