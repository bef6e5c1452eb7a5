"""The line of those who wait for a person: who comes before whom, who is whose to ring, how long it may take. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from math import ceil

from hotline.menuwords import LINE
from tickets.lifecycle import Level

SEEN_WITHIN = timedelta(seconds=90)
"""Whoever waits is heard of each round; who has not been for so long has hung up, and its end did not reach us."""
USUAL_TALK_S = 180.0
"""How long a talk is taken to last while too few are known (call centres of estates speak for about three minutes)."""
FEWEST_TALKS = 3
LONGEST_MINUTES = 30
"""Nobody is told a longer wait than this: whoever hears it should have themselves called back."""


class Rank(IntEnum):
    """Who goes before whom, whenever they came."""

    URGENT = 0
    CARE = 1
    USUAL = 2


class LeftHow(StrEnum):
    """How somebody left the line: they spoke with a person, chose a call or a message instead, hung up, or waited so

    long that they were asked for a message.
    """

    SPOKEN = "spoken"
    CALL = "call"
    MESSAGE = "message"
    HUNG_UP = "hung_up"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class InLine:
    """One who waits since `since_at`. `wants`: the people who could speak with them, first to ring first."""

    call_id: int
    rank: Rank
    since_at: datetime
    wants: tuple[int, ...]

    @property
    def turn(self) -> tuple[int, datetime, int]:
        """First come, first served, within the rank."""
        return (self.rank, self.since_at, self.call_id)


def question_of(turn: int, *, was_rung: bool, is_wrong: bool) -> str:
    """Which question of the line comes at the `turn`-th time somebody is spoken to there, from 1.

    Each is short: between two of them it is looked whether somebody has come free. Who was rung for in vain hears
    their place, who pressed a key that means nothing the choices.
    """
    place, choices, _ = LINE
    if is_wrong:
        return choices
    return place if was_rung else LINE[(turn - 1) % len(LINE)]


def has_waited_long(turn: int, rounds: int) -> bool:
    """Whether all `rounds` of the questions are over at the `turn`-th time."""
    return turn > rounds * len(LINE)


def rank_of(level: Level, *, needs_care: bool) -> Rank:
    """Where somebody stands: what wakes people before those whom we take special care of, and those before the rest."""
    if level in {Level.P0, Level.P1}:
        return Rank.URGENT
    return Rank.CARE if needs_care else Rank.USUAL


def promised(line: Iterable[InLine], me: InLine, engaged: Collection[int]) -> set[int]:
    """Of the people who are free, those that others ahead of `me` will have: one for each, whom they want first."""
    given: set[int] = set()
    for other in sorted(line, key=lambda one: one.turn):
        if other.turn >= me.turn:
            break
        free = (wanted for wanted in other.wants if wanted not in given and wanted not in engaged)
        given |= {first for first in [next(free, None)] if first is not None}
    return given


def place_of(line: Iterable[InLine], me: InLine) -> int:
    """From 1: how many are ahead who want some of the same people, and oneself."""
    return 1 + sum(other.turn < me.turn and not set(other.wants).isdisjoint(me.wants) for other in line)


def minutes_to_wait(place: int, people: int, talks_s: Sequence[float]) -> int:
    """About how long until somebody is free for whoever stands at `place`, in whole minutes, at least one.

    People who are all talking become free one every (talk / people) on average; `talks_s` are the lengths of the
    latest talks.
    """
    talk_s = sum(talks_s) / len(talks_s) if len(talks_s) >= FEWEST_TALKS else USUAL_TALK_S
    return min(max(ceil(place * talk_s / max(people, 1) / 60), 1), LONGEST_MINUTES)
