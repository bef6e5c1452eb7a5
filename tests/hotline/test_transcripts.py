"""What was said after the beep, written down by a function of the installation's choice."""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask

from base import clock
from base.errors import SettingsError
from base.settings import Settings
from console.doctor import findings
from hotline import jobs, recordings, transcribing
from hotline.models import Recording
from tests.hotline.carrier import KnownCarrier
from tests.hotline.conftest import BY_DAY, OWNER, STRANGER

SOUND = b"RIFF....WAVE"
Machine = Callable[[bytes, str], str]


@pytest.fixture
def carrier(app: Flask, monkeypatch: pytest.MonkeyPatch) -> KnownCarrier:
    known = KnownCarrier()
    monkeypatch.setitem(app.extensions, "carrier", known)
    return known


@pytest.fixture
def has_machine(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Machine], None]]:
    def has(machine: Machine) -> None:
        plugin = ModuleType("a_machine_that_listens")
        plugin.listen = machine  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, plugin.__name__, plugin)
        named = settings.model_copy(update={"transcriber": "a_machine_that_listens:listen"})
        monkeypatch.setitem(app.extensions, "settings", named)

    return has


@pytest.fixture
def said(dials, estate, only, carrier: KnownCarrier) -> Callable[[], Recording]:
    dials(OWNER).presses("3", "1").says()
    carrier.sounds[only(Recording).sid] = SOUND
    jobs.recordings_due()
    return lambda: only(Recording)


def test_without_a_machine_nothing_is_written_down(said) -> None:
    transcribing.transcribe_due()
    assert said().transcript is None


def test_a_machine_is_given_the_sound_and_the_language_once(said, has_machine) -> None:
    heard: list[tuple[bytes, str]] = []

    def listen(sound: bytes, language: str) -> str:
        heard.append((sound, language))
        return "  厨房水管爆了 "

    has_machine(listen)
    for _ in range(2):
        transcribing.transcribe_due()
    assert (said().transcript, heard) == ("厨房水管爆了", [(SOUND, "zh")])


def test_one_that_fails_keeps_no_other_waiting_and_is_tried_for_a_day(
    said, has_machine, dials, carrier: KnownCarrier, every
) -> None:
    dials(STRANGER).presses("3", "1").says()
    second = max(every(Recording), key=lambda each: each.id)
    carrier.sounds[second.sid] = b"other"
    jobs.recordings_due()
    asked: list[bytes] = []

    def listen(sound: bytes, language: str) -> str:
        asked.append(sound)
        if sound == SOUND:
            raise ZeroDivisionError
        return "好的"

    has_machine(listen)
    transcribing.transcribe_due()
    assert [each.transcript for each in sorted(every(Recording), key=lambda each: each.id)] == [None, "好的"]
    transcribing.transcribe_due()
    clock.stop_at(BY_DAY + timedelta(days=2))
    transcribing.transcribe_due()
    assert asked.count(SOUND) == 2, "not any more after a day"


def test_it_is_deleted_with_what_was_said(said, has_machine) -> None:
    has_machine(lambda *_: "厨房水管爆了")
    transcribing.transcribe_due()
    clock.stop_at(BY_DAY + timedelta(days=91))
    jobs.delete_old_recordings()
    assert (said().path, said().transcript) == ("", None)


@pytest.mark.parametrize("name", ["no_such_module:listen", "hotline.recordings:no_such_function"])
def test_a_machine_that_is_not_there_is_named(app: Flask, settings: Settings, name: str, monkeypatch) -> None:
    named = settings.model_copy(update={"transcriber": name})
    monkeypatch.setitem(app.extensions, "settings", named)
    with pytest.raises(SettingsError, match=name):
        transcribing.transcriber()
    [finding] = [each for each in findings() if each.what.startswith("transcriber")]
    assert name in finding.fault


def test_where_recordings_are_kept_is_looked_at_by_the_doctor(
    app: Flask, settings: Settings, tmp_path, monkeypatch
) -> None:
    def fault() -> str:
        [finding] = [each for each in findings() if each.what.startswith("recordings")]
        return finding.fault

    assert fault() == ""
    (tmp_path / "file").write_bytes(b"")
    wrong = settings.model_copy(update={"recordings_url": str(tmp_path / "file" / "folder")})
    monkeypatch.setitem(app.extensions, "settings", wrong)
    assert "没有应答" in fault()
    assert recordings.holds("doctor.probe") is False
