"""Which changes of a ticket its owner is told, and what there is to tell of several at once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from base.rulefile import read_list, text_of
from tickets.lifecycle import Kind, Level, Status

RULES: Final = Path(__file__).with_name("changes.yaml")
GATHER_S: Final = 120
MOST_GATHER_S: Final = 3600


class Change(StrEnum):
    """What an owner may be told: somebody has it, it waits, another desk has it, it goes on after all, or as part of
    another; of a complaint, that another department has it than the one that was asked first."""

    TAKEN = "taken"
    WAITS = "waits"
    MOVED = "moved"
    REOPENED = "reopened"
    MERGED = "merged"
    DEPARTMENT = "department"


IS_NEWS: Final[Mapping[str, Change]] = {
    "acknowledged": Change.TAKEN, "assigned": Change.TAKEN, "waiting": Change.WAITS, "moved": Change.MOVED,
    "reopened": Change.REOPENED, "department": Change.DEPARTMENT,
}  # fmt: skip
"""What of a timeline may be told, as what. What is merged has no timeline that goes on: it is told at once."""
_WHOSE: Final = frozenset({"acknowledged", "assigned", "arrived", "moved", "reopened", "refused", "department"})
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {"kind": frozenset(Kind), "level": frozenset(Level)}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a timeline, by its type; `moved`: referred to another desk, `refused`: reopened by its owner,
    `department`: another department said that it is theirs."""

    id: int
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """What is told of some tickets; an empty kind or level fits any."""

    kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    tell: frozenset[Change] = frozenset()
    gather_s: float = GATHER_S

    def fits(self, kind: Kind, level: Level) -> bool:
        """Whether it is about such tickets."""
        return (not self.kind or kind.value in self.kind) and (not self.level or level.value in self.level)


def rule_for(kind: Kind, level: Level, rules: Sequence[Rule] | None = None) -> Rule:
    """The first rule that fits; the last one fits everything."""
    return next(rule for rule in rules or rules_of_the_house() if rule.fits(kind, level))


def told_from(news: Sequence[Happened], gather_s: float) -> datetime:
    """When what happened (in order, something did) is told: those that happened within so many seconds as one."""
    gather = timedelta(seconds=gather_s)
    first_at = next(one.at for one in news if one.at >= news[-1].at - gather)
    return first_at + gather


def to_tell(
    status: Status, happened: Sequence[Happened], tells: frozenset[Change], *, has_it: bool = True
) -> Change | None:  # fmt: skip
    """What there is to tell of events that were not told yet, as the ticket stands now; None: nothing.

    It waits, or somebody has it; of whom nothing is said once they are there, and `has_it` False: nobody any more.
    Where nobody has taken it yet: that it is at another desk, or was not done after all. Of a department that has it
    now, and somebody there, both as one.
    """
    types = [one.type for one in happened]
    if status is Status.WAITING and "waiting" in types:
        change: Change | None = Change.WAITS
    else:
        change = IS_NEWS.get(_last(types))
        if change is Change.TAKEN and "department" in types and Change.DEPARTMENT in tells:
            change = Change.DEPARTMENT
        fits = status is Status.OPEN if change in {Change.MOVED, Change.REOPENED} else has_it
        change = change if fits and status is not Status.WAITING else None
    return change if change in tells else None


def read_rules(text: str, name: str = RULES.name) -> list[Rule]:
    """The rules of a file. Raises `SettingsError`, which says in which line it is wrong and how to write it."""
    written = read_list(text, name)
    rules = []
    for each in written:
        each.only({*_ALLOWED, "tell", "gather"})
        words = {key: each.words(key, allowed) for key, allowed in _ALLOWED.items()}
        tell = frozenset(Change(word) for word in each.words("tell", frozenset(Change), may_be_empty=True))
        rules.append(Rule(**words, tell=tell, gather_s=each.number("gather", 0, MOST_GATHER_S, unsaid=GATHER_S)))
    if rules[-1].kind or rules[-1].level:
        raise written[-1].wrong("", "最后一条要适用于所有工单", "the last rule must fit every ticket")
    return rules


@cache
def rules_of_the_house(own: str = "") -> list[Rule]:
    """The rules of the file `own`, or of the release where it is empty. Raises as `read_rules` does."""
    return read_rules(text_of(own, RULES), own or RULES.name)


def _last(types: Sequence[str]) -> str:
    """The newest that says who has it, that they are there, or that somebody has to take it again."""
    return next((word for word in reversed(types) if word in _WHOSE), "")
