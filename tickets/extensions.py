"""More time for a promise (延时): what may be asked for, and who may allow it. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from base.errors import BadInput, NotAllowed
from tickets.clocks import Clock


class ExtensionAnswer(StrEnum):
    """What became of a wish for more time; `over`: its ticket ended before anybody answered."""

    GRANTED = "granted"
    REFUSED = "refused"
    OVER = "over"


LONGEST = timedelta(days=90)
"""So far ahead something can be promised."""


def check_until(until_at: datetime, clock: Clock, *, at: datetime) -> None:
    """Raises `BadInput` for a moment that gives no more time than there is, or lies too far ahead."""
    if until_at <= max(at, promised_at(clock, at=at)):
        raise BadInput(
            "新的时间要晚于现在和原来的时限。The new moment has to lie after now and after the present deadline."
        )
    if until_at > at + LONGEST:
        raise BadInput("最多延到九十天以后。It can be put off by ninety days at most.")


def promised_at(clock: Clock, *, at: datetime) -> datetime:
    """Its present deadline; of one that is paused, the one it would have if it went on now."""
    return clock.due_at or at + timedelta(seconds=clock.left_s)


def check_second(by_id: int, *, asked_by_id: int, assignee_id: int | None) -> None:
    """Raises `NotAllowed` for whoever asked, or has the ticket: a second person decides."""
    if by_id in {asked_by_id, assignee_id}:
        raise NotAllowed(
            "自己申请或自己负责的，要由别的主管批准。Whoever asked, or has the ticket, does not decide: another does."
        )
