"""Recordings in a bucket: a server that speaks S3, on a port of this machine."""

from collections.abc import Iterator

import pytest
from flask import Flask

from base.errors import SettingsError, Unavailable
from base.settings import Settings, read_settings
from hotline import jobs, recordings
from hotline.models import Recording, RecordingState
from hotline.shelf import Bucket, Folder, Shelf, shelf_at
from tests.buckets import a_bucket
from tests.hotline.carrier import KnownCarrier
from tests.hotline.conftest import OWNER

SOUND = b"RIFF....WAVE" + bytes(range(100))


@pytest.fixture
def url() -> Iterator[str]:
    with a_bucket() as url:
        yield url


@pytest.fixture
def in_a_bucket(app: Flask, settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update={"recordings_url": url}))
    return shelf_at(url)


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_either_shelf_keeps_shows_and_throws_away(kind: str, url: str, tmp_path) -> None:
    shelf = shelf_at(url) if kind == "bucket" else shelf_at(str(tmp_path))
    assert isinstance(shelf, Bucket if kind == "bucket" else Folder)
    assert (shelf.holds("2026-11/a.wav"), shelf.get("2026-11/a.wav")) == (False, None)
    shelf.put("2026-11/a.wav", SOUND)
    shelf.put("2026-11/empty.wav", b"")
    found = shelf.get("2026-11/a.wav")
    assert found is not None
    assert (b"".join(found.pieces), found.length, found.part) == (SOUND, len(SOUND), "")
    assert (shelf.holds("2026-11/a.wav"), shelf.holds("2026-11/empty.wav")) == (True, False)
    assert (shelf.read("2026-11/a.wav"), shelf.read("2026-11/b.wav")) == (SOUND, None)
    assert shelf.sizes("2026-11") == {"a.wav": len(SOUND), "empty.wav": 0}
    assert shelf.sizes("2026") == {}
    shelf.remove("2026-11/a.wav")
    shelf.remove("2026-11/a.wav")
    assert not shelf.holds("2026-11/a.wav")


@pytest.mark.parametrize(("asked", "told"), [("bytes=0-3", SOUND[:4]), ("bytes=-2", SOUND[-2:]), ("bytes=900-", SOUND)])
def test_a_player_that_asks_a_bucket_for_a_part_gets_it_and_else_the_whole(url: str, asked: str, told: bytes) -> None:
    shelf = shelf_at(url)
    shelf.put("part.wav", SOUND)
    found = shelf.get("part.wav", asked)
    assert found is not None
    assert (b"".join(found.pieces), found.length) == (told, len(told))
    assert bool(found.part) is (told != SOUND)


def test_a_message_goes_into_the_bucket_and_leaves_it_when_its_time_is_up(
    dials, estate, only, app: Flask, in_a_bucket: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = KnownCarrier()
    monkeypatch.setitem(app.extensions, "carrier", carrier)
    dials(OWNER).presses("3", "1").says()
    carrier.sounds[only(Recording).sid] = SOUND
    jobs.recordings_due()
    kept = only(Recording)
    assert (kept.state, in_a_bucket.holds(kept.path), carrier.sounds) == (RecordingState.KEPT, True, {})
    recordings.throw_away(kept.path)
    assert not in_a_bucket.holds(kept.path)


def test_while_the_bucket_is_away_the_carrier_keeps_what_was_said(
    dials, estate, only, app: Flask, settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = settings.model_copy(update={"recordings_url": "s3://recordings/x?endpoint=http://127.0.0.1:9"})
    monkeypatch.setitem(app.extensions, "settings", away)
    carrier = KnownCarrier()
    monkeypatch.setitem(app.extensions, "carrier", carrier)
    dials(OWNER).presses("3", "1").says()
    carrier.sounds[only(Recording).sid] = SOUND
    jobs.recordings_due()
    assert (only(Recording).state, list(carrier.sounds.values())) == (RecordingState.AT_CARRIER, [SOUND])
    with pytest.raises(Unavailable, match="没有应答"):
        recordings.shelf().holds("x.wav")


def test_a_folder_that_cannot_be_written_to_is_said_to_be_so(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="没有应答"):
        shelf_at(str(tmp_path / "file" / "folder")).put("a.wav", SOUND)


def test_a_bucket_that_is_not_ours_is_said_to_be_so(url: str) -> None:
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        shelf_at(url.replace("//recordings", "//somebody-elses")).put("a.wav", SOUND)


@pytest.mark.parametrize("url", ["ftp://here", "s3://", "s3://Big_Name/x", "s3://recordings?endpoint=nowhere"])
def test_what_is_neither_a_folder_nor_a_bucket_is_refused_at_the_start(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECORDINGS_URL", url)
    with pytest.raises(SettingsError, match="RECORDINGS_URL") as refusal:
        read_settings()
    assert "s3://bucket" in str(refusal.value) + "".join(refusal.value.faults)
