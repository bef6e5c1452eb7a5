"""The house's templates for many, what a text for many may hold, and the words on refusing it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from base import yamls
from base.errors import BadInput
from directory.classes import RULES
from messages.lifecycle import MessageClass
from messages.lint import About, Finding, Severity, check, lint
from messages.wording import LANGUAGES, WordingError, placeholders
from outreach.lifecycle import CampaignKind, check_pair
from tickets.promises import day_en

TEMPLATES = Path(__file__).with_name("templates.yaml")

LONGEST: Final = 1200
"""Characters of a text for many: names, homes, footer and signature come on top, and the carrier takes 1,600."""

OF_PERSON: Final = frozenset({"salutation", "homes"})
"""Placeholders that differ from person to person; every other one is the same for the whole campaign."""

LETTER: Final = "letter"
"""What tells a question of ours from others that are open at the same number; differs from person to person too."""

PLACEHOLDERS: Final = {
    CampaignKind.NOTICE: OF_PERSON | {"places", "start", "end", "cause", "hotline", "company"},
    CampaignKind.GREETING: OF_PERSON | {"hotline", "company"},
    CampaignKind.SURVEY: OF_PERSON | {"hotline", "company", LETTER},
}
"""What a text of each kind may name in braces."""

OF_MOURNING: Final = frozenset({"remembrance_safety"})
"""Templates for days on which people mourn."""

SALUTATION: Final = {"zh": "尊敬的业主", "en": "Dear resident"}
"""For whoever has not said how they want to be addressed; nobody is called 先生 or 太太 on a guess."""

OPT_OUT_KEY: Final = "9"
"""The hotline's key for a person, by day and by night: they write down who wants no more greetings."""

_FOOTERS = {
    ("zh", True): "拒收请回复R",
    ("en", True): " Reply R to opt out.",
    ("zh", False): "拒收请拨{hotline}按{key}",
    ("en", False): " To opt out call {hotline}, key {key}.",
}
_MINUTE_UP = timedelta(seconds=59, microseconds=999_999)


@dataclass(frozen=True, slots=True)
class Template:
    """Words to start from: kind and class of campaign they belong to, in both languages, with placeholders."""

    key: str
    kind: CampaignKind
    message_class: MessageClass
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The words in `language`; anything but en is zh."""
        return self.en if language == "en" else self.zh


def template(key: str) -> Template:
    """The template of that key. Raises `BadInput` where there is none."""
    found = _templates().get(key)
    if found is None:
        raise BadInput(f"没有名为 {key} 的模板。There is no template called {key}.")
    return found


def templates_of(kind: CampaignKind) -> list[Template]:
    """The templates of one kind, in the order of their file."""
    return [each for each in _templates().values() if each.kind is kind]


def all_templates() -> list[Template]:
    """Every template, in the order of their file."""
    return list(_templates().values())


def of_person(text: str) -> frozenset[str]:
    """The placeholders in `text` that differ from person to person. Raises `BadInput` for odd braces."""
    return OF_PERSON & placeholders(text)


def check_text(
    kind: CampaignKind, message_class: MessageClass, text_zh: str, text_en: str, about: About | None = None
) -> None:
    """Raises `BadInput` for what cannot be sent to many: the language, what is wrong there, and what to do.

    Signature and footer are put round a text later, so neither may stand in it.
    """
    check_pair(kind, message_class)
    texts = zip(LANGUAGES, (text_zh, text_en), strict=True)
    about = about or About(message_class)
    check(one for language, text in texts for one in findings(kind, about, text, language))


def findings(
    kind: CampaignKind, about: About, text: str, language: str, allowed: frozenset[str] | None = None
) -> list[Finding]:
    """Everything about one text, as it was written: what it may hold at all, then what its words are."""
    return [*faults(kind, text, language, allowed), *lint(text, language, about)]


def faults(kind: CampaignKind, text: str, language: str, allowed: frozenset[str] | None = None) -> list[Finding]:
    """Why a text cannot be filled in and sent, whatever its words are; `allowed` are the placeholders it may name."""
    known = PLACEHOLDERS[kind] if allowed is None else allowed
    return [Finding(rule, Severity.ERROR, language, zh, en) for rule, zh, en in _faults(known, text)]


def footer(message_class: MessageClass, language: str, is_two_way: bool, hotline: str) -> str:
    """What stands behind a greeting about refusing the next; empty for classes that must not have it.

    Where a text cannot be answered it names the hotline and its key. English begins with a space.
    """
    if not RULES[message_class].has_footer:
        return ""
    words = _FOOTERS["en" if language == "en" else "zh", is_two_way]
    return words.format(hotline=hotline, key=OPT_OUT_KEY)


def when_words(moment: datetime, language: str, at: datetime, zone: str) -> str:
    """A moment as a notice of `at` names it: `今日18:00`, `18:00 today`; on another day `11月26日9:00` and
    `9:00 on 26 November`, which is still right for whoever reads it the next morning.

    Seconds of what is to come count as a minute, of what has been as none: nothing happened a minute from now.
    Midnight belongs to the day that it ends.
    """
    there = (moment + _MINUTE_UP if moment > at else moment).astimezone(ZoneInfo(zone))
    is_midnight = there.hour == there.minute == 0
    day = there.date() - timedelta(days=int(is_midnight))
    is_today = day == at.astimezone(ZoneInfo(zone)).date()
    clock = "24:00" if is_midnight else f"{there.hour}:{there.minute:02d}"
    if language != "en":
        return f"{'今日' if is_today else f'{day.month}月{day.day}日'}{clock}"
    if is_midnight:
        return f"midnight {'tonight' if is_today else f'at the end of {day_en(day)}'}"
    return f"{clock} {'today' if is_today else f'on {day_en(day)}'}"


def _faults(allowed: frozenset[str], text: str) -> Iterator[tuple[str, str, str]]:
    """The rule, and what is wrong in both languages."""
    if not text.strip():
        yield "empty", "没有文字，请写好两种语言", "there is no text; write it in both languages"
    if len(text) > LONGEST:
        yield (
            "too_long", f"共 {len(text)} 个字，最多 {LONGEST} 个，请缩短",
            f"{len(text)} characters, {LONGEST} at most; shorten it",
        )  # fmt: skip
    try:
        unknown = sorted(placeholders(text) - allowed)
    except WordingError as error:
        zh, _, en = error.message.partition(" / ")
        yield "placeholder", zh, en
    else:
        if unknown:
            names, known = _braced(unknown), _braced(sorted(allowed))
            yield (
                "placeholder", f"不认识 {names}，可用的有 {known}", f"unknown placeholder {names}; you may use {known}"
            )  # fmt: skip


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


@cache
def _templates() -> dict[str, Template]:
    read = yamls.read(TEMPLATES.read_text(encoding="utf-8"))
    return {
        key: Template(key, CampaignKind(words["kind"]), MessageClass(words["class"]), words["zh"], words["en"])
        for key, words in read.items()
    }
