"""A month of a rota as people read it: each day with the turns that begin on it, and where nobody is. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from oncall.ladder import Post
from oncall.rota import Turn, gaps
from oncall.rotalook import NIGHT_ENDS, NIGHT_STARTS

DAY = timedelta(days=1)
HOURS = 24
A_DAY = 2
"""So many turns a day are usual: holes are cut at the two times of the clock at which most turns begin."""
APART = 4
"""Hours between the two: a house that changes its hours by half an hour has no turn of half an hour."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One stretch of a post, at most a day long. Nobody holds it where `staff_id` is None."""

    post: Post
    staff_id: int | None
    starts_at: datetime
    ends_at: datetime
    is_night: bool


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day on the company's wall clock and what begins on it, in order of time."""

    day: date
    slots: tuple[Slot, ...]


def days_of(
    turns: Sequence[Turn], post: Post, first: date, until: date, *, zone: str, since: datetime
) -> list[MonthDay]:  # fmt: skip
    """Every day from `first` until `until` (not included). `turns`: as held, for a day more on either side.

    A turn stands whole on the day on which it begins; one longer than a day is cut at midnight. Holes are cut where
    turns usually begin, so that a missing day is a missing day turn and a missing night turn. What was over before
    `since` is no hole: there was no rota yet.
    """
    here = ZoneInfo(zone)
    mine = [turn for turn in turns if turn.post is post]
    short = [turn for turn in mine if turn.ends_at - turn.starts_at <= DAY]
    usual = _usual([turn.starts_at.astimezone(here).time() for turn in short])
    found: list[tuple[int | None, datetime, datetime]] = [(t.staff_id, t.starts_at, t.ends_at) for t in short]
    for turn in mine:
        if turn.ends_at - turn.starts_at > DAY:
            found += [(turn.staff_id, *part) for part in _cut(turn.starts_at, turn.ends_at, [time()], here)]
    around = _midnight(first - DAY, here), _midnight(until + DAY, here)
    for gap in gaps(mine, *around, (post,)):
        parts = _cut(gap.starts_at, gap.ends_at, usual, here)
        found += [(None, *part) for part in parts if part[1] > since]
    by_day: dict[date, list[Slot]] = {first + n * DAY: [] for n in range((until - first).days)}
    for staff_id, starts_at, ends_at in sorted(found, key=lambda each: (each[1], each[2])):
        if (slots := by_day.get(starts_at.astimezone(here).date())) is not None:
            slots.append(Slot(post, staff_id, starts_at, ends_at, _is_night(starts_at, ends_at, here)))
    return [MonthDay(day, tuple(slots)) for day, slots in by_day.items()]


def weeks_of(month: date) -> tuple[date, date]:
    """The Monday before the month of that day begins, and the Monday after it ends."""
    first = month.replace(day=1)
    after = (first + 31 * DAY).replace(day=1)
    return first - first.weekday() * DAY, after + -after.weekday() % 7 * DAY


def _usual(begins: Iterable[time]) -> list[time]:
    found: list[time] = []
    for at, _ in Counter(begins).most_common():
        if len(found) < A_DAY and all(APART <= abs(at.hour - other.hour) <= HOURS - APART for other in found):
            found.append(at)
    return found or [time()]


def _cut(
    starts_at: datetime, ends_at: datetime, at: Collection[time], here: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    first = starts_at.astimezone(here).date()
    days = [first + n * DAY for n in range((ends_at.astimezone(here).date() - first).days + 1)]
    moments = {datetime.combine(day, each, here).astimezone(UTC) for day in days for each in at}
    yield from pairwise([starts_at, *sorted(each for each in moments if starts_at < each < ends_at), ends_at])


def _midnight(day: date, here: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), here).astimezone(UTC)


def _is_night(starts_at: datetime, ends_at: datetime, here: ZoneInfo) -> bool:
    """Whether the middle of it lies in the night."""
    middle = starts_at + (ends_at - starts_at) / 2
    return not NIGHT_ENDS <= middle.astimezone(here).time() < NIGHT_STARTS
