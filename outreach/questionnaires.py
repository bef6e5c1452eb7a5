"""What households are asked in a wave: questions, their scales and keys, and which follows which answer. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from base.errors import BadInput, SettingsError
from outreach.surveys import MAPPINGS, ONE_IS_BEST, WORDS, is_low
from tickets.triage import CATEGORIES

FILE: Final = Path(__file__).with_name("questionnaires.yaml")
END: Final = "end"
LOW, DEFAULT = "low", "default"
SKIP: Final = "0"
"""The key that passes a question for words over."""
MOST_QUESTIONS: Final = 9
_YES_NO: Final = {"1": ("是", "yes"), "2": ("否", "no")}
_YES_NO_SCORES: Final = {"1": 5, "2": 1}


class Scale(StrEnum):
    """How a question is answered. Its word is also the name of the mapping kept beside an answer, but of satisfaction,
    which is answered as the question about a ticket is.
    """

    SATISFACTION = "satisfaction"
    YES_NO = "yes_no"
    CHOICE = "choice"
    COMMENT = "comment"


Words = tuple[str, str]
"""The same in Chinese and English."""


def in_language(words: Words, language: str) -> str:
    """The half of `language`; anything but en is zh."""
    return words[language == "en"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its words, the words beside each key, and which question follows which answer."""

    key: str
    ask: Words
    scale: Scale
    choices: Mapping[str, Words] = field(default_factory=dict)
    next: Mapping[str, str] = field(default_factory=dict)
    category: str = ""

    @property
    def keys(self) -> Mapping[str, Words]:
        """What can be pressed, and what it means; nothing for one that is answered in words."""
        if self.scale is Scale.SATISFACTION:
            return {key: WORDS[score] for key, score in MAPPINGS[ONE_IS_BEST].items()}
        return {Scale.YES_NO: _YES_NO, Scale.CHOICE: self.choices, Scale.COMMENT: {}}[self.scale]

    @property
    def mapping(self) -> str:
        """By which name the meaning of its keys is kept."""
        return ONE_IS_BEST if self.scale is Scale.SATISFACTION else self.scale.value

    def score(self, key: str) -> int | None:
        """What a key is worth, 5 best; None where keys only tell one thing from another."""
        if self.scale is Scale.SATISFACTION:
            return MAPPINGS[ONE_IS_BEST].get(key)
        return _YES_NO_SCORES.get(key) if self.scale is Scale.YES_NO else None

    def is_low(self, key: str) -> bool:
        """Whether somebody has to call about this answer."""
        score = self.score(key)
        return self.scale is Scale.SATISFACTION and score is not None and is_low(score)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Questions in the order they are put, with a title and the words before the first."""

    key: str
    title: Words
    opening: Words
    questions: tuple[Question, ...]

    @property
    def first(self) -> Question:
        """Where it begins."""
        return self.questions[0]

    def question(self, key: str) -> Question | None:
        """The question of that key; None where there is none."""
        return next((one for one in self.questions if one.key == key), None)

    def after(self, question: Question, key: str) -> Question | None:
        """What follows the answer `key`; None: that was the last."""
        named = question.next.get(key) or (question.next.get(LOW) if question.is_low(key) else None)
        named = named or question.next.get(DEFAULT)
        if named is not None:
            return self.question(named)
        place = self.questions.index(question) + 1
        return self.questions[place] if place < len(self.questions) else None

    def kept(self) -> dict[str, Any]:
        """What is written down with a wave: a later edit of the file changes nothing that is under way."""
        return {
            "key": self.key, "title": list(self.title), "opening": list(self.opening),
            "questions": [
                {
                    "key": one.key, "ask": list(one.ask), "scale": one.scale.value, "next": dict(one.next),
                    "choices": {key: list(words) for key, words in one.choices.items()}, "category": one.category,
                }
                for one in self.questions
            ],
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Questionnaire":
        """The same again, from what was written down."""
        return cls(
            kept["key"], _pair(kept["title"]), _pair(kept["opening"]),
            tuple(
                Question(
                    one["key"], _pair(one["ask"]), Scale(one["scale"]),
                    {key: _pair(words) for key, words in one["choices"].items()}, one["next"], one["category"],
                )
                for one in kept["questions"]
            ),
        )  # fmt: skip


def questionnaire(key: str) -> Questionnaire:
    """The questionnaire of the house with that key. Raises `BadInput` that names those there are."""
    found = questionnaires().get(key)
    if found is None:
        known = ", ".join(questionnaires())
        raise BadInput(f"没有名为“{key}”的问卷，可用：{known}。There is no questionnaire {key!r}; known: {known}.")
    return found


@cache
def questionnaires() -> dict[str, Questionnaire]:
    """Those of this installation's file, in its order."""
    return read_questionnaires(FILE.read_text(encoding="utf-8"))


