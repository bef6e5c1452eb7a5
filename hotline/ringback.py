"""To whom we owe a call back, why, and by when. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from hotline.intake import RINGING, Intake
from hotline.menuwords import LINE
from tickets.hours import Hours
from tickets.lifecycle import Kind

MOST_TRIES = 3
"""So often a caller is rung in vain before they are told by text that we tried."""


class RingBackWhy(StrEnum):
    """What happened on the call: hung up before saying anything, before the end, or while waiting for a person; nobody
    came to the telephone; or they asked for a call instead of waiting.
    """

    MISSED = "missed"
    BROKEN_OFF = "broken_off"
    WAITING = "waiting"
    NOBODY = "nobody"
    ASKED = "asked"


class RingBackState(StrEnum):
    """`owed` and `taken` are still to be done. `called_again`: they reached us first; `dropped`: nothing is left."""

    OWED = "owed"
    TAKEN = "taken"
    SPOKEN = "spoken"
    NOT_REACHED = "not_reached"
    CALLED_AGAIN = "called_again"
    DROPPED = "dropped"


def why_owed(intake: Intake, *, had_ticket: bool, leaves_ticket: bool, has_spoken: bool) -> RingBackWhy | None:
    """Why a call that has ended leaves us owing one; None where the caller got what they called for.

    `had_ticket`: something on the line became one; `leaves_ticket`: its end did.
    """
    if has_spoken or intake.was_told_taken or intake.is_anonymous:
        return None
    if intake.has_asked_call:
        return RingBackWhy.ASKED
    if intake.place in {RINGING, *LINE}:
        return RingBackWhy.WAITING
    if intake.nobody_came:
        return RingBackWhy.NOBODY
    if leaves_ticket:
        return RingBackWhy.BROKEN_OFF if intake.purpose else RingBackWhy.MISSED
    is_left = had_ticket and not (intake.is_answered or intake.has_joined or intake.messages)
    return RingBackWhy.BROKEN_OFF if is_left else None


def is_settled_by(intake: Intake, *, has_spoken: bool) -> bool:
    """Whether a call that owes nothing also settles what was owed before: they spoke with somebody, or told us all."""
    return has_spoken or bool(intake.messages)


def due_at(kind: Kind, hours: Hours, *, within: timedelta, at: datetime) -> datetime:
    """By when: an emergency counts at once, anything else from when the desk is open."""
    return (at if kind is Kind.EMERGENCY else hours.opens_at(at)) + within
