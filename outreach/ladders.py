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
    others: list[Candidate] = field(default_factory=list)
    """Whoever else belongs to it: they are no part of the audience, and count all the same once they have heard."""

    @property
    def numbers(self) -> set[str]:
        """All telephone numbers of the home."""
        return {line.number for one in (*self.people, *self.others) for line in one.lines}


def rung_at(index: int, begun_at: datetime, *, endangers_life: bool) -> datetime | None:
    """When a rung is due; None behind the last."""
    return begun_at + timedelta(minutes=_MINUTES[endangers_life][index]) if index < len(RUNGS) else None


def gap(index: int, *, endangers_life: bool) -> timedelta:
    """How long a rung has at least before the next: after a gap they do not all come at once."""
    minutes = (0, *_MINUTES[endangers_life])
    return timedelta(minutes=minutes[index + 1] - minutes[index]) if index < len(RUNGS) else timedelta(0)


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
    told = heard(tried, spoke, endangers_life=endangers_life)
    return [home for home in homes.values() if told.isdisjoint(home.numbers)]


def heard(tried: Iterable[Tried], spoke: Collection[str], *, endangers_life: bool) -> set[str]:
    """The numbers at which it was heard, as far as that is known (see `unheard`)."""
    return set(spoke) | {
        one.number for one in tried if one.is_heard or (not endangers_life and one.state not in NOT_REACHED)
    }


def recipients(rung: Rung, homes: Iterable[Household], tried: Collection[Tried]) -> dict[str, Recipient]:
    """Whom a rung goes to, once a number."""
    by_number: dict[str, list[Tried]] = {}
    for one in tried:
        by_number.setdefault(one.number, []).append(one)
    found: dict[str, Recipient] = {}
    for home in homes:
        for candidate, line, way in _next(rung, home, by_number):
            add(found, candidate, line, way)
    return found


def _next(
    rung: Rung, home: Household, tried: Mapping[str, list[Tried]]
) -> Iterator[tuple[Candidate, Line, Way]]:  # fmt: skip
    if rung is Rung.CALL:
        yield from _call(home, tried)
    elif rung is not Rung.VISIT:
        calls = []
        for one in home.people if rung is Rung.SECOND_NUMBER else home.others:
            untried = [(one, line) for line in one.lines if line.number not in tried]
            if (found := _best(untried, tried)) is None:
                continue
            if _way(found[1]) is Way.TEXT:
                yield *found, Way.TEXT
            else:
                calls.append(found)
        if (found := _best(calls, tried)) is not None:  # one call a home, here too
            yield *found, Way.CALL


def _call(home: Household, tried: Mapping[str, list[Tried]]) -> Iterator[tuple[Candidate, Line, Way]]:
    """One call a home, to the telephone that is likeliest to be answered; none while one rings or was answered."""
    calls = [each for number in home.numbers for each in tried.get(number, ()) if each.way is Way.CALL]
    if any(each.state not in NOT_REACHED for each in calls):
        return
    rung = {each.number for each in calls}
    lines = [(one, line) for one in home.people for line in one.lines if line.number not in rung]
    if (found := _best(lines, tried)) is not None:
        yield *found, Way.CALL


def _best(
    lines: Iterable[tuple[Candidate, Line]], tried: Mapping[str, list[Tried]]
) -> tuple[Candidate, Line] | None:  # fmt: skip
    """The first that a message can reach; what is known to work comes before what has failed or needs a check."""

    def is_doubtful(pair: tuple[Candidate, Line]) -> bool:
        line = pair[1]
        return line.needs_check or any(each.state in NOT_REACHED for each in tried.get(line.number, ()))

    return min((pair for pair in lines if reaches(pair[1])), key=is_doubtful, default=None)


def _way(line: Line) -> Way:
    return Way.TEXT if sms_capable(line.kind) else Way.CALL
