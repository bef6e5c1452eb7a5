"""The next ninety days of each project's rota, as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from base.clock import local
from console.facts import project_name
from directory.models import Project
from oncall.actions.duty import QUARTER, names_of, outlook
from oncall.actions.leave import leave_between
from oncall.ladder import Post
from oncall.rota import Away
from oncall.rotalook import DayAhead, Load, Meeting, Outlook
from tickets.actions import workdays

MOST_MEETINGS = 20
FULL, LONG = 8, 12
"""Hours of a day from which it counts as full, and beyond which as long."""


@dataclass(frozen=True, slots=True)
class MapDay:
    """One day of one person on the map: how full (0 to 3), whether part of it is a night, whether they are away."""

    fill: int
    is_night: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What one person carries, and their share of the heaviest load of the project in hundredths."""

    name: str
    load: Load
    share: int
    map: tuple[MapDay, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """Two turns at once, with names; `other` is the second person, or empty where one person holds two posts."""

    who: str
    other: str
    posts: tuple[Post, Post]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectAhead:
    """One project: its outlook, its days in weeks that begin on Monday (None before the first), and its people."""

    id: int
    name: str
    seen: Outlook
    weeks: tuple[tuple[DayAhead | None, ...], ...]
    carried: tuple[Carried, ...]
    met: tuple[Met, ...]
    more_met: int


def unknown_years(session: Session, at: datetime, zone: str) -> tuple[int, ...]:
    """The years among those days whose make-up days nobody knows yet."""
    first = local(at, zone).date()
    return workdays(session).unknown_years(first, first + QUARTER)


def ahead(
    session: Session, projects: Sequence[Project], *, at: datetime, zone: str, language: str
) -> list[ProjectAhead]:
    """Each project in the order given, from the beginning of today."""
    from_at = local(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    off = _holidays(session, from_at.date())
    return [_project(session, project, from_at, zone, off, language) for project in projects]


def _holidays(session: Session, first: date) -> frozenset[date]:
    """The days with a name on which people are off; a house may have written down its own."""
    days = [first + timedelta(days=n) for n in range(QUARTER.days + 1)]
    known = map(workdays(session).on, days)
    return frozenset(day.day for day in known if day.is_off and day.zh)


def _project(
    session: Session, project: Project, from_at: datetime, zone: str, off: frozenset[date], language: str
) -> ProjectAhead:
    seen = outlook(
        session, project.id, from_at=from_at, until_at=from_at + QUARTER, zone=zone, holidays=off
    )  # fmt: skip
    names = names_of(session, seen)
    leave = leave_between(session, from_at, from_at + QUARTER, of=list(names))
    heaviest = max((load.hours for load in seen.loads), default=0.0)
    return ProjectAhead(
        project.id,
        project_name(project, language),
        seen,
        tuple(_weeks(seen.days)),
        tuple(
            Carried(names[load.staff_id], load, round(100 * load.hours / heaviest), _map(load, seen.days, leave, zone))
            for load in seen.loads
        ),
        tuple(met_of(each, names) for each in seen.meetings[:MOST_MEETINGS]),
        max(0, len(seen.meetings) - MOST_MEETINGS),
    )


def _map(load: Load, days: Sequence[DayAhead], leave: Sequence[Away], zone: str) -> tuple[MapDay, ...]:
    found = []
    for one in days:
        hours, nights = load.days.get(one.day, (0.0, 0.0))
        noon = datetime.combine(one.day, time(12), ZoneInfo(zone))
        is_away = any(each.staff_id == load.staff_id and each.starts_at <= noon < each.ends_at for each in leave)
        found.append(MapDay(0 if not hours else 1 if hours < FULL else 2 if hours <= LONG else 3, nights > 0, is_away))
    return tuple(found)


def hours(missing: float) -> str:
    """Hours as one reads them: `24`, `7.5`; the few minutes of a small hole are not rounded away."""
    return f"{max(int(missing * 10) / 10, 0.1):g}"


def met_of(meeting: Meeting, names: Mapping[int, str]) -> Met:
    """Two turns at once, with names."""
    one, two = meeting.first, meeting.second
    other = "" if one.staff_id == two.staff_id else names[two.staff_id]
    return Met(names[one.staff_id], other, (one.post, two.post), meeting.starts_at, meeting.ends_at)


def _weeks(days: Sequence[DayAhead]) -> list[tuple[DayAhead | None, ...]]:
    padded = [None] * (days[0].day.weekday() if days else 0) + list(days)
    return [tuple(padded[place : place + 7]) for place in range(0, len(padded), 7)]
