"""The checker finds every fault with its line; the picture and the exported fallback are well formed."""

import re
from pathlib import Path

import pytest
import yaml
from lxml import etree

from hotline.commands import fallback, menu
from hotline.fallback import documents
from hotline.menubook import MENUS, read_menu
from hotline.menucheck import check, check_set
from hotline.menudraw import draw
from hotline.menufile import read_file
from hotline.menuwords import ACTS
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
    keys:
      "0": {to: "@person", label: {zh: 人工, en: a person}}
    silence: {zh: 没听到, en: nothing heard, times: 2, to: "@received"}
"""


def faults(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    path = tmp_path / "parcels.yaml"
    path.write_text(text, "utf-8")
    return [(p.line, p.en) for p in check([path])]


def test_the_installed_menus_have_no_problem():
    assert check(MENUS.glob("*.yaml")) == []


def test_wherever_digits_are_keyed_callers_hear_that_0_is_a_person():
    menus = [read_menu(read_file(path).data) for path in MENUS.glob("*.yaml")]
    asked = [step for menu in menus for step in menu.steps if step.asks == "digits"]
    silent = [step.name for step in asked if "按0" not in step.says.zh or "press 0" not in step.says.en]
    assert asked
    assert silent == []


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
        ('      "0": {to: "@person"', '      "#": {to: "@person"', 9, "clash of keys: hash always goes back"),
        ("包裹。", "包" * 251, 6, "too long: 251 characters of 250"),
        ("Parcels.", "Parcels " * 94, 6, "too long: 752 characters of 750"),
        ("包裹。", '包裹{salutation}。", en: "x{salutation}"} #', 6, "nobody fills in {salutation} here"),
        ("{zh: 没有按键, en: no key", "{zh: '{company}', en: '{company}'", 10, "nobody fills in {company} here"),
        ('en: no key, times: 2, to: "@person"', "en: no key, times: 2, to: first", 10, "who is silent never comes out"),
        ('en: wrong key, times: 3, to: "@person"', "en: wrong key, times: 3, to: first", 11, "who errs never comes"),
        ('en: nothing heard, times: 2, to: "@received"', "en: x, times: 2, to: second", 18, "who is silent never"),
        ("{to: second, label", "{to: second, set: {purpose: pizza}, label", 8, "“purpose” cannot be “pizza”"),
        ("{to: second, label", "{to: second, set: {score: '6'}, label", 8, "“score” cannot be “6”"),
    ],
)
def test_a_fault_is_named_at_its_line(tmp_path, was, becomes, line, words):
    assert was in GOOD
    found = faults(tmp_path, GOOD.replace(was, becomes, 1))
    assert any(at == line and words in said for at, said in found), found


@pytest.mark.parametrize(
    ("key", "to", "words"),
    [
        ("8", "second", "8 is the other language"), ("9", "second", "9 is a person, or another matter"),
        ("8", '"@language"', ""), ("9", '"@main"', ""), ("9", '"@person"', ""),
    ],
)  # fmt: skip
def test_eight_and_nine_mean_the_same_at_every_question(tmp_path, key, to, words):
    added = f'      "{key}": {{to: {to}, label: {{zh: 项, en: item}}}}\n      "0": {{to'
    found = faults(tmp_path, GOOD.replace('      "0": {to', added, 1))
    assert found == ([(9, f"clash of keys: {words}")] if words else [])


@pytest.mark.parametrize(
    ("keys", "is_top", "line", "words"),
    [
        ('"1": {to: first}', False, 17, "at a message only 0 and 9 may lead on"),
        ('"8": {to: "@language"}', False, 17, "at a message only 0 and 9 may lead on"),
        ('"9": {to: second}', False, 17, "clash of keys: 9 is a person, or another matter"),
        ('"#": {to: first}', False, 17, "clash of keys: hash always goes back"),
        ('"9": {to: "@main"}', False, 0, ""),
        ('"0": {to: "@emergency"}', True, 17, "0 must be a person (@person)"),
        ('"9": {to: "@main"}', True, 16, "0 must be a person (@person)"),
    ],
)
def test_at_a_message_0_is_a_person_9_may_lead_on_and_any_other_key_starts_it(tmp_path, keys, is_top, line, words):
    message = GOOD.index("  second:")
    zero = '      "0": {to: "@person", label: {zh: 人工, en: a person}}\n'
    added = GOOD[message:].replace(zero, f"      {keys}\n" + ("" if is_top else zero))
    found = [(at, said) for at, said in faults(tmp_path, GOOD[:message] + added) if at > 12]
    assert [(at, said[: len(words)]) for at, said in found] == ([(line, words)] if words else [])


def test_what_is_never_followed_reaches_nothing(tmp_path):
    text = GOOD.replace("    asks: key\n", "    asks: key\n    to: second\n", 1)
    assert (6, "dead end: where keys are asked for “to” is never followed; say it under “keys”") in faults(
        tmp_path, text
    )
    listed = GOOD.replace("    asks: message\n", "    asks: message\n    lists: homes\n", 1)
    assert (14, "a list is chosen from by key: asks: key") in faults(tmp_path, listed)


def test_a_call_begins_with_a_question_of_one_key():
    text = (MENUS / "night.yaml").read_text("utf-8").replace("asks: key", "asks: digits")
    line = text.split("\n").index("    asks: digits") + 1
    said = "the emergency is more than one key away: this must be asks: key"
    found = [(one.path, one.line, one.en) for one in check_set({"night.yaml": text})]
    assert ("night.yaml", line, said) in found


HEARS = "    speech: true\n    unheard: {zh: 没听懂, en: not understood, times: 2, to: '@person'}\n"


def test_words_may_be_heard_where_one_key_is_asked_for_and_the_unheard_have_words_of_their_own(tmp_path):
    text = GOOD.replace("    asks: key\n", "    asks: key\n" + HEARS)
    assert faults(tmp_path, text) == []
    for was, becomes, words in (
        ("    speech: true\n", "", "go together"), (HEARS.splitlines(keepends=True)[1], "", "go together"),
        ("zh: 没听懂, en: not understood", "zh: 按错, en: wrong key", "words of their own"),
        ("to: '@person'", "to: first", "who is not understood never comes out"),
    ):  # fmt: skip
        assert was in text
        assert any(words in said for _, said in faults(tmp_path, text.replace(was, becomes))), words
    digits = text.replace("    asks: key\n", "    asks: digits\n    to: second\n")
    assert any("only where one key" in said for _, said in faults(tmp_path, digits))


def test_six_options_are_too_many_beside_the_keys_that_always_mean_the_same(tmp_path):
    def more(keys: str) -> str:
        added = "".join(f'      "{i}": {{to: second, label: {{zh: 项, en: item}}}}\n' for i in keys)
        return GOOD.replace('      "0": {to', added + '      "0": {to', 1)

    assert [f for f in faults(tmp_path, more("234589")) if "clash" not in f[1]] == []
    assert (4, "more than 5 options") in faults(tmp_path, more("23456"))


def test_a_question_of_many_keys_is_too_long_as_a_whole(tmp_path):
    added = "".join(f'      "{i}": {{to: second, label: {{zh: {"项" * 60}, en: item}}}}\n' for i in "2345")
    text = GOOD.replace('      "0": {to', added + '      "0": {to', 1)
    assert [(line, words[:22]) for line, words in faults(tmp_path, text)] == [(4, "the prompt is too long")]


def test_a_question_that_says_nothing_is_silence(tmp_path):
    text = GOOD.replace('{zh: "包裹。", en: "Parcels."}', '{zh: "", en: ""}')
    assert faults(tmp_path, text) == [], "its keys are said"
    text = text.replace(", label: {zh: 丢件, en: a lost parcel}", "").replace(", label: {zh: 人工, en: a person}", "")
    assert faults(tmp_path, text) == [(6, "nothing is said here: the caller hears silence")]


def test_two_questions_that_lead_the_silent_from_one_to_the_other_have_no_way_out(tmp_path):
    both = GOOD.replace('en: no key, times: 2, to: "@person"', "en: no key, times: 2, to: second")
    both = both.replace('en: nothing heard, times: 2, to: "@received"', "en: nothing heard, times: 2, to: first")
    assert faults(tmp_path, both) == [
        (10, "a loop: who is silent never comes out"),
        (18, "a loop: who is silent never comes out"),
    ]


@pytest.mark.parametrize("name", ["main", "night", "projects", "survey", "interview", "known"])
def test_the_emergency_is_one_key_away_wherever_a_caller_begins_and_is_said(tmp_path, name):
    text = (MENUS / f"{name}.yaml").read_text("utf-8")
    deeper = text.replace("top: true", "top: false").replace('to: "@emergency"', 'to: "@person"')
    path, line = tmp_path / f"{name}.yaml", deeper.split("\n").index("top: false") + 1
    path.write_text(deeper, "utf-8")
    said = "the emergency is more than one key away: this must be top: true"
    assert (str(path), line, said) in [(one.path, one.line, one.en) for one in check([path])]
    untold = (
        re.sub(r"says:\n +zh: \"如遇.*\n +en: .*", "set: {}", text) if name != "projects" else text.replace("0", "1")
    )
    assert "callers are not told that 0 is for emergencies" in " ".join(w for _, w in faults(tmp_path, untold))


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


def test_a_picture_names_ways_back_and_how_a_call_ends():
    loop = '      "2": {to: first, label: {zh: 重来, en: again}}\n'
    text = GOOD.replace('      "0": {to', loop + '      "0": {to', 1)
    picture = etree.fromstring(draw(read_menu(yaml.safe_load(text)), "en").encode())
    words = [words.strip() for words in picture.itertext()]
    assert "↩ first" in words
    assert "↩ first" not in draw(read_menu(yaml.safe_load(GOOD)), "en")
    for end in ("@received", "@person"):
        assert any(ACTS[end].words.en.lower() in said.lower() for said in words), end


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
    assert "丢件" not in out.read_text("utf-8")
    assert runner.invoke(menu, ["draw", str(good), "-o", str(out)]).exit_code == 0
    sheet = etree.fromstring(out.read_bytes())
    above, below = sheet.findall("{*}svg")
    assert ("丢件" in "".join(above.itertext()), "a lost parcel" in "".join(below.itertext())) == (True, True)
    height = float(above.get("height", ""))
    assert float(below.get("y", "")) == height, "neither hides the other"
    assert float(sheet.get("height", "")) == height + float(below.get("height", ""))
    assert runner.invoke(menu, ["draw", str(good)]).exit_code == 2
    (tmp_path / "no.yaml").write_text("menu: [", "utf-8")
    assert runner.invoke(menu, ["draw", str(tmp_path / "no.yaml"), "-o", str(out)]).exit_code == 1


def test_the_fallback_is_exported_as_files_any_host_can_serve(runner, tmp_path, settings):
    assert runner.invoke(fallback, ["export", str(tmp_path / "out")]).exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(files) == {
        "fallback.xml", "again.xml", "speak.xml", "unheard.xml", "end.xml", "whisper.xml", "accept.xml", "goodbye.xml"
    }  # fmt: skip
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


@pytest.mark.parametrize("numbers", [["+8613900000001"], []])
def test_in_the_exported_fallback_a_key_leads_to_a_person_or_the_tone_and_silence_is_not_called_recorded(numbers):
    files = {
        name: etree.fromstring(xml.encode()) for name, xml in documents(numbers, "+864008001234", Voices()).items()
    }
    for root in files.values():
        judge_voice(etree.tostring(root))
        addresses = {e.get("action") for e in root.iter("Gather", "Record")} | {e.text for e in root.iter("Redirect")}
        assert addresses <= set(files), "every address is a file"
    pressed = files[files["fallback.xml"].find("Gather").get("action")]
    assert (pressed.find("Dial") is not None) is bool(numbers)
    assert pressed.find("Record") is not None
    silent = files[files["fallback.xml"].findtext("Redirect")]
    assert "没有听到" in "".join(silent.itertext())
    assert silent.find("Gather") is not None, "keys once more"
    over = files[silent.findtext("Redirect")]
    assert "已经记下" not in "".join(over.itertext())
    assert "一一九" in "".join(over.itertext())
    assert over.find("Hangup") is not None
    assert "已经记下" in "".join(files[files["fallback.xml"].find("Record").get("action")].itertext())


def variant(name: str, when: str, top: str = "true") -> str:
    night = (MENUS / "night.yaml").read_text("utf-8").replace("menu: night\ntop: true", f"menu: {name}\ntop: {top}")
    return night.replace("steps:", f"when: {when}\nsteps:", 1)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ('{from: "11:30", until: "13:30"}', []),
        ("{project: 幸福花园}", []),
        ("{}", ["a project or hours must be named"]),
        ('{from: "11:30"}', ["hours need a “from” and an “until” that differ"]),
        ('{from: "11:30", until: "11:30"}', ["hours need a “from” and an “until” that differ"]),
        ('{from: "24:30", until: "11:30"}', ["not written as it must be: 24:30"]),
    ],
)
def test_a_variant_says_where_or_when_it_is_heard(when, words):
    assert [problem.en for problem in check_set({"noon.yaml": variant("noon", when)})] == words


def test_a_variant_has_a_first_question_from_which_the_emergency_is_one_key_away():
    faulty = variant("noon", "{project: 幸福花园}", top="false").replace("  top:\n", "  begin:\n")
    assert "dead end: there is no “noon.top”" in {problem.en for problem in check_set({"noon.yaml": faulty})}
    deep = variant("noon", "{project: 幸福花园}", top="false")
    assert any("more than one key away" in problem.en for problem in check_set({"noon.yaml": deep}))


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ('{from: "08:00", until: "12:00"}', '{from: "12:00", until: "14:00"}', False),
        ('{from: "08:00", until: "12:01"}', '{from: "12:00", until: "14:00"}', True),
        ('{from: "22:00", until: "06:00"}', '{from: "05:00", until: "07:00"}', True),
        ('{from: "22:00", until: "06:00"}', '{from: "06:00", until: "22:00"}', False),
        ('{from: "08:00", until: "18:00"}', '{from: "09:00", until: "10:00"}', True),
        ("{project: 甲}", "{project: 乙}", False),
        ("{project: 甲}", "{project: 甲}", True),
        ("{project: 甲}", '{project: 甲, from: "09:00", until: "10:00"}', False),
        ('{from: "09:00", until: "10:00"}', '{project: 甲, from: "09:00", until: "10:00"}', False),
    ],
)
def test_two_variants_never_hold_at_once(one, other, clash):
    said = [problem.en for problem in check_set({"a.yaml": variant("a", one), "b.yaml": variant("b", other)})]
    assert said == (["it overlaps with “b”", "it overlaps with “a”"] if clash else [])
