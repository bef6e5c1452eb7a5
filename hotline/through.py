"""When one of us may ring a caller, or a firm outside, through the hotline: neither sees the other's number. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tickets.lifecycle import MOVING, Level, Status

RINGS = timedelta(seconds=60)
"""So long a call that was asked for counts as under way: whoever presses twice is rung once."""
MOST_OF_A_TICKET = 10
"""Calls about one ticket in a day; of whom that does not reach, the desk decides how to go on."""
MOST_OF_ONE = 20
"""Calls that one of us asks for in an hour."""


class Whom(StrEnum):
    """Who is on the far side: whoever reported it, or a firm outside."""

    OWNER = "owner"
    FIRM = "firm"


class ThroughState(StrEnum):
    """`asked`: our own telephone rings first; `put_through`: the other side's rings, or the two talk; then its end."""

    ASKED = "asked"
    PUT_THROUGH = "put_through"
    TALKED = "talked"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


ENDS = {
    "completed": ThroughState.TALKED, "answered": ThroughState.TALKED, "busy": ThroughState.BUSY,
    "no-answer": ThroughState.NO_ANSWER, "canceled": ThroughState.NO_ANSWER,
}  # fmt: skip
"""By what the carrier says became of the far side's telephone; anything else: it could not be rung."""
NOT_OVER = MOVING | {Status.RESOLVED}
"""Of what is resolved its owner may still be asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a call that somebody wants to make. `is_night`: quiet hours of services hold where it goes."""

    whom: Whom
    status: Status
    level: Level
    is_drill: bool
    can_be_rung: bool
    is_night: bool
    has_reason: bool
    of_ticket: int
    of_one: int


def why_not(wanted: Wanted) -> str:
    """Why a call is not made: over, drill, no_number, too_often, say_why; empty where it is."""
    if wanted.status not in NOT_OVER:
        return "over"
    if wanted.is_drill:
        return "drill"
    if not wanted.can_be_rung:
        return "no_number"
    if wanted.of_ticket >= MOST_OF_A_TICKET or wanted.of_one >= MOST_OF_ONE:
        return "too_often"
    return "say_why" if needs_reason(wanted.whom, wanted.level, is_night=wanted.is_night) > wanted.has_reason else ""


def needs_reason(whom: Whom, level: Level, *, is_night: bool) -> bool:
    """At night nobody is rung without a reason about what can wait; of P0 and P1 the matter is the reason."""
    return is_night and whom is Whom.OWNER and level not in {Level.P0, Level.P1}
