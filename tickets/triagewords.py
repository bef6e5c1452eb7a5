"""Which sort of matter words point to, for a person to say yes or no to, and which mean danger. Pure; they are data."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from base.errors import SettingsError
from tickets.lifecycle import Kind
from tickets.triage import CATEGORIES

WORDS: Final = Path(__file__).with_name("triagewords.yaml")
UNSORTED: Final = (Kind.ENQUIRY, "text")
"""What a text is before anybody has said what it is about."""
LANGUAGES: Final = ("zh", "en")
DANGER: Final = "danger"
"""The part of the list whose words wake people."""
HARMLESS: Final = "harmless"
"""The part with what has a word of danger in it and is none: `消防` things, fire doors, a drill."""
DENIED: Final = "denied"
"""The part with what takes a word of danger back that follows at once: `没有`, `not`."""
GAP: Final = "..."
"""Where a little else may stand within a word, as `…` is read: at most so many signs, in the same sentence."""
_BETWEEN = {True: "[^.!?;]{0,40}?", False: "[^。.!?;]{0,12}?"}
_ENDS_OTHERWISE = re.compile(r"(?:是不是|有没有人?|有无人?|不小心)$")
"""What ends as a denial does and is a question, or an accident."""
_FURTHEST_BACK = 24
"""Signs before a word in which a denial of it stands."""
_KIND, _CATEGORY, _WORD, _DECIDED = "suggested_kind", "suggested_category", "suggested_word", "suggestion"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a text may be about, and the word in it that says so."""

    kind: Kind
    category: str
    word: str

    @property
    def facts(self) -> dict[str, str]:
        """As the timeline of a ticket keeps it."""
        return {_KIND: self.kind.value, _CATEGORY: self.category, _WORD: self.word}


@dataclass(frozen=True, slots=True)
class WordList:
    """The words with what they point to, the longest first; `version` is the day the list was last changed.

    `dangers` are those that mean danger, the gravest first; `harmless` is what is read as if it stood not there, and
    one of `denied` right before a danger takes it back.
    """

    version: date
    words: tuple[Suggestion, ...]
    dangers: tuple[Suggestion, ...] = ()
    harmless: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


def suggest(text: str, words: WordList | None = None) -> Suggestion | None:
    """What the longest known word in a text points to; None where there is none."""
    plain = _plain(text)
    return next((one for one in (words or words_of_the_house()).words if _contains(plain, one.word)), None)


def named(text: str, words: WordList | None = None) -> frozenset[str]:
    """Every sort of matter that a known word of a text points to, whether or not a longer one points elsewhere."""
    plain = _plain(text)
    return frozenset(one.category for one in (words or words_of_the_house()).words if _contains(plain, one.word))


def danger(text: str, words: WordList | None = None) -> Suggestion | None:
    """The gravest danger that a text speaks of; None where it speaks of none. In vain is the lesser evil."""
    known = words or words_of_the_house()
    plain = _any_of(known.harmless).sub("□", _plain(text)) if known.harmless else _plain(text)
    return next((one for one in known.dangers if _is_told(plain, one.word, known.denied)), None)


def decided(*, is_so: bool) -> dict[str, str]:
    """What the timeline keeps of a yes or a no."""
    return {_DECIDED: "accepted" if is_so else "refused"}


def standing(kind: Kind, category: str, told: Iterable[Mapping[str, Any]]) -> Suggestion | None:
    """The suggestion that waits for an answer, from all that the timeline was told, oldest first.

    None where nothing was suggested, somebody answered since, or the ticket is no unsorted text any more.
    """
    found: Suggestion | None = None
    for facts in told:
        if facts.get(_CATEGORY) in CATEGORIES and facts.get(_KIND) in set(Kind):
            found = Suggestion(Kind(facts[_KIND]), facts[_CATEGORY], str(facts.get(_WORD, "")))
        elif facts.get(_DECIDED):
            found = None
    return found if (kind, category) == UNSORTED else None


