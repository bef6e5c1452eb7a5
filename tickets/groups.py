"""Several calls that may be one trouble: which sorts are counted together, when they are enough, what it is. Pure.

Same building, same sort, within half an hour: what duty desks join to one trouble by hand, so that its people are
woken once and its callers are answered together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.lifecycle import MOVING, IncidentKind, Level, Status
from tickets.triage import CATEGORIES, wakes


class ProposalState(StrEnum):
    """What became of the question whether several calls are one trouble; lapsed: all of them ended before."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"


GROUPED: Mapping[str, tuple[IncidentKind, ...]] = {
    "lift_trapped": (IncidentKind.LIFT,),
    "lift": (IncidentKind.LIFT,),
    "fire": (IncidentKind.FIRE,),
    "gas_leak": (IncidentKind.GAS,),
    "burst_pipe": (IncidentKind.WATER,),
    "no_power": (IncidentKind.POWER,),
    "no_water": (IncidentKind.WATER,),
    "water_power": (IncidentKind.OTHER, IncidentKind.POWER, IncidentKind.WATER),
    "sewage": (IncidentKind.OTHER,),
    "gate": (IncidentKind.OTHER,),
    "access": (IncidentKind.OTHER,),
    "blockage": (IncidentKind.OTHER,),
    "false_alarm": (IncidentKind.OTHER,),
    "facade": (IncidentKind.OTHER,),
    "fallen_tree": (IncidentKind.OTHER,),
    "thrown_objects": (IncidentKind.OTHER,),
    "other_emergency": (IncidentKind.OTHER,),
    "emergency": (IncidentKind.OTHER,),
}
"""The sorts that a building can have in common, with what they would be as an incident; the first if nobody said more.

Not “other repairs”: three of those are three matters.
"""

_SAYS_NOTHING = frozenset({"other_emergency", "emergency"})
TWO_HOMES = frozenset(sort for sort in GROUPED if wakes(CATEGORIES[sort].level)) - _SAYS_NOTHING
"""Of what wakes somebody by itself a second home is enough: they would be woken once more for the same. Where life is
in danger every call wakes one all the same; the desk is asked whether it is one fire. Not what may be anything.
"""
_ENOUGH_OF_THESE = 2

OUTAGES = frozenset({"no_water", "no_power"})
"""What is one trouble for as long as it lasts, however late the next home calls. A second burst pipe hours after the
first is another.
"""
UNDECIDED_LASTS = timedelta(hours=4)
"""For so long after it was found an outage about which nobody decides takes in whoever calls: twice the two hours in
which a P1 is to be under control. Whoever calls later wakes somebody: it may be another, and this one forgotten.
"""
_AT_WORK = MOVING - {Status.WAITING}

_SAID: Mapping[IncidentKind, tuple[str, ...]] = {
    IncidentKind.POWER: ("电", "power", "electric"),
    IncidentKind.WATER: ("水", "water"),
}


_OF_A_KIND = {"no_water": "water_power", "no_power": "water_power"}
ALIKE = frozenset(pair for one, other in _OF_A_KIND.items() for pair in ((one, other), (other, one)))
"""Sorts that may stand in one group, if somebody has reason to put them there: “other trouble with water” is what a
home is entered under that says after an all-clear that there is none.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One ticket as it is counted; `wakes`: its own level wakes somebody at any hour."""

    ticket_id: int
    home_id: int
    opened_at: datetime
    wakes: bool = False


def group_of(category: str, calls: Iterable[Call], *, usual: int, within: timedelta) -> tuple[Call, ...]:
    """The calls of a building that are one group, oldest first, where `usual` homes make one of most sorts."""
    told = tuple(calls)
    whole = enough(told, needed=usual, within=within)
    if whole or category not in TWO_HOMES:
        return whole
    return enough([call for call in told if call.wakes], needed=homes_needed(category, usual), within=within)


def sorts_like(category: str, kind: IncidentKind) -> frozenset[str]:
    """This sort, and those that may be about the same trouble of this kind by another name."""
    return frozenset({category} | {other for one, other in ALIKE if one == category and kind in GROUPED[other]})


def leader_of(group: Sequence[Call]) -> Call:
    """Whose ladder is climbed for all: the first that wakes somebody by itself, else the first."""
    return next((call for call in group if call.wakes), group[0])


def homes_needed(category: str, usual: int) -> int:
    """How many homes of one building make a group of this sort, where `usual` are needed of any other."""
    return min(usual, _ENOUGH_OF_THESE) if category in TWO_HOMES else usual


def enough(calls: Iterable[Call], *, needed: int, within: timedelta) -> tuple[Call, ...]:
    """The calls that are one group, oldest first: `needed` different homes of one building called within that time.

    Empty where there is no such time among these calls, all of one building and sort. The newest counts, with
    whatever came after it.
    """
    told = sorted(calls, key=lambda call: (call.opened_at, call.ticket_id))
    for last in reversed(told):
        since_at = last.opened_at - within
        if len({call.home_id for call in told if since_at <= call.opened_at <= last.opened_at}) >= needed:
            return tuple(call for call in told if call.opened_at >= since_at)
    return ()


def goes_on(last_call_at: datetime | None, *, within: timedelta, at: datetime) -> bool:
    """Whether a call at `at` still belongs to a group whose last call came at `last_call_at`."""
    return last_call_at is not None and at - last_call_at <= within


def lasts(category: str, *, is_decided: bool, leader: Status | None, found_at: datetime, at: datetime) -> bool:
    """Whether a group takes in calls however late they come: an outage whose incident is open, or which waits to be
    decided while its first ticket, at `leader`, is worked on and it was found not long ago.
    """
    is_fresh = leader in _AT_WORK and at - found_at <= UNDECIDED_LASTS
    return category in OUTAGES and (is_decided or is_fresh)


def may_be_held(level: Level) -> bool:
    """Whether a ticket of a group may leave waking people to the first of them; never where life is in danger."""
    return level is not Level.P0


def kind_of(category: str, said: Iterable[str]) -> IncidentKind:
    """What a group of this sort most likely is, by the words that came in with its calls."""
    kinds = GROUPED.get(category, (IncidentKind.OTHER,))
    texts = [text.lower() for text in said]
    heard = {kind: sum(any(word in text for word in words) for text in texts) for kind, words in _SAID.items()}
    likely = max((kind for kind in kinds if heard.get(kind)), key=lambda kind: heard[kind], default=None)
    return likely or kinds[0]


def is_known(category: str, lasting: Iterable[IncidentKind]) -> bool:
    """Whether one of the troubles that last in a building may be what these calls are about."""
    return any(kind in GROUPED.get(category, ()) and kind is not IncidentKind.OTHER for kind in lasting)