def read_questionnaires(text: str) -> dict[str, Questionnaire]:
    """The questionnaires of a file. Raises `SettingsError` that says what is wrong where, and how to write it."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _wrong("", f"YAML 写法不对：{error}", f"this is no YAML: {error}") from None
    if not isinstance(found, Mapping) or not found:
        raise _wrong("", "要写成 名称: 问卷", "write the file as key: questionnaire")
    return {str(key): _questionnaire(str(key), written) for key, written in found.items()}


def _questionnaire(key: str, written: Any) -> Questionnaire:
    _check_names(key, written, {"title", "opening", "questions"})
    listed = written.get("questions")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_QUESTIONS:
        raise _wrong(key, f"questions 要有 1 到 {MOST_QUESTIONS} 个", f"questions: 1 to {MOST_QUESTIONS} of them")
    made = Questionnaire(
        key, _words(f"{key}.title", written.get("title")), _words(f"{key}.opening", written.get("opening")),
        tuple(_question(f"{key}.{place}", one) for place, one in enumerate(listed, 1)),
    )  # fmt: skip
    _check_ways(made)
    return made


def _question(place: str, written: Any) -> Question:
    _check_names(place, written, {"key", "scale", "ask", "choices", "next", "category"})
    key, scale = str(written.get("key", "")), written.get("scale")
    if not key.isidentifier() or key == END:
        raise _wrong(place, "key 要是一个英文名字", "key must be a plain name")
    if scale not in set(Scale):
        raise _wrong(place, f"scale 要是 {'、'.join(Scale)} 之一", f"scale must be one of {', '.join(Scale)}")
    choices = {str(each): _words(f"{place}.{each}", words) for each, words in (written.get("choices") or {}).items()}
    if (scale == Scale.CHOICE) != (len(choices) > 1) or not set(choices) <= set("123456789"):
        raise _wrong(
            place, "choice 要有两个以上选项，按键 1 到 9；别的 scale 没有选项",
            "a choice has two or more choices with keys 1 to 9, another scale has none",
        )  # fmt: skip
    category = str(written.get("category", ""))
    if category not in CATEGORIES if scale == Scale.SATISFACTION else category:
        raise _wrong(
            place, "satisfaction 要写工单类别 category，别的不写",
            "satisfaction names the category of a ticket, another scale none",
        )  # fmt: skip
    follows = {str(on): str(to) for on, to in (written.get("next") or {}).items()}
    made = Question(key, _words(f"{place}.ask", written.get("ask")), Scale(scale), choices, follows, category)
    known = {*made.keys, DEFAULT, *([LOW] if made.scale is Scale.SATISFACTION else [])}
    if strange := sorted(set(follows) - known):
        raise _wrong(place, f"next 里没有“{strange[0]}”这个答案", f"next: {strange[0]!r} is no answer to it")
    return made


def _check_ways(made: Questionnaire) -> None:
    """Every question is reached, and only forward: then it ends, whatever is answered."""
    places = {one.key: place for place, one in enumerate(made.questions)}
    if len(places) < len(made.questions):
        raise _wrong(made.key, "问题的 key 不能重复", "two questions have the same key")
    if made.first.scale is Scale.COMMENT:
        raise _wrong(made.key, "第一个问题要有按键，不能是 comment", "the first question needs keys, not a comment")
    reached = {made.first.key}
    for place, one in enumerate(made.questions):
        if one.key not in reached:
            raise _wrong(f"{made.key}.{one.key}", "没有一条路到这个问题", "no way leads to this question")
        for to in one.next.values():
            if to != END and to not in places:
                raise _wrong(f"{made.key}.{one.key}", f"没有问题“{to}”", f"there is no question {to!r}")
            if to != END and places[to] <= place:
                raise _wrong(f"{made.key}.{one.key}", f"不能回到“{to}”", f"it must not go back to {to!r}")
        reached |= set(_leads(made, one))


def _leads(made: Questionnaire, one: Question) -> Iterator[str]:
    for key in one.keys or (SKIP,):
        follows = made.after(one, key)
        if follows is not None:
            yield follows.key


def _check_names(place: str, written: Any, known: set[str]) -> None:
    if not isinstance(written, Mapping):
        raise _wrong(place, "要写成 名称: 值", "write it as name: value")
    if strange := sorted(str(name) for name in set(written) - known):
        names = ", ".join(sorted(known))
        raise _wrong(place, f"没有“{strange[0]}”这一项", f"there is no {strange[0]!r}; known: {names}")


def _words(place: str, written: Any) -> Words:
    if not isinstance(written, Mapping) or set(written) != {"zh", "en"} or not all(written.values()):
        raise _wrong(place, "要有 zh 和 en 两种文字", "give its words in zh and en")
    return str(written["zh"]), str(written["en"])


def _pair(words: list[str]) -> Words:
    return words[0], words[1]


def _wrong(place: str, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{FILE.name} {place}：{zh}。{FILE.name} {place}: {en}.")
