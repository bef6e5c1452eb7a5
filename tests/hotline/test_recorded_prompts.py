"""Prompts that somebody has spoken are played from our own address; without their file the words are read."""

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from base.errors import BadInput, Unavailable
from directory.models import Staff
from hotline import prompts
from hotline.actions import editions
from hotline.commands import menu
from hotline.menubook import MENUS
from hotline.menucheck import check_set
from tests.hotline.conftest import OWNER
from tests.make import a_member_of_staff

REPAIR = (MENUS / "repair.yaml").read_text("utf-8")
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 60
MP3 = b"ID3\x04" + b"\x01" * 400
ZH, EN = "hello-0123456789ab.mp3", "hello-ba9876543210.mp3"


def spoken_in(zh: str, en: str, text: str = REPAIR) -> dict[str, str]:
    """The repair menu, whose first question somebody has spoken."""
    says = next(line for line in text.splitlines() if line.strip().startswith("says: {zh: "))
    return {"repair.yaml": text.replace(says, f"{says[:-1]}, recorded: {{zh: {zh}, en: {en}}}}}", 1)}


def publish(files: dict[str, str]) -> None:
    with transaction() as session:
        boss = a_member_of_staff(session, "周总", "+8613900000077", Role.MANAGER).id
        made = editions.write_draft(session, files, session.get_one(Staff, boss), at=clock.now())
        editions.publish(session, made.id, session.get_one(Staff, boss), at=clock.now())


def test_a_spoken_prompt_is_played_and_the_keys_are_still_read(app, dials, estate, settings, client):
    with app.app_context():
        zh, en = prompts.keep("repair_zh", MP3), prompts.keep("repair_en", WAV)
        publish(spoken_in(zh, en))
    call = dials(OWNER).presses("1")
    played = [one.text for one in call.document.iter("Play")]
    assert played == [f"{settings.address}/prompts/{zh}"]
    call.never_hears("报修服务。").hears("电梯请按2")
    fetched = client.get(f"/prompts/{zh}", buffered=True)
    assert (fetched.status_code, fetched.data, fetched.mimetype) == (200, MP3, "audio/mpeg")
    assert client.get(f"/prompts/{en}", buffered=True).mimetype == "audio/wav"


def test_where_the_file_is_gone_the_words_are_read(app, dials, estate):
    with app.app_context():
        zh, en = prompts.keep("repair_zh", MP3), prompts.keep("repair_en", WAV)
        publish(spoken_in(zh, en))
        there = prompts.here(zh)
        assert there is not None
        there.unlink()
    call = dials(OWNER).presses("1").hears("报修服务。", "电梯请按2")
    assert list(call.document.iter("Play")) == []


@pytest.mark.parametrize("name", ["x.mp3", "..%2Fhuiyin.db", "hello-0123456789ab.mp3", "hello-0123456789ab.txt"])
def test_nothing_else_is_fetched_there(client, app, name):
    assert client.get(f"/prompts/{name}").status_code == 404


@pytest.mark.parametrize(
    ("purpose", "audio", "words"),
    [
        ("hello", b"", "WAV"), ("hello", b"MZ" + b"\x00" * 900, "WAV"), ("hello", b"<html>" * 90, "WAV"),
        ("../hello", MP3, "name"), ("", MP3, "name"), ("hello", MP3 + b"\x00" * prompts.MOST_BYTES, "too large"),
    ],
)  # fmt: skip
def test_only_a_named_short_wav_or_mp3_is_kept(app, purpose, audio, words):
    with app.app_context(), pytest.raises(BadInput, match=words):
        prompts.keep(purpose, audio)
    with app.app_context():
        assert prompts.every() == []


def test_a_file_never_changes_under_its_name(app):
    with app.app_context():
        first = prompts.keep("hello", MP3)
        assert prompts.keep("hello", MP3) == first
        assert prompts.keep("hello", MP3 + b"\x02") != first
        assert [name for name, _ in prompts.every()] == sorted({first, prompts.keep("hello", MP3 + b"\x02")})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (spoken_in(ZH, EN), [f"there is no recorded file “{ZH}”", f"there is no recorded file “{EN}”"]),
        ({"repair.yaml": spoken_in(ZH, EN)["repair.yaml"].replace(f", en: {EN}", "")}, ["“en” is missing (a lang"]),
        (spoken_in("a.mp3", EN), ["not written as it must be: a.mp3"]),
        (spoken_in(ZH, EN, REPAIR.replace("报修服务。", "{company}报修。")),
         ["placeholders", "with a placeholder cannot be played", "no recorded", "no recorded"]),
    ],
)  # fmt: skip
def test_the_check_names_what_is_missing_with_its_line(files, words):
    found = check_set(files, is_held=set().__contains__)
    text = files["repair.yaml"]
    assert {one.line for one in found} == {text[: text.index("recorded")].count("\n") + 1}
    assert len(found) == len(words)
    assert all(any(word in one.en for one in found) for word in words), [one.en for one in found]


def test_where_nobody_can_say_whether_a_file_is_there_the_check_says_that(app):
    def away(_name: str) -> bool:
        raise Unavailable("no answer")

    assert [one.en for one in check_set(spoken_in(ZH, EN), is_held=away)] == [
        f"where recordings are kept does not answer: “{ZH}” cannot be looked for"
    ]


def test_the_command_looks_for_the_files(runner, app, tmp_path):
    path = tmp_path / "parcels.yaml"
    path.write_text(spoken_in(ZH, EN)["repair.yaml"], "utf-8")
    assert f"there is no recorded file “{ZH}”" in runner.invoke(menu, ["check", str(path)]).stderr
