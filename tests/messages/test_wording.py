"""Templates and segments."""

import json
from pathlib import Path

import pytest

from messages import wording
from messages.wording import Segments, WordingError, fill, say, segments

ORACLE = json.loads(Path(__file__).with_name("segments_oracle.json").read_text(encoding="utf-8"))

SIGNATURE = "【回音物业】"
VALUES = {
    "ref": "261122-0034", "hotline": "+864008001234", "code": "7316", "name": "王强", "level": "P0",
    "what": "电梯困人", "place": "3号楼2单元",
}  # fmt: skip
VALUES_EN = VALUES | {"name": "Wang Qiang", "what": "lift entrapment", "place": "Building 3 unit 2"}


@pytest.mark.parametrize(
    ("text", "count", "encoding"),
    [
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("a" * 152 + "€" + "a" * 152, 3, "GSM-7"),  # division says 2: the escape pair moves on whole
        ("’" + "a" * 69, 1, "UCS-2"),
        ("’" + "a" * 70, 2, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
        ("a" * 1600, 11, "GSM-7"),
        ("", 1, "GSM-7"),
    ],
)
def test_a_text_is_packed_into_segments(text: str, count: int, encoding: str) -> None:
    found = segments(text)
    assert (found.count, found.encoding) == (count, encoding)


def test_segments_agree_with_the_carriers_own_calculator() -> None:
    wrong = [
        (text[:40], count, segments(text).count)
        for text, encoding, count in ORACLE["texts"]
        if (segments(text).count, segments(text).encoding) != (max(count, 1), encoding)
    ]
    assert len(ORACLE["texts"]) > 150
    assert wrong == []


def test_units_are_what_the_carrier_counts() -> None:
    assert segments("中😀") == Segments(1, 3, "UCS-2")
    assert segments("a€") == Segments(1, 3, "GSM-7")


def test_a_template_is_filled() -> None:
    assert fill("单号{ref}，{time}", {"ref": "1", "time": "30分钟内", "more": "unused"}) == "单号1，30分钟内"


def test_a_value_may_hold_braces() -> None:
    assert fill("{what}", {"what": "{ref} {"}) == "{ref} {"


@pytest.mark.parametrize(
    ("template", "names"),
    [("{ref} {time}", "time"), ("{nobody}", "nobody")],
)
def test_a_missing_value_is_named(template: str, names: str) -> None:
    with pytest.raises(WordingError, match=names):
        fill(template, {"ref": "1"})


@pytest.mark.parametrize("template", ["{", "}", "{}", "{Ref}", "{a b}", "{ref", "{{ref}}"])
def test_odd_braces_are_refused(template: str) -> None:
    with pytest.raises(WordingError):
        fill(template, {"ref": "1"})


def test_an_unknown_wording_and_an_unknown_value_are_refused() -> None:
    with pytest.raises(WordingError, match="no_such"):
        say("no_such", "zh")
    with pytest.raises(WordingError, match="colour"):
        say("stand_down", "zh", ref="1", place="3", name="a", colour="red")


def test_an_unknown_language_speaks_chinese() -> None:
    assert say("stand_down", "fr", ref="1", place="3", name="王") == say(
        "stand_down", "zh", ref="1", place="3", name="王"
    )


ALL = sorted(wording.texts())


@pytest.mark.parametrize("key", ALL)
def test_every_wording_exists_in_both_languages_and_wants_the_same(key: str) -> None:
    texts = wording.texts()[key]
    assert set(texts) == set(wording.LANGUAGES)
    assert wording.placeholders(texts["zh"]) == wording.placeholders(texts["en"])


TIMES = {
    "zh": ("30分钟内", "最短时间内", "次日17:45前", "次日二十二点半前"),
    "en": ("within 30 minutes", "as soon as we can", "by 12:45 tomorrow afternoon"),
}
"""Promises as they stand in a text, the longest last; of an emergency's only the first two are said."""


@pytest.mark.parametrize("key", [key for key in ALL if key.startswith(("receipt_", "stand_down"))])
@pytest.mark.parametrize(("language", "time"), [(language, time) for language in TIMES for time in TIMES[language]])
def test_what_an_owner_gets_fits_one_segment(key: str, language: str, time: str) -> None:
    if key == "receipt_emergency" and time not in TIMES[language][:2]:
        return
    values = (VALUES_EN if language == "en" else VALUES) | {"time": time}
    wanted = wording.placeholders(wording.texts()[key][language])
    text = say(key, language, **{name: values[name] for name in wanted})
    before = "Huiyin Property: " if language == "en" else SIGNATURE
    found = segments(before + text)
    assert found.count == 1, f"{found.units} units: {before}{text}"


def test_a_notification_says_nothing_about_refusing_it() -> None:
    assert not [key for key in ALL for text in wording.texts()[key].values() if "拒收" in text or "退订" in text]
