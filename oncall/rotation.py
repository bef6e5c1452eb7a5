"""A rotation: who follows whom on a post, on which days and hours; what shifts come of it. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.ladder import Post
from oncall.rota import Away, Turn

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who hold a post one after the other, `days_each` at a time, counted from `begins` on.

    `starts` to `ends` on the wall clock: past midnight where it ends no later than it starts (equal: a whole day).
    `weekdays`: 0 is Monday; on the others the post is not this rotation's, nor on the days `without`, and where there
    are days `only`, on none but those: then turns are counted by them, and not by the calendar. `steps_in`: for
    whoever is away the next one who is not takes the turn; else it is a hole.
    """

    post: Post
    staff_ids: tuple[int, ...]
    begins: date
    days_each: int
    starts: time
    ends: time
    weekdays: Collection[int] = EVERY_DAY
    without: Collection[date] = ()
    only: Collection[date] | None = None
    steps_in: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away from `first` to `last`, both included."""

    staff_id: int
    first: date
    last: date


def turns(
    rotation: Rotation, days: int, *, zone: str, leave: Iterable[Leave] = (), away: Iterable[Away] = ()
) -> tuple[list[Turn], list[Turn]]:
    """The turns of the first `days` days, and those that leave takes out of them: holes that somebody has to fill.

    What touches and is one person's is one turn. A turn belongs to the day on which it starts; of leave that is
    written down (`away`) a turn is lost whole, however little of it is touched.
    """
    leave, away = list(leave), list(away)
    held: list[Turn] = []
    missing: list[Turn] = []
    for place, day in _days(rotation, days):
        first = place // rotation.days_each
        order = [rotation.staff_ids[(first + n) % len(rotation.staff_ids)] for n in range(len(rotation.staff_ids))]
        turns = [_turn(rotation, staff_id, day, ZoneInfo(zone)) for staff_id in order]
        free = [turn for turn in turns if not _is_away(turn, day, leave, away)]
        chosen = free[:1] if rotation.steps_in or free[:1] == turns[:1] else []
        held += chosen
        missing += [] if chosen else turns[:1]
    return _joined(held), _joined(missing)


def _days(rotation: Rotation, days: int) -> Iterator[tuple[int, date]]:
    """The days of a rotation, each with its place in the count."""
    counted = 0
    for place in range(days):
        day = rotation.begins + timedelta(days=place)
        is_its = rotation.only is None or day in rotation.only
        if is_its and day.weekday() in rotation.weekdays and day not in rotation.without:
            yield (place if rotation.only is None else counted), day
            counted += 1


def _is_away(turn: Turn, day: date, leave: Iterable[Leave], away: Iterable[Away]) -> bool:
    return any(one.staff_id == turn.staff_id and one.first <= day <= one.last for one in leave) or any(
        one.takes(turn) for one in away
    )


def _turn(rotation: Rotation, staff_id: int, day: date, zone: ZoneInfo) -> Turn:
    last = day + timedelta(days=1) if rotation.ends <= rotation.starts else day
    starts_at = datetime.combine(day, rotation.starts, zone)
    return Turn(rotation.post, staff_id, starts_at, datetime.combine(last, rotation.ends, zone))


def _joined(turns: Iterable[Turn]) -> list[Turn]:
    found: list[Turn] = []
    for turn in turns:
        if found and (found[-1].staff_id, found[-1].ends_at) == (turn.staff_id, turn.starts_at):
            found[-1] = replace(found[-1], ends_at=turn.ends_at)
        else:
            found.append(turn)
    return found
