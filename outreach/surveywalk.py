"""A questionnaire walked by pressing keys, nobody being asked: what was heard, and what comes next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from outreach.questionnaires import SKIP, Question, Questionnaire, Scale

PERSON: Final = "0"
"""The key for a person, beside every question that is answered by keys."""
SPEAK: Final = "say"
"""Stands for words after the tone."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A question that was put, and what was pressed on it."""

    question: Question
    pressed: str


@dataclass(frozen=True, slots=True)
class Walk:
    """What was put so far; `question` waits for a key, and where it is None `ends` is the word that is spoken last:
    `thanks`, `thanks_low` where somebody will call about an answer, `to_person`.
    """

    stops: tuple[Stop, ...]
    question: Question | None
    ends: str = ""

    @property
    def offers(self) -> tuple[str, ...]:
        """What can be pressed now."""
        if self.question is None:
            return ()
        return (SPEAK, SKIP) if self.question.scale is Scale.COMMENT else (*self.question.keys, PERSON)


def walk(made: Questionnaire, presses: Sequence[str]) -> Walk:
    """Where these keys lead, by the rule that decides the next question of a call; a key that means nothing ends them.

    A walk is never longer than the questionnaire, though it may be unfinished and lead back.
    """
    stops: list[Stop] = []
    question: Question | None = made.first
    for key in presses[: len(made.questions)]:
        assert question is not None  # the loop ends where nothing follows
        here = Walk(tuple(stops), question)
        if key not in here.offers:
            return here
        stops.append(Stop(question, key))
        if key == PERSON and question.scale is not Scale.COMMENT:
            return Walk(tuple(stops), None, "to_person")
        question = made.after(question, key)
        if question is None:
            break
    if question is not None and len(stops) < len(made.questions):
        return Walk(tuple(stops), question)
    is_low = any(stop.question.is_low(stop.pressed) for stop in stops)
    return Walk(tuple(stops), None, "thanks_low" if is_low else "thanks")
