"""A rotation: who follows whom on a post, on which days and hours; what shifts come of it. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall.ladder import Post
from oncall.rota import Turn

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who hold a post one after the other, `days_each` at a time, counted from `begins` on.

    `starts` to `ends` on the wall clock: past midnight where it ends no later than it starts (equal: a whole day).
    `weekdays`: 0 is Monday; on the others the post is not this rotation's.
    """

    post: Post
    staff_ids: tuple[int, ...]
    begins: date
    days_each: int
    starts: time
    ends: time
    weekdays: Collection[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away from `first` to `last`, both included."""

    staff_id: int
    first: date
    last: date


def turns(rotation: Rotation, days: int, *, zone: str, leave: Iterable[Leave] = ()) -> tuple[list[Turn], list[Turn]]:
    """The turns of the first `days` days, and those that leave takes out of them: holes that somebody has to fill.

    What touches and is one person's is one turn. A turn belongs to the day on which it starts.
    """
    leave = list(leave)
    held: list[Turn] = []
    missing: list[Turn] = []
    for place in range(days):
        day = rotation.begins + timedelta(days=place)
        if day.weekday() not in rotation.weekdays:
            continue
        staff_id = rotation.staff_ids[place // rotation.days_each % len(rotation.staff_ids)]
        is_away = any(one.staff_id == staff_id and one.first <= day <= one.last for one in leave)
        (missing if is_away else held).append(_turn(rotation, staff_id, day, ZoneInfo(zone)))
    return _joined(held), _joined(missing)


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
