"""A survey wave: how many a year, how many households of each, how long it lasts, where an interview stands. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from base.errors import BadInput

WAVES_A_YEAR: Final = 12
"""So many waves a year asks for, one a month, each of a part of the households."""
TARGET: Final = 0.5
"""Of this share of the households an answer is wanted within a year."""
USUAL_SHARE: Final = 0.09
"""A twelfth, and a little more: then a year asks everybody once."""
LEAST_SHARE: Final = 0.01
REMIND_AFTER: Final = timedelta(hours=48)
"""Without an answer for so long they are reminded, once; and after as long again it counts as unanswered."""
LASTS: Final = timedelta(days=30)
"""So long after a wave was let go an answer still counts, however late."""
LOOK_AT_FIRST: Final = timedelta(minutes=5)
"""How long after it was let go we look whether the first question has left."""
LOOK_AGAIN: Final = timedelta(minutes=30)
"""How often we look where it still waits: for its turn, or for the morning."""
WORDS_WITHIN: Final = timedelta(hours=48)
"""So long after a question for words was put any text answers it; later somebody means something else."""
LEAVES_WITHIN: Final = timedelta(days=7)
"""A wave takes days: calls are few a minute, and nobody is asked at noon or in the evening."""


class InterviewState(StrEnum):
    """Where the questions to one household stand.

    `planned`: the first has not left; `open`: they have been asked; `partly`: they answered some and then no more;
    `unanswered`: they were asked, and reminded; `not_asked`: it never got as far as their telephone; `refused`: they
    want to be left alone; `handed_over`: they wanted a person instead.
    """

    PLANNED = "planned"
    OPEN = "open"
    ANSWERED = "answered"
    PARTLY = "partly"
    UNANSWERED = "unanswered"
    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"


UNDER_WAY: Final = (InterviewState.PLANNED, InterviewState.OPEN)
WAITED_FOR: Final = (*UNDER_WAY, InterviewState.PARTLY, InterviewState.UNANSWERED)
"""Where an answer still counts, as long as the wave lasts."""
COUNTED: Final = tuple(state for state in InterviewState if state is not InterviewState.NOT_ASKED)
"""An interview that counts as having asked somebody, or that is about to."""


def occasion_of(send_at: datetime, zone: str) -> str:
    """The month a wave is for, by the company's calendar: `2026-11`. A household is drawn once for it."""
    return f"{send_at.astimezone(ZoneInfo(zone)):%Y-%m}"


def check_share(share: float) -> None:
    """Raises `BadInput` for a share that is none."""
    if not LEAST_SHARE <= share <= 1:
        raise BadInput(
            f"抽取比例 share 要在 {LEAST_SHARE} 到 1 之间。The share of households must be {LEAST_SHARE} to 1."
        )


def gives_up(answered: int) -> InterviewState:
    """How an interview ends in which nothing more is said."""
    return InterviewState.PARTLY if answered else InterviewState.UNANSWERED
