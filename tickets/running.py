"""What happened to a ticket as far as its clocks are concerned, and how long each of them ran by it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tickets.hours import Hours
from tickets.lifecycle import ANOTHER_DESK, WaitReason


class ClockName(StrEnum):
    """What is being waited for."""

    ACK = "ack"
    ARRIVE = "arrive"
    CONTROL = "control"
    FIRST_REPLY = "first_reply"
    FINISH = "finish"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Fact:
    """One event, by the word of its type.

    `reason`: why it is paused, which clock is extended, that its owner wanted it reopened. `until_at`: until when the
    pause was to last, if somebody said; when the extended clock runs out now.
    """

    type: str
    at: datetime
    reason: str = ""
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """From when until when a clock ran without a pause, on the wall; until now where it still runs."""

    from_at: datetime
    until_at: datetime


STAND_FOR: dict[WaitReason, frozenset[ClockName]] = {
    WaitReason.OWNER: frozenset({
        ClockName.ARRIVE, ClockName.CONTROL, ClockName.FIRST_REPLY, ClockName.FINISH, ClockName.CALLBACK,
    }),
    WaitReason.PARTS: frozenset({ClockName.CONTROL, ClockName.FINISH}),
    WaitReason.OTHERS: frozenset({ClockName.CONTROL, ClockName.FINISH}),
}  # fmt: skip
"""Which clocks stand while a ticket waits, by what it waits for; no reason stops the clock of being taken.

Nobody has to come to an owner who is away; to everybody else we come, and answer, while a part is on its way.
"""

STAND_UNDER_INCIDENT = frozenset({ClockName.CONTROL, ClockName.FINISH})
"""Which clocks stand while a ticket is part of a trouble, until the end its owners were promised for that.

Somebody has to take it and come all the same.
"""
REFUSED = "refused"
"""The reason of a reopening that an owner wanted."""
ENDED = {"resolved", "closed", "cancelled", "merged"}
FREED = "freed"
"""Nobody has it any more, where somebody had: it has to be taken anew."""
_GOES_ON = {"resumed", "arrived", "moved", FREED} | ENDED
_ASKED = {"survey", "survey_call"}


def fact_of(word: str, at: datetime, data: Mapping[str, Any]) -> Fact:
    """An event of the timeline as a fact, with what of its `data` concerns the clocks."""
    match word:
        case "message":
            what = data.get("what")
            word = "asked" if what in _ASKED else "not_asked" if what == "not_asked" else word
        case "referred" if data.get("to") in ANOTHER_DESK:  # it is open there, and waits for nothing
            word = "moved"
        case "amended" if data.get("ladder") == "anew":  # so is one that turned out to be grave, and nobody has it
            word = FREED
        case "released":  # and one that was taken back
            word = FREED
        case "amended" if "incident_over" in data or "incident" in data:
            until = data.get("until") if "incident" in data else None
            return Fact("under", at, until_at=datetime.fromisoformat(until)) if until else Fact("free", at)
        case "reopened":  # by one of us it has no data
            return Fact(word, at, REFUSED if data else "")
        case "extended":
            return Fact(word, at, str(data["clock"]), datetime.fromisoformat(data["until"]))
        case "waiting":
            until = data.get("until")
            return Fact(word, at, str(data.get("reason", "")), datetime.fromisoformat(until) if until else None)
    return Fact(word, at)


@dataclass(frozen=True, slots=True)
class Down:
    """What is left of an allowance, when it would run out as things stand, and when it did."""

    left: timedelta
    due_at: datetime | None
    ran_out_at: datetime | None


def run_down(ran: Sequence[Interval], left: timedelta, hours: Hours) -> Down:
    """What is left of `left` after these intervals, as far as they lie within `hours`."""
    due_at = None
    for run in ran:
        due_at = hours.after(run.from_at, left)
        if due_at <= run.until_at:
            return Down(left, due_at, due_at)
        left -= hours.between(run.from_at, run.until_at)
    return Down(left, due_at, None)


def part(ran: Sequence[Interval], from_at: datetime, until_at: datetime) -> tuple[Interval, ...]:
    """As much of each interval as lies between the two."""
    parts = (Interval(max(run.from_at, from_at), min(run.until_at, until_at)) for run in ran)
    return tuple(part for part in parts if part.from_at <= part.until_at)


def runs(
    name: ClockName, facts: Sequence[Fact], until: datetime
) -> tuple[tuple[Interval, ...], bool, datetime | None]:  # fmt: skip
    """From when until when it ran, up to `until`; whether it stands then, and when it goes on by itself."""
    ran: list[Interval] = []
    since_at: datetime | None = facts[0].at
    resumes_at: datetime | None = None
    for fact in facts:
        if fact.at > until:
            break
        if resumes_at is not None and resumes_at <= fact.at:
            since_at, resumes_at = resumes_at, None
        if fact.type == "waiting" and name in _stands_for(fact.reason):
            if since_at is not None:
                ran.append(Interval(since_at, fact.at))
            since_at, resumes_at = None, fact.until_at
        elif since_at is None and fact.type in _GOES_ON:
            since_at, resumes_at = fact.at, None
    if resumes_at is not None and resumes_at <= until:
        since_at, resumes_at = resumes_at, None
    if since_at is not None:
        ran.append(Interval(since_at, until))
    return tuple(ran), since_at is None, resumes_at


def under(facts: Sequence[Fact], until: datetime) -> list[Interval]:
    """From when until when it was part of a trouble, up to the end promised for that; the last may lie ahead."""
    found: list[Interval] = []
    for fact in facts:
        if fact.at > until or fact.type not in {"under", "free"}:
            continue
        if found and found[-1].until_at > fact.at:
            found[-1] = replace(found[-1], until_at=fact.at)
        if fact.until_at is not None and fact.until_at > fact.at:
            found.append(Interval(fact.at, fact.until_at))
    return found


def without(ran: Iterable[Interval], stood: Iterable[Interval]) -> tuple[Interval, ...]:
    """What is left of these intervals outside of those."""
    left = list(ran)
    for gap in stood:
        before = [Interval(one.from_at, min(one.until_at, gap.from_at)) for one in left]
        after = [Interval(max(one.from_at, gap.until_at), one.until_at) for one in left]
        left = sorted((one for one in before + after if one.from_at < one.until_at), key=lambda one: one.from_at)
    return tuple(left)


def _stands_for(reason: str) -> frozenset[ClockName]:
    """A pause without one of our reasons (there were such once) stops what any of them does."""
    return STAND_FOR[WaitReason(reason)] if reason in set(WaitReason) else STAND_FOR[WaitReason.OWNER]
