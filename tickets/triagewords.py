"""Which sort of matter words point to, for a person to say yes or no to, and which mean danger. Pure; they are data.

A house may have a file of its own. What the release calls danger stays danger whatever that says.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from base.han import simplified
from base.rulefile import Tree, read_tree, text_of
from tickets.lifecycle import GRAVITY, Kind, Level
from tickets.triage import CATEGORIES, level_of

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
WAKES_BY_WORDS: Final = frozenset({Level.P0, Level.P1})
"""Levels of what a word of danger may stand for."""
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
    one of `denied` right before a danger takes it back. Of a house's own list `release` is the one that a danger is
    looked for in as well.
    """

    version: date
    words: tuple[Suggestion, ...]
    dangers: tuple[Suggestion, ...] = ()
    harmless: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    release: "WordList | None" = None

    @property
    def every_danger(self) -> tuple[Suggestion, ...]:
        """Those of a house and of the release."""
        return (*self.dangers, *(self.release.dangers if self.release else ()))


def suggest(text: str, words: WordList | None = None) -> Suggestion | None:
    """What the longest known word in a text points to; None where there is none."""
    plain = _plain(text)
    return next((one for one in (words or words_of_the_house()).words if _contains(plain, one.word)), None)


def named(text: str, words: WordList | None = None) -> frozenset[str]:
    """Every sort of matter that a known word of a text points to, whether or not a longer one points elsewhere."""
    plain = _plain(text)
    return frozenset(one.category for one in (words or words_of_the_house()).words if _contains(plain, one.word))


def danger(text: str, words: WordList | None = None) -> Suggestion | None:
    """The gravest danger that a text speaks of; None where it speaks of none. In vain is the lesser evil.

    By a house's own list and by the release's: what the first calls harmless, or knows nothing of, the second may not.
    """
    known = words or words_of_the_house()
    lists = [known.release, known] if known.release else [known]
    found = [one for one in (_danger(text, each) for each in lists) if one is not None]
    return min(found, key=lambda one: GRAVITY.index(level_of(one.kind, one.category)), default=None)


def _danger(text: str, known: WordList) -> Suggestion | None:
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


def read_words(text: str, name: str = WORDS.name, release: WordList | None = None) -> WordList:
    """The words of a file called `name`. Raises `SettingsError` that says what is wrong in which line, and how to
    write it.

    What a house's own file leaves out, of the kinds and of what takes a danger back, is as in the `release`, whose
    words of danger it has besides its own.
    """
    tree = read_tree(text, name)
    own, found = _read(tree), tree.values
    if release is None:
        return own
    kinds, known = {Kind(kind) for kind in found if kind in set(Kind)}, {one.word for one in own.words}
    left_out = (one for one in release.words if one.kind not in kinds and one.word not in known)
    return replace(
        own, words=_by_weight((*own.words, *left_out)), release=release,
        harmless=own.harmless if HARMLESS in found else release.harmless,
        denied=own.denied if DENIED in found else release.denied,
    )  # fmt: skip


def _read(tree: Tree) -> WordList:
    found = tree.values
    if not isinstance(found, Mapping) or not isinstance(found.get("version"), date):
        raise tree.wrong(("version",), "要写成日期，如 2026-11-26", "write a day, as 2026-11-26")
    words: dict[str, Suggestion] = {}
    for kind, categories in found.items():
        if kind in {"version", HARMLESS, DENIED}:
            continue
        if kind not in {*Kind, DANGER} or kind == Kind.EMERGENCY or not isinstance(categories, Mapping):
            raise tree.wrong((str(kind),), "不是可以建议的工单种类", "is no kind that can be suggested")
        for category, languages in categories.items():
            meant = Kind.EMERGENCY if kind == DANGER else Kind(kind)
            for word in _words(tree, (kind, str(category)), category, languages):
                if word in words:
                    raise tree.wrong((kind, category), f"“{word}”写了两次", f"{word!r} is written twice")
                words[word] = Suggestion(meant, category, word)
    dangers = tuple(one for one in words.values() if one.kind is Kind.EMERGENCY)
    others = (one for one in words.values() if one.kind is not Kind.EMERGENCY)
    harmless, denied = (
        tuple(_listed(tree, (part,), found[part])) if part in found else () for part in (HARMLESS, DENIED)
    )
    return WordList(found["version"], _by_weight(others), dangers, harmless, denied)


@cache
def words_of_the_house(own: str = "") -> WordList:
    """The words of the file `own` beside those of the release, or these alone. Raises as `read_words` does."""
    text = text_of(own, WORDS)
    return read_words(text, own, words_of_the_house()) if own else read_words(text)


def _by_weight(words: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(sorted(words, key=lambda one: -_weight(one.word)))


def _words(tree: Tree, where: tuple[str, ...], category: Any, languages: Any) -> list[str]:
    if category not in CATEGORIES:
        raise tree.wrong(where, "没有这个类别", "there is no such category")
    if where[0] == DANGER and CATEGORIES[category].level not in WAKES_BY_WORDS:
        raise tree.wrong(where, "不是紧急的类别", "is no sort of emergency")
    return _listed(tree, where, languages)


def _listed(tree: Tree, where: tuple[str, ...], languages: Any) -> list[str]:
    if not isinstance(languages, Mapping) or set(languages) != set(LANGUAGES):
        raise tree.wrong(where, "要有 zh 和 en 两行", "needs a line zh and a line en")
    for language in LANGUAGES:
        listed = languages[language]
        if not isinstance(listed, list) or not listed or not all(isinstance(w, str) and w.strip() for w in listed):
            raise tree.wrong((*where, language), "要写成词的列表", "must be a list of words")
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
    return " ".join(simplified(unicodedata.normalize("NFKC", text)).lower().replace("’", "'").split())
