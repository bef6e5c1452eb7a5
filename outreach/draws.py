"""Which households a wave asks: a share of them, drawn by a hash; one number a household, nobody a third time. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Final

from messages.lifecycle import MessageClass, Way
from outreach.audience import Audience, Candidate, Left, Line, Reason, Recipient, choose
from telephony.numbers import NumberKind

MOST_A_YEAR: Final = 2
"""Waves in which a household, or a number, is asked within a year."""
YEAR: Final = timedelta(days=365)
ROLES: Final = ("owner", "co_owner", "family", "tenant", "keeper")
"""Who speaks for a household, the first of them it has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often homes and numbers were asked in other waves of the year before."""

    homes: Mapping[int, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A household that is asked, and who speaks for it."""

    home_id: int
    person_id: int


@dataclass(slots=True)
class Draw:
    """Whom a wave goes to and why not to the others, and by number the household that is asked there."""

    audience: Audience = field(default_factory=Audience)
    drawn: dict[str, Drawn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Speaker:
    candidate: Candidate
    line: Line
    rank: int


def draw(
    candidates: Iterable[Candidate], wishes: Mapping[str, bool], asked: Asked, *, share: float, occasion: str
) -> Draw:
    """Draw `share` of the households for one occasion (`2026-11`).

    1. Of each person the number to use; who has none, or refused, is left out.
    2. Households asked twice within the year are left out, and so are numbers.
    3. Those not asked for a year come first, then those asked once; within each a hash of household and occasion
       decides, so that nobody can choose whom, and the same wave drawn again is the same.
    4. Each is spoken for by one person; the others of it are left out, and so is whoever was not drawn.
    """
    found, households, all_homes = Draw(), dict[int, list[_Speaker]](), set[int]()
    out: dict[int, tuple[str, Reason]] = {}
    for one in candidates:
        all_homes.update(home for home, _ in one.homes)
        if one.is_excluded:
            out[one.person_id] = ("", Reason.EXCLUDED)
        elif not isinstance(line := choose(one.lines, MessageClass.SURVEY, wishes, may_ring=True), Line):
            out[one.person_id] = line
        elif asked.numbers.get(line.number, 0) >= MOST_A_YEAR:
            out[one.person_id] = (line.number, Reason.ASKED_TWICE)
        else:
            out[one.person_id] = (line.number, Reason.NOT_DRAWN)
            for place, (home, _) in enumerate(one.homes):
                role = one.roles[place] if place < len(one.roles) else ROLES[0]
                households.setdefault(home, []).append(_Speaker(one, line, ROLES.index(role)))
    most = wanted(share, len(all_homes))
    for home in sorted(households, key=lambda home: (asked.homes.get(home, 0), _lot(home, occasion))):
        if asked.homes.get(home, 0) >= MOST_A_YEAR:
            for speaker in households[home]:
                if speaker.candidate.person_id in out:  # whoever is not is asked, for another home of theirs
                    out[speaker.candidate.person_id] = (speaker.line.number, Reason.ASKED_TWICE)
        elif len(found.drawn) < most:
            _speak_for(found, home, households[home], out)
    found.audience.left_out = [Left(person, number, why) for person, (number, why) in out.items()]
    return found


def wanted(share: float, homes: int) -> int:
    """How many of so many households a share of them is."""
    return ceil(share * homes)


def _speak_for(found: Draw, home: int, speakers: list[_Speaker], out: dict[int, tuple[str, Reason]]) -> None:
    for one in speakers:
        if out.get(one.candidate.person_id, ("", None))[1] is Reason.NOT_DRAWN:
            out[one.candidate.person_id] = (one.line.number, Reason.ONE_A_HOME)
    free = [one for one in speakers if one.line.number not in found.drawn]
    if not free:
        return
    first = min(free, key=lambda one: (one.rank, one.candidate.person_id))
    who, number = first.candidate, first.line.number
    out.pop(who.person_id, None)
    found.drawn[number] = Drawn(home, who.person_id)
    way = Way.CALL if first.line.kind == NumberKind.LANDLINE else Way.TEXT
    homes = {id: place for id, place in who.homes if id == home}
    found.audience.recipients[number] = Recipient(number, way, who.language, who.salutation, who.is_demo, 1, homes)


def _lot(home: int, occasion: str) -> bytes:
    return hashlib.sha256(f"{occasion}/{home}".encode()).digest()
