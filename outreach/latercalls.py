"""Which telephones are called with a later word about a trouble: one a home, by how the earlier calls fared. Pure."""

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum

from messages.lifecycle import MessageState
from outreach.audience import Reason


class Fared(IntEnum):
    """What is known of a telephone that is called: the smaller, the likelier somebody hears it there."""

    ASKED = 0
    """They asked us to tell them there."""
    HEARD = 1
    """Somebody pressed the key."""
    TAKEN = 2
    """It was answered, or may be yet."""
    UNTRIED = 3
    NOT_PICKED_UP = 4
    FAILED = 5


_OF_STATE = {
    MessageState.PLANNED: Fared.UNTRIED, MessageState.EXPIRED: Fared.UNTRIED,
    MessageState.BUSY: Fared.NOT_PICKED_UP, MessageState.NO_ANSWER: Fared.NOT_PICKED_UP,
    MessageState.FAILED: Fared.FAILED, MessageState.UNDELIVERED: Fared.FAILED,
}  # fmt: skip


def fared(calls: Iterable[tuple[MessageState, bool]]) -> Fared:
    """How a telephone fared, of its calls so far with whether a key was pressed.

    What it took counts before what it missed, and a call that nobody picked up before one that has not been placed.
    """
    all_of_it = {Fared.HEARD if is_heard else _OF_STATE.get(state, Fared.TAKEN) for state, is_heard in calls}
    best = min(all_of_it, default=Fared.UNTRIED)
    return Fared.NOT_PICKED_UP if best is Fared.UNTRIED and Fared.NOT_PICKED_UP in all_of_it else best


def may_wake(one: Fared) -> bool:
    """Whether it is rung at night, where life is in danger: not where nobody picked it up before."""
    return one is not Fared.NOT_PICKED_UP


def spared(
    calls: Mapping[str, Fared], homes: Mapping[str, Collection[int]], have_heard: Collection[int]
) -> dict[str, Reason]:
    """Which of these numbers are not called after all, and why.

    `homes`: those behind a number; one behind which none is known is always called. `have_heard`: homes somebody of
    which is known to have heard of the trouble: there no telephone is rung again that was rung for nothing.
    """
    found: dict[str, Reason] = {}
    rung: set[int] = set()
    for number, how in sorted(calls.items(), key=lambda one: (one[1], one[0])):
        theirs = set(homes.get(number, ()))
        if theirs and how is not Fared.ASKED:
            if how >= Fared.NOT_PICKED_UP and theirs.issubset(have_heard):
                found[number] = Reason.HOME_HAS_HEARD
                continue
            if theirs <= rung:
                found[number] = Reason.ONE_CALL_A_HOME
                continue
        rung |= theirs
    return found
