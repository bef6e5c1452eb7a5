"""Who has not heard of an emergency yet, and how they are tried next: the rungs of its ladder, and when. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from messages.lifecycle import MessageState, Way
from outreach.audience import Candidate, Line, Recipient, add, reaches
from telephony.numbers import sms_capable


class Rung(StrEnum):
    """What is tried after the text: another number, a call that asks for a key, another person, somebody's feet."""

    SECOND_NUMBER = "second_number"
    CALL = "call"
    SECOND_CONTACT = "second_contact"
    VISIT = "visit"


RUNGS = tuple(Rung)

_MINUTES = {True: (2, 4, 7, 10), False: (10, 20, 40, 60)}
"""After it was let go, rung by rung: where life is in danger, and otherwise."""

NOT_REACHED = frozenset({
    MessageState.FAILED, MessageState.UNDELIVERED, MessageState.BUSY, MessageState.NO_ANSWER, MessageState.EXPIRED,
    MessageState.SUPPRESSED, MessageState.CANCELLED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """One message about the trouble to one number, and how it fared; `is_heard`: somebody pressed a key."""

    number: str
    way: Way
    state: MessageState
    is_heard: bool


@dataclass(slots=True)
class Household:
    """One home of the audience and whoever of it is in the audience, in the order in which they are reached."""

    home_id: int
    place: str
    people: list[Candidate] = field(default_factory=list)

    @property
    def numbers(self) -> set[str]:
        """All telephone numbers of its people."""
        return {line.number for one in self.people for line in one.lines}


def rung_at(index: int, begun_at: datetime, *, endangers_life: bool) -> datetime | None:
    """When a rung is due; None behind the last."""
    return begun_at + timedelta(minutes=_MINUTES[endangers_life][index]) if index < len(RUNGS) else None


def households(candidates: Iterable[Candidate]) -> dict[int, Household]:
    """The homes of an audience; whoever was taken out of it on purpose is in none."""
    found: dict[int, Household] = {}
    for one in candidates:
        if not one.is_excluded:
            for home_id, place in one.homes:
                found.setdefault(home_id, Household(home_id, place)).people.append(one)
    return found


def unheard(
    homes: Mapping[int, Household], tried: Collection[Tried], spoke: Collection[str], *, endangers_life: bool
) -> list[Household]:
    """The homes nobody of which is known to have heard. `spoke`: numbers that called or texted us since.

    Where life is in danger only a key, a text or a call of theirs is proof: a telephone that took a text may lie in
    a drawer. Of other trouble whatever did not fail counts.
    """
    told = set(spoke) | {
        one.number for one in tried if one.is_heard or (not endangers_life and one.state not in NOT_REACHED)
    }
    return [home for home in homes.values() if told.isdisjoint(home.numbers)]


def recipients(
    rung: Rung, homes: Iterable[Household], tried: Collection[Tried], others: Mapping[int, list[Candidate]]
) -> dict[str, Recipient]:
    """Whom a rung goes to, once a number; `others` are people of these homes who are not in the audience."""
    known = {(one.number, one.way) for one in tried}
    found: dict[str, Recipient] = {}
    for home in homes:
        for one, line, way in _next(rung, home, known, others.get(home.home_id, [])):
            add(found, one, line, way)
    return found


def _next(
    rung: Rung, home: Household, known: Collection[tuple[str, Way]], others: list[Candidate]
) -> Iterator[tuple[Candidate, Line, Way]]:
    texted = {number for number, _ in known}
    if rung is Rung.SECOND_NUMBER:
        for one in home.people:
            line = _first(line for line in one.lines if line.number not in texted)
            if line is not None:
                yield one, line, _way(line)
    elif rung is Rung.CALL:
        if any((number, Way.CALL) in known for number in home.numbers):
            return  # one call a home
        for one in home.people:
            if (line := _first(one.lines)) is not None:
                yield one, line, Way.CALL
                return
    elif rung is Rung.SECOND_CONTACT:
        for one in others:
            line = _first(line for line in one.lines if line.number not in texted)
            if line is not None:
                yield one, line, _way(line)


def _first(lines: Iterable[Line]) -> Line | None:
    """The first that a message can reach, one that is known to work before one that is not."""
    return min((line for line in lines if reaches(line)), key=lambda line: line.needs_check, default=None)


def _way(line: Line) -> Way:
    return Way.TEXT if sms_capable(line.kind) else Way.CALL
