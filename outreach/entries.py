"""May we enter an empty home while water runs out of it: whom to ask, in what order, and what they may say. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tickets.lifecycle import Level

LEAKS = frozenset({"burst_pipe", "water_power", "sewage", "blockage"})
"""The sorts of matter in which water may be running where nobody is."""
GRAVE = frozenset({Level.P0, Level.P1})
PERMIT, REFUSE, PERSON = "1", "2", "0"
LOST = "lost"
"""Stands for the last of the wrong keys: somebody is there, and does not come through by key."""
MOST_CALLS = 6
"""So many telephones are rung before somebody of us has to decide."""
CALL_LIVES = timedelta(minutes=3)
"""So long a call may wait to be placed, and whoever wanted a person for one of us."""
LOOK_AGAIN = timedelta(seconds=10)

_ORDER = ("owner", "keeper", "co_owner", "family", "tenant")
"""Who may let us in, from whoever owns it."""


class EntryState(StrEnum):
    """Where the question stands; nobody: it was put to nobody who could be reached."""

    ASKING = "asking"
    PERMITTED = "permitted"
    REFUSED = "refused"
    PERSON = "person"
    NOBODY = "nobody"


UNDECIDED = frozenset({EntryState.ASKING, EntryState.NOBODY, EntryState.PERSON})
"""Nobody has said yet whether we may; wanting to speak with a person says neither."""
ANSWERS = {PERMIT: EntryState.PERMITTED, REFUSE: EntryState.REFUSED, PERSON: EntryState.PERSON, LOST: EntryState.PERSON}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A telephone of somebody who belongs to the home; `place` is their order there, `number_place` that of theirs."""

    person_id: int
    role: str
    place: int
    number: str
    number_place: int
    language: str
    is_demo: bool = False


def may_ask(category: str, level: Level) -> bool:
    """Whether entering may be asked for: a leak that cannot wait."""
    return category in LEAKS and level in GRAVE


def in_order(those: Iterable[Candidate]) -> list[Candidate]:
    """Whom to ring, one after the other: the owner, whoever keeps the keys, then the other contacts; a number once."""
    found: dict[str, Candidate] = {}
    for one in sorted(those, key=lambda one: (one.number_place > 1, _ORDER.index(one.role), one.place, one.person_id)):
        found.setdefault(one.number, one)
    return list(found.values())[:MOST_CALLS]
