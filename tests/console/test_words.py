"""Every word on every page is in the catalogue, in both languages."""

import re
from pathlib import Path

import pytest
import yaml

from base.access import Role
from console import steps, timeline
from console.board import GroupName
from console.words import catalogue, lasting, say, span
from hotline.models import RecordingState
from oncall import words as oncall_words
from oncall.ladder import Post
from oncall.models import PageState
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import EventType
from tickets.running import ClockName

ROOT = Path(__file__).parents[2] / "console"
ROOM_NAMES = ("console", "hotline", "messages", "oncall", "outreach", "tickets")
RULE_FILES = sorted(path for room in ROOM_NAMES for path in (ROOT.parent / room).rglob("*.yaml"))
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
NAMED = re.compile(r"(?<![\w.])(\w+\.)?(?:t|say)\(\s*['\"]([\w.]+)['\"]\s*[,)]")
SAID_ALOUD = re.compile(r"\b(?:aria-label|placeholder|alt|title)=\"([^\"]*)\"")


def bare(template: str) -> str:
    """What is left of a template without its tags, comments, expressions and markup."""
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", template, flags=re.S)
    return re.sub(r"<[^>]*>", " ", text, flags=re.S)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_word_of_its_own(path: Path) -> None:
    template = path.read_text(encoding="utf-8")
    left = re.sub(r"0:00|\+|·|/|&\w+;", " ", bare(template))
    assert not re.search(r"[A-Za-z]{2,}", left), left.split()
    assert not HAN.search(re.sub(r"join\('、'\)", "", template))
    for spoken in SAID_ALOUD.findall(template):
        assert not re.search(r"[A-Za-z]{2,}", re.sub(r"{{.*?}}|{%.*?%}", "", spoken)), spoken


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    template = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son\w+=|hx-on|javascript:|<style|hx-vals=.js", template)
    assert not re.search(r"<script(?![^>]*src=)", template)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", template)


def test_every_key_a_template_or_module_names_is_written() -> None:
    # a report says its words by what follows `report.`
    named = {
        path: {
            f"report.{key}" if of and path.parent.name == "reports" else key
            for of, key in NAMED.findall(path.read_text(encoding="utf-8"))
        }
        for path in [*TEMPLATES, *ROOT.rglob("*.py")]
    }
    assert {"console", "templates", "reports", "roster"} <= {path.parent.name for path, keys in named.items() if keys}
    assert {path.name: unknown for path, keys in named.items() if (unknown := keys - set(catalogue()))} == {}


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_no_word_is_written_twice(path: Path) -> None:
    """The second of two lines with one key would be what people read, wherever the first was meant."""
    twice: list[str] = []

    def look(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            twice.extend(name for name in names if names.count(name) > 1)
        for child in node.value if isinstance(node, yaml.CollectionNode) else ():
            for each in child if isinstance(child, tuple) else (child,):
                look(each)

    look(yaml.compose(path.read_text(encoding="utf-8")))
    assert not twice


def test_both_languages_have_words_with_the_same_blanks() -> None:
    for key, (zh, en) in catalogue().items():
        assert zh.strip(), key
        assert en.strip(), key
        assert sorted(re.findall(r"{(\w+)}", zh)) == sorted(re.findall(r"{(\w+)}", en)), key
        if key not in {"nav.other_language"}:
            assert not HAN.search(en), key
        assert "！" not in zh, key
        assert "!" not in en, key


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("role", Role), ("level", Level), ("status", Status), ("kind", Kind), ("channel", Channel),
        ("clock", ClockName),
        ("group", GroupName), ("post", Post), ("page", PageState), ("event", EventType),
        ("todo", [move for move, _ in steps.STEPS]),
        ("sound", [state for state in RecordingState if state != RecordingState.KEPT]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_word_of_the_trade_can_be_said(prefix: str, words: type) -> None:
    for word in words:
        for language in ("zh", "en"):
            assert say(f"{prefix}.{word.value}", language)


def test_every_line_of_a_page_is_known() -> None:
    assert set(oncall_words.LINE) >= timeline.NOT_REACHED
    assert set(timeline.ICONS) == set(EventType)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (134, "2:14"), (-372, "6:12"), (3723, "1:02:03"), (59.6, "1:00")]
)
def test_a_length_of_time_reads_like_a_clock(seconds: float, shown: str) -> None:
    assert span(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"), (0.7, "1 秒", "1 s"), (60, "1 分钟", "1 min"), (-90, "1 分钟 30 秒", "1 min 30 s"),
        (7500, "2 小时 5 分钟", "2 h 5 min"), (86405, "1 天", "1 d"),
        (259200, "3 天", "3 d"), (275400, "3 天 4 小时", "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_says_its_units(seconds: float, zh: str, en: str) -> None:
    assert (lasting(seconds, "zh"), lasting(seconds, "en")) == (zh, en)
