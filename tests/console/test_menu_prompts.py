"""Spoken prompts at the desk: uploaded by whoever may change menus, listened to, named in a menu."""

from io import BytesIO

import pytest
from flask import Flask

from base.settings import Settings
from console.words import say
from hotline import prompts
from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.hotline.test_recorded_prompts import MP3, WAV


def uploads(client: Browser, name: str, audio: bytes, file: str = "x.mp3") -> tuple[int, str]:
    answer = client.sends("/menus/prompts", name=name, audio=(BytesIO(audio), file))
    return answer.status_code, answer.location.partition("#")[2] if answer.location else answer.text


def test_a_recording_is_uploaded_listened_to_and_listed_with_its_menus(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("director")
    assert say("prompts.none", "zh") in client.get("/menus/prompts").text
    status, file = uploads(client, "repair_zh", MP3)
    assert status == 303
    assert prompts.NAME.fullmatch(file)
    page = client.get("/menus/prompts").text
    assert f'src="/prompts/{file}"' in page
    assert say("prompts.unused", "zh") in page
    assert client.get(f"/prompts/{file}").data == MP3


def test_what_is_no_recording_is_refused_with_its_reason(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "MOST_BYTES", 2_000)
    client = logged_in("director")
    for name, audio, words in (
        ("hello", b"%PDF-1.7" * 60, "只收 WAV 或 MP3"), ("Hello!", WAV, "小写字母"), ("hello", b"", "请选一个录音文件"),
        ("hello", WAV + bytes(prompts.MOST_BYTES), "文件太大"),
    ):  # fmt: skip
        status, page = uploads(client, name, audio)
        assert status == 422
        assert words in page.split('id="name-fault"')[1].split("</p>")[0]
    assert say("prompts.none", "zh") in client.get("/menus/prompts").text


def test_whoever_serves_one_project_uploads_nothing(logged_in: LogIn, evening: Evening) -> None:
    assert uploads(logged_in("manager"), "hello", MP3)[0] == 403
    assert uploads(logged_in("supervisor"), "hello", MP3)[0] == 403
    assert 'id="do-keep"' not in logged_in("manager").get("/menus/prompts").text


def test_while_the_bucket_is_away_the_page_says_so_and_keeps_nothing(
    logged_in: LogIn, evening: Evening, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("director")
    away = settings.model_copy(update={"recordings_url": "s3://recordings/x?endpoint=http://127.0.0.1:9"})
    monkeypatch.setitem(app.extensions, "settings", away)
    assert "没有应答" in client.get("/menus/prompts").text.split('id="away"')[1].split("</p>")[0]
    status, page = uploads(client, "hello", MP3)
    assert status == 503
    assert "没有应答" in page.split('id="name-fault"')[1].split("</p>")[0]
