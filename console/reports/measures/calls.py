"""How calls were answered, and when they came. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from console.reports.measures.shares import percent

HOURS, WEEKDAYS = range(24), range(7)


class CallFate(StrEnum):
    """What became of a call.

    `spoken`: with one of us; `left_word`: they wanted a person and left a message or asked for a call instead;
    `abandoned`: they hung up while they waited for one; `by_itself`: the menus were enough; `on_the_line`: it lasts.
    """

    SPOKEN = "spoken"
    LEFT_WORD = "left_word"
    ABANDONED = "abandoned"
    BY_ITSELF = "by_itself"
    ON_THE_LINE = "on_the_line"


WANTED = (CallFate.SPOKEN, CallFate.LEFT_WORD, CallFate.ABANDONED)
"""Whoever wanted to speak with a person, and has hung up since."""


@dataclass(slots=True)
class CallCount:
    """Calls counted by what became of them; `waited_s` is what those who spoke with a person waited in all."""

    fates: Counter[CallFate] = field(default_factory=Counter)
    waited_s: float = 0.0

    def add(self, fate: CallFate, n: int, waited_s: float) -> None:
        """Count `n` calls of one sort."""
        self.fates[fate] += n
        if fate is CallFate.SPOKEN:
            self.waited_s += waited_s

    @property
    def all(self) -> int:
        """Every call."""
        return self.fates.total()

    @property
    def wanted(self) -> int:
        """Who wanted a person."""
        return sum(self.fates[fate] for fate in WANTED)

    @property
    def answered(self) -> int | None:
        """Of those, who spoke with one, in per cent."""
        return percent(self.fates[CallFate.SPOKEN], self.wanted)

    @property
    def abandoned(self) -> int | None:
        """Of those, who hung up while they waited, in per cent."""
        return percent(self.fates[CallFate.ABANDONED], self.wanted)

    @property
    def wait_s(self) -> float | None:
        """How long those who spoke with a person waited for it on average, in seconds."""
        spoken = self.fates[CallFate.SPOKEN]
        return self.waited_s / spoken if spoken else None


def by_weekday_and_hour(hours: Mapping[datetime, int], zone: str) -> Counter[tuple[int, int]]:
    """Counts of whole hours (by their aware beginnings) as counts of weekday (Monday is 0) and hour of the day."""
    found: Counter[tuple[int, int]] = Counter()
    for at, n in hours.items():
        there = at.astimezone(ZoneInfo(zone))
        found[there.weekday(), there.hour] += n
    return found


def busiest(counts: Mapping[tuple[int, int], int]) -> tuple[int, int] | None:
    """The weekday and hour at which most came, the earliest of equals; None where nobody called."""
    called = {when: n for when, n in counts.items() if n}
    return min(called, key=lambda when: (-called[when], when), default=None)
