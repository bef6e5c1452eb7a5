"""How finished work was found: what became of each question, months, and what the counts say. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from outreach.surveys import SATISFIED, WORDS, SurveyState, is_low

MONTHS = 12
"""As many months one look covers, at most."""


class Fate(StrEnum):
    """What became of the question about one result.

    `handed_over`: they wanted a supervisor instead; `waiting`: it has been put; `to_come`: it will be;
    `withdrawn`: the result it was about does not hold any more.
    """

    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    UNANSWERED = "unanswered"
    WAITING = "waiting"
    TO_COME = "to_come"
    NOT_ASKED = "not_asked"
    WITHDRAWN = "withdrawn"


ASKED = frozenset({Fate.ANSWERED, Fate.HANDED_OVER, Fate.UNANSWERED, Fate.WAITING})
"""Whoever was really asked; a question that was taken back counts as none."""
SCORES = tuple(sorted(WORDS, reverse=True))


def fate_of(state: SurveyState, *, was_asked: bool) -> Fate:
    """What became of a question; one that was refused before it could be put was never asked."""
    if state in {SurveyState.PLANNED, SurveyState.OPEN}:
        return Fate.WAITING if was_asked else Fate.TO_COME
    if state is SurveyState.UNANSWERED and not was_asked:
        return Fate.NOT_ASKED
    return Fate(state.value)


@dataclass(slots=True)
class Tally:
    """Questions counted: by what became of them, by score, and why nobody was asked or answered.

    Scores from `satisfied_from` up count as satisfied.
    """

    fates: Counter[Fate] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    reasons: Counter[tuple[Fate, str]] = field(default_factory=Counter)
    satisfied_from: int = SATISFIED

    def add(self, fate: Fate, n: int, *, score: int | None = None, reason: str = "") -> None:
        """Count `n` questions of one sort."""
        self.fates[fate] += n
        if score is not None:
            self.scores[score] += n
        if fate in {Fate.UNANSWERED, Fate.NOT_ASKED}:
            self.reasons[fate, reason] += n

    @property
    def all(self) -> int:
        """Results, whether or not anybody was asked."""
        return self.fates.total()

    @property
    def asked(self) -> int:
        """Who was really asked."""
        return sum(self.fates[fate] for fate in ASKED)

    @property
    def answered(self) -> int:
        """Who gave a score."""
        return self.fates[Fate.ANSWERED]

    @property
    def satisfied(self) -> int:
        """Whose score counts as satisfied."""
        return sum(n for score, n in self.scores.items() if score >= self.satisfied_from)

    @property
    def low(self) -> int:
        """Who said that it is not."""
        return sum(n for score, n in self.scores.items() if is_low(score))

    @property
    def rate(self) -> int | None:
        """Answered of asked, in whole per cent; None where nobody was asked."""
        return _percent(self.answered, self.asked)

    @property
    def satisfaction(self) -> int | None:
        """Satisfied of answered, in whole per cent; None where nobody answered."""
        return _percent(self.satisfied, self.answered)

    def share(self, score: int) -> int:
        """How many of those who answered gave this score, in whole per cent."""
        return _percent(self.scores[score], self.answered) or 0


def month_of(text: str) -> date | None:
    """The first day of `2026-11`; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def months_until(last: date, first: date | None = None) -> tuple[date, ...]:
    """The months from `first` (as many as may be without it) to `last`, by their first days."""
    found = [last.replace(day=1)]
    while len(found) < MONTHS and found[-1].year > 1 and (first is None or found[-1] > first):
        found.append(_before(found[-1]))
    return tuple(reversed(found))


def begins_at(month: date, zone: str) -> datetime:
    """The moment a month begins on the wall clock of `zone`."""
    return datetime.combine(month, time(0), ZoneInfo(zone))


def after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
