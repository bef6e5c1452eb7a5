"""Spoken prompts stand where recordings do; a machine has copies of those in a bucket, and no caller waits for one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from base.settings import Settings
from hotline import prompts
from hotline.shelf import shelf_at
from tests.buckets import a_bucket
from tests.hotline.conftest import OWNER
from tests.hotline.test_recorded_prompts import MP3, WAV, publish, spoken_in
from tests.sandbox.application import until

AWAY = "s3://recordings/x?endpoint=http://127.0.0.1:9"
Machine = Callable[[str], None]


@pytest.fixture
def url() -> Iterator[str]:
    with a_bucket() as url:
        yield url


@pytest.fixture
def on(app: Flask, settings: Settings, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """From here on the house runs on the machine of this name, its bucket the same; `away`: it reaches none."""

    def on(name: str) -> None:
        here = {"var_dir": tmp_path / name, "recordings_url": AWAY if name == "away" else url}
        monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update=here))
        monkeypatch.setattr(prompts, "_asked_for", {})

    return on


def test_what_was_kept_on_one_machine_is_read_to_the_first_caller_of_another_and_played_to_the_next(
    app, dials, estate, client, on, url
):
    on("one")
    with app.app_context():
        zh, en = prompts.keep("repair_zh", MP3), prompts.keep("repair_en", WAV)
        assert prompts.every() == [(en, len(WAV)), (zh, len(MP3))]
        publish(spoken_in(zh, en))
    assert shelf_at(url).read(f"prompts/{zh}") == MP3
    assert len(list(dials(OWNER).presses("1").document.iter("Play"))) == 1
    on("two")
    call = dials(OWNER).presses("1").hears("报修服务。")
    assert list(call.document.iter("Play")) == []
    with app.app_context():
        until(lambda: bool(prompts.address(zh)))
    call = dials(OWNER).presses("1").never_hears("报修服务。")
    assert [one.text.rpartition("/")[2] for one in call.document.iter("Play")] == [zh]


def test_a_machine_that_has_no_copy_yet_fetches_it_for_the_carrier(app, client, on):
    on("one")
    with app.app_context():
        zh = prompts.keep("repair_zh", MP3)
    on("two")
    fetched = client.get(f"/prompts/{zh}", buffered=True)
    assert (fetched.status_code, fetched.data, fetched.mimetype) == (200, MP3, "audio/mpeg")
    assert client.get("/prompts/repair_zh-0123456789ab.mp3").status_code == 404


def test_while_the_bucket_is_away_callers_hear_the_words_and_the_copies_there_are(app, dials, estate, client, on):
    on("one")
    with app.app_context():
        zh, en = prompts.keep("repair_zh", MP3), prompts.keep("repair_en", WAV)
        publish(spoken_in(zh, en))
    on("away")
    dials(OWNER).presses("1").hears("报修服务。", "电梯请按2")
    assert client.get(f"/prompts/{zh}").status_code == 503
    with app.app_context():
        prompts._near().put(f"prompts/{zh}", MP3)
    dials(OWNER).presses("1").never_hears("报修服务。")
    assert client.get(f"/prompts/{zh}", buffered=True).data == MP3