def read_words(text: str) -> WordList:
    """The words of a file. Raises `SettingsError` that says what is wrong where, and how to write it."""
    found = yaml.safe_load(text)
    if not isinstance(found, Mapping) or not isinstance(found.get("version"), date):
        raise _wrong("version", "要写成日期，如 2026-11-26", "write a day, as 2026-11-26")
    words: dict[str, Suggestion] = {}
    for kind, categories in found.items():
        if kind in {"version", HARMLESS, DENIED}:
            continue
        if kind not in {*Kind, DANGER} or kind == Kind.EMERGENCY or not isinstance(categories, Mapping):
            raise _wrong(kind, "不是可以建议的工单种类", "is no kind that can be suggested")
        for category, languages in categories.items():
            meant = Kind.EMERGENCY if kind == DANGER else Kind(kind)
            for word in _words(f"{kind}.{category}", category, languages):
                if word in words:
                    raise _wrong(f"{kind}.{category}", f"“{word}”写了两次", f"{word!r} is written twice")
                words[word] = Suggestion(meant, category, word)
    dangers = tuple(one for one in words.values() if one.kind is Kind.EMERGENCY)
    others = (one for one in words.values() if one.kind is not Kind.EMERGENCY)
    return WordList(
        found["version"], tuple(sorted(others, key=lambda one: -_weight(one.word))), dangers,
        *(tuple(_listed(part, found[part])) if part in found else () for part in (HARMLESS, DENIED)),
    )  # fmt: skip


@cache
def words_of_the_house() -> WordList:
    """The words of this installation's file."""
    return read_words(WORDS.read_text(encoding="utf-8"))


def _words(where: str, category: str, languages: Any) -> list[str]:
    if category not in CATEGORIES:
        raise _wrong(where, "没有这个类别", "there is no such category")
    return _listed(where, languages)


def _listed(where: str, languages: Any) -> list[str]:
    if not isinstance(languages, Mapping) or set(languages) != set(LANGUAGES):
        raise _wrong(where, "要有 zh 和 en 两行", "needs a line zh and a line en")
    for language in LANGUAGES:
        listed = languages[language]
        if not isinstance(listed, list) or not listed or not all(isinstance(w, str) and w.strip() for w in listed):
            raise _wrong(f"{where}.{language}", "要写成词的列表", "must be a list of words")
    return [_plain(word) for language in LANGUAGES for word in languages[language]]


def _contains(plain: str, word: str) -> bool:
    return bool(_pattern(word).search(plain))


def _is_told(plain: str, word: str, denied: tuple[str, ...]) -> bool:
    """Whether a word stands there and is not taken back right before, wherever else it is."""
    return any(not _is_denied(plain[: found.start()], denied) for found in _pattern(word).finditer(plain))


def _is_denied(before: str, denied: tuple[str, ...]) -> bool:
    before = before[-_FURTHEST_BACK:].rstrip()
    return bool(denied and not _ENDS_OTHERWISE.search(before) and _ending_in(denied).search(before))


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(_expression(word), re.ASCII)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(word) for word in words), re.ASCII)


@cache
def _ending_in(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(_expression(word) for word in words) + ")$", re.ASCII)


def _expression(word: str) -> str:
    """A Chinese word stands anywhere; an English one between two ends of words, joined by spaces or hyphens."""
    parts = [re.escape(part) for part in word.split(GAP)]
    if not word.isascii():
        return _BETWEEN[False].join(parts)
    return _BETWEEN[True].join(rf"\b{part}\b" for part in parts).replace(r"\ ", "[ -]")


def _weight(word: str) -> int:
    """How much a word says: a Chinese sign about as much as three letters."""
    return len(word) if word.isascii() else 3 * len(word)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("’", "'").split())


def _wrong(where: Any, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{WORDS.name} 的 {where}：{zh}。{where} of {WORDS.name}: {en}.")
