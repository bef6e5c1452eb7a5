"""The checker finds every fault with its line; the picture and the exported fallback are well formed."""

from pathlib import Path

import pytest
import yaml
from lxml import etree

from hotline.commands import fallback, menu
from hotline.fallback import documents
from hotline.menubook import MENUS, read_menu
from hotline.menucheck import check
from hotline.menudraw import draw
from telephony.speech import Voices
from tests.judges.twiml import judge_voice

GOOD = """menu: parcels
top: false
steps:
  first:
    asks: key
    says: {zh: "包裹。", en: "Parcels."}
    keys:
      "1": {to: second, label: {zh: 丢件, en: a lost parcel}}
      "0": {to: "@person", label: {zh: 人工, en: a person}}
    silence: {zh: 没有按键, en: no key, times: 2, to: "@person"}
    wrong: {zh: 按错, en: wrong key, times: 3, to: "@person"}
  second:
    asks: message
    says: {zh: 请留言, en: please speak}
    to: "@received"
    silence: {zh: 没听到, en: nothing heard, times: 2, to: "@received"}
"""


def faults(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    path = tmp_path / "parcels.yaml"
    path.write_text(text, "utf-8")
    return [(p.line, p.en) for p in check([path])]


def test_the_installed_menus_have_no_problem():
    assert check(MENUS.glob("*.yaml")) == []


def test_a_good_file_has_none(tmp_path):
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "words"),
    [
        ("{to: second, label", '{to: "@person", label', 12, "no key leads"),
        ("{to: second, label", "{to: third, label", 8, "dead end"),
        ("{to: second, label", '{to: "@nowhere", label', 8, "dead end"),
        ('    to: "@received"\n', "", 12, "dead end"),
        ("en: a lost parcel", "", 8, "is missing (a language)"),
        ('en: "Parcels."', 'en: ""', 6, "one language is missing"),
        ('      "0": {to: "@person"', '      "1": {to: "@person"', 9, "stands here twice"),
        ('      "0": {to: "@person"', '      "*": {to: "@person"', 9, "clash of keys"),
        ('      "0": {to: "@person"', '      "2": {to: "@person"', 7, "0 must be a person"),
        ('      "0": {to: "@person"', '      "0": {to: second', 9, "0 must be a person"),
        ("包裹。", "包裹{colour}。", 6, "unknown placeholder {colour}"),
        ("包裹。", "包裹{ref}。", 6, "placeholders of the two languages differ"),
        ("包裹。", "包裹{。", 6, "braces do not match"),
        ("asks: message", "asks: nothing", 13, "must be one of key, digits, message"),
        ("times: 3", "times: 0", 11, "out of range"),
        ("times: 3", "times: many", 11, "must be of type integer"),
        ("    wrong: {zh: 按错, en: wrong key", "    wrong: {zh: 没有按键, en: no key", 11, "words of their own"),
        ("    asks: key\n", "    asks: key\n    lists: cats\n    to: second\n", 6, "there is no list"),
        ("    asks: key\n", "    asks: key\n    colour: red\n", 6, "is not known here"),
        ("{to: second, label", "{to: second, set: {colour: red}, label", 8, "cannot be set"),
        ("top: false", "top: true", 9, "0 must be the emergency"),
    ],
)
def test_a_fault_is_named_at_its_line(tmp_path, was, becomes, line, words):
    assert was in GOOD
    found = faults(tmp_path, GOOD.replace(was, becomes, 1))
    assert any(at == line and words in said for at, said in found), found


def test_six_options_below_the_top_are_too_many(tmp_path):
    more = "".join(f'      "{i}": {{to: second, label: {{zh: 项, en: item}}}}\n' for i in range(2, 7))
    text = GOOD.replace('      "0": {to', more + '      "0": {to', 1)
    assert (4, "more than 5 options") in faults(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "menu: [", "menu: 1\ntop: maybe\n", "\t", "a: &a [*a]", "menu: x\ntop: false\nsteps: 3\n"]
)
def test_what_is_no_menu_is_said_to_be_none(tmp_path, text):
    assert faults(tmp_path, text)


def test_bytes_that_are_no_text_are_said_to_be_none(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    assert check([path])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", sorted(MENUS.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_menu_can_be_drawn(path, language):
    menu_read = read_menu(yaml.safe_load(path.read_text("utf-8")))
    picture = etree.fromstring(draw(menu_read, language).encode())
    words = "".join(picture.itertext())
    for step in menu_read.steps:
        assert step.name.partition(".")[2] in words
        for choice in step.choices:
            assert choice.key in words


def test_the_exit_codes_of_the_commands(runner, tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, "utf-8")
    bad.write_text(GOOD.replace("second,", "third,"), "utf-8")
    assert runner.invoke(menu, ["check"]).exit_code == 0
    assert runner.invoke(menu, ["check", str(good)]).exit_code == 0
    refused = runner.invoke(menu, ["check", str(good), str(bad)])
    assert refused.exit_code == 1
    assert f"{bad.resolve()}:8: " in refused.stderr
    assert runner.invoke(menu, ["check", str(tmp_path / "none.yaml")]).exit_code == 2
    out = tmp_path / "picture.svg"
    assert runner.invoke(menu, ["draw", str(good), "-o", str(out), "--language", "en"]).exit_code == 0
    assert "a lost parcel" in out.read_text("utf-8")
    assert runner.invoke(menu, ["draw", str(good)]).exit_code == 2
    (tmp_path / "no.yaml").write_text("menu: [", "utf-8")
    assert runner.invoke(menu, ["draw", str(tmp_path / "no.yaml"), "-o", str(out)]).exit_code == 1


def test_the_fallback_is_exported_as_files_any_host_can_serve(runner, tmp_path, settings):
    assert runner.invoke(fallback, ["export", str(tmp_path / "out")]).exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(files) == {"fallback.xml", "whisper.xml", "accept.xml", "goodbye.xml"}
    for twiml in files.values():
        judge_voice(twiml)
    assert settings.duty_phone.encode() in files["fallback.xml"]
    (tmp_path / "file").write_text("x")
    assert runner.invoke(fallback, ["export", str(tmp_path / "file")]).exit_code in {1, 2}


def test_without_any_number_the_exported_fallback_still_takes_a_message():
    first = documents([], "+864008001234", Voices())["fallback.xml"]
    judge_voice(first)
    assert "Dial" not in first
    assert "一一九" in first
    assert "没有接通" not in first, "nothing has rung"
    assert "Record" in first
