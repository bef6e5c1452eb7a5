"""The question how it was: where it stands, when it is put again, and what an answer means. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tickets.lifecycle import Kind


class SurveyState(StrEnum):
    """Where the question about one result stands.

    `planned`: it will be put, or put again; `open`: it has been put; `handed_over`: they wanted a supervisor instead;
    `withdrawn`: the result it was about does not hold any more.
    """

    PLANNED = "planned"
    OPEN = "open"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    HANDED_OVER = "handed_over"
    NOT_ASKED = "not_asked"
    WITHDRAWN = "withdrawn"


class Via(StrEnum):
    """The way by which an answer came: a text, our call to them, their call to us."""

    TEXT = "text"
    CALLBACK = "callback"
    HOTLINE = "hotline"


ALWAYS_ASKED = frozenset({Kind.COMPLAINT})
"""Kinds of which no share is left out, and none closed before its owner was asked."""

TEXT_LIVES = timedelta(hours=72)
"""How long a question by text may be answered."""
CALL_LIVES = timedelta(hours=1)
"""How late a call that should have been placed still may be."""
MOST_TRIES = 3
"""Calls that nobody answered before they count as unanswered."""
APART = timedelta(hours=2)
"""Between two tries, at least."""
TIMES_OF_DAY = ((time(9, 30), time(12)), (time(14, 30), time(17)), (time(18), time.max))
"""Morning, afternoon, evening: when a further try begins, and until when one counts as of that part of the day."""
NO_OBJECTION = timedelta(days=3)
"""So long after its owner was told, a result to which nobody objects is accepted."""
OFFERED_FOR = timedelta(days=7)
"""How long somebody who missed the question and calls us is offered to answer it."""
STILL_FRESH = timedelta(minutes=30)
"""A text that comes so soon after an answer adds to it."""

LOW = 2
"""Scores from here down say that it is not done."""
SATISFIED = 4
"""Scores from here up say that it is. Which of them a report counts as satisfied is the company's to say."""

ONE_IS_BEST = "one_is_best"
MAPPINGS: Mapping[str, Mapping[str, int]] = {
    # as a voice asks in Chinese: very satisfied is the first key; our texts ask the same way
    ONE_IS_BEST: {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1},
}
"""What each key means as a score (5 is best), by the name that is kept beside the answer."""

WORDS: Mapping[int, tuple[str, str]] = {
    5: ("非常满意", "very satisfied"),
    4: ("满意", "satisfied"),
    3: ("一般", "neutral"),
    2: ("不满意", "dissatisfied"),
    1: ("非常不满意", "very dissatisfied"),
}


def score_of(key: str, mapping: str = ONE_IS_BEST) -> int | None:
    """The score a key stands for; None for a key that is none of the answers."""
    return MAPPINGS[mapping].get(key)


def words_of(score: int, language: str) -> str:
    """A score in words of `zh` or `en`."""
    return WORDS[score][language == "en"]


def is_low(score: int) -> bool:
    """Whether it says that the matter is not done."""
    return score <= LOW


def is_satisfied(score: int) -> bool:
    """Whether it says that the matter is done."""
    return score >= SATISFIED


def next_try_at(tried: Collection[datetime], *, at: datetime, zone: str) -> datetime:
    """When somebody who did not answer is rung again: the next time of day at which they were not rung yet."""
    there = ZoneInfo(zone)
    used = {_part_of_day(moment.astimezone(there).time()) for moment in tried}
    left = [part for part in TIMES_OF_DAY if part not in used] or TIMES_OF_DAY
    days = [at.astimezone(there).date() + timedelta(days=days) for days in range(3)]
    moments = [datetime.combine(day, begins, there) for day in days for begins, _ in left]
    return min(moment for moment in moments if moment >= at + APART).astimezone(at.tzinfo)


def _part_of_day(clock: time) -> tuple[time, time]:
    return next(part for part in TIMES_OF_DAY if clock <= part[1])
