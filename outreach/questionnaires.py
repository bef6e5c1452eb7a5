"""What households are asked in a wave: questions, their scales and keys, and which follows which answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from outreach.surveys import MAPPINGS, ONE_IS_BEST, WORDS, is_low

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
    """Questions in the order they are put, with a title and the words before the first.

    `version` counts those that the house has made in the browser; one of the file has none.
    """

    key: str
    title: Words
    opening: Words
    questions: tuple[Question, ...]
    version: int = 0

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
            "key": self.key, "version": self.version, "title": list(self.title), "opening": list(self.opening),
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
            kept.get("version", 0),
        )  # fmt: skip


def _pair(words: list[str]) -> Words:
    return words[0], words[1]
