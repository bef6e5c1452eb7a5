"""Who carried how much of the watch, when nobody was there, and the turns, nights, days and holes behind it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from base.clock import local
from console.reports.asked import Asked, day_name, number
from console.reports.measures.watch import nights
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.words import say, span
from oncall.actions.duty import held, names_of, outlook
from oncall.rota import Turn
from oncall.rotalook import HOUR, NIGHT_ENDS, NIGHT_STARTS, RINGING, SATURDAY, Load, Outlook

KIND = "watch"
TURNS, NIGHTS, HOURS, WEEKENDS, HOLES = OF = ("turns", "nights", "hours", "weekends", "holes")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row before it is numbered; those of a list are in order of `at`."""

    at: datetime
    what: str
    where: str
    state: str
    has_time: bool = True


def sections(session: Session, asked: Asked) -> list[Section]:
    """Load and nights by person, projects taken together; and the holes by project."""
    seen = dict(_seen(session, asked))
    return [_loads(session, asked, seen), _holes(asked, seen)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """What stands behind a number, newest first. Turns, nights, days and holes have no numbers of their own, so they
    are counted from the first of the period.
    """
    of, staff_id = given.get("of", ""), number(given, "staff")
    if of == HOLES:
        found = _hole_rows(session, asked, number(given, "of_project"))
    elif of == TURNS:
        found = _turn_rows(session, asked, staff_id)
    elif of == NIGHTS:
        found = _night_rows(session, asked, staff_id)
    else:
        found = _day_rows(session, asked, staff_id, weekends=of == WEEKENDS)
    ordered = sorted(found, key=lambda one: (one.at, one.where, one.what))
    lines = [
        Line(n, "", "", one.what, one.where, one.state, one.at if one.has_time else None)
        for n, one in enumerate(ordered, start=1) if after is None or n < after
    ]  # fmt: skip
    return lines[::-1][:limit]


def _seen(session: Session, asked: Asked) -> Iterator[tuple[int, Outlook]]:
    """What the rota of each project that is looked at was worth."""
    for id in asked.projects:
        if asked.project_id in (None, id):
            yield id, outlook(session, id, from_at=asked.from_at, until_at=asked.until_at, zone=asked.zone)


def _loads(session: Session, asked: Asked, seen: Mapping[int, Outlook]) -> Section:
    """Who held which turns."""
    found: defaultdict[int, list[Load]] = defaultdict(list)
    dark: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    names: dict[int, str] = {}
    for id, each in seen.items():
        names |= names_of(session, each)
        for load in each.loads:
            found[load.staff_id].append(load)
        for turn in _turns(session, asked, id):
            dark[turn.staff_id].append((turn.starts_at, turn.ends_at))
    lines = [
        (
            names[id], sum(load.turns for load in loads), sum(load.hours for load in loads),
            len(nights(dark[id], asked.zone)), sum(load.weekends for load in loads), id,
        )
        for id, loads in found.items()
    ]  # fmt: skip
    lines.sort(key=lambda one: (-one[3], -one[2], one[0]))
    title = (
        asked.say("watch.load.title", who=lines[0][0], nights=lines[0][3]) if lines else asked.say("watch.load.none")
    )

    def hours_of(of: str, hours: float, id: int) -> Cell:
        return asked.made_of(KIND, of, hours, Unit.HOURS, staff=id) if hours else Cell(hours, Unit.HOURS)

    return Section(
        "load", asked.say("watch.load"), title, asked.say("watch.load.how"),
        ["", *(asked.say(f"watch.{one}") for one in (TURNS, NIGHTS, HOURS, WEEKENDS))],
        [
            [
                Cell(name), asked.count(KIND, TURNS, turns, staff=id), asked.count(KIND, NIGHTS, at_night, staff=id),
                hours_of(HOURS, hours, id), hours_of(WEEKENDS, weekends, id),
            ]
            for name, turns, hours, at_night, weekends, id in lines
        ],
        Chart("bar", [one[0] for one in lines[:12]], {asked.say("watch.nights"): [one[3] for one in lines[:12]]}),
    )  # fmt: skip


def _holes(asked: Asked, seen: Mapping[int, Outlook]) -> Section:
    """When nobody was first on duty, the worst project first."""
    lines = [
        (asked.projects[id], len(each.gaps), sum((gap.ends_at - gap.starts_at) / HOUR for gap in each.gaps), id)
        for id, each in seen.items() if each.gaps
    ]  # fmt: skip
    lines.sort(key=lambda one: (-one[2], one[0]))
    missing = sum(hours for _, _, hours, _ in lines)
    title = (
        asked.say("watch.holes.title", n=sum(n for _, n, _, _ in lines), missing=f"{missing:.1f}") if lines
        else asked.say("watch.holes.none")
    )  # fmt: skip
    return Section(
        HOLES, asked.say("watch.holes"), title, asked.say("watch.holes.how"),
        ["", *(asked.say(f"watch.{one}") for one in (HOLES, HOURS))],
        [
            [
                Cell(name), asked.count(KIND, HOLES, n, of_project=id),
                asked.made_of(KIND, HOLES, hours, Unit.HOURS, of_project=id),
            ]
            for name, n, hours, id in lines
        ],
    )  # fmt: skip


def _turns(session: Session, asked: Asked, project_id: int) -> Iterator[Turn]:
    """What was held of a project's posts that ring, as far as it lies in the period."""
    for turn in held(session, project_id, asked.from_at, asked.until_at):
        if turn.post in RINGING and (cut := _within(turn, asked.from_at, asked.until_at)):
            yield cut


def _turns_of(session: Session, asked: Asked, staff_id: int | None) -> list[tuple[str, Turn]]:
    """The turns of somebody with the names of their projects."""
    return [
        (name, turn)
        for id, name in asked.projects.items() if asked.project_id in (None, id)
        for turn in _turns(session, asked, id) if turn.staff_id == staff_id
    ]  # fmt: skip


def _turn_rows(session: Session, asked: Asked, staff_id: int | None) -> Iterator[_Row]:
    for name, turn in _turns_of(session, asked, staff_id):
        lasts = span((turn.ends_at - turn.starts_at).total_seconds())
        yield _Row(turn.starts_at, say(f"post.{turn.post.value}", asked.words), name, lasts)


def _night_rows(session: Session, asked: Asked, staff_id: int | None) -> Iterator[_Row]:
    turns, here = _turns_of(session, asked, staff_id), ZoneInfo(asked.zone)
    for night in nights([(turn.starts_at, turn.ends_at) for _, turn in turns], asked.zone):
        falls_at = datetime.combine(night, NIGHT_STARTS, here)
        ends_at = datetime.combine(night + _DAY, NIGHT_ENDS, here)
        dark = [(name, cut) for name, turn in turns if (cut := _within(turn, falls_at, ends_at))]
        where = say("report.join", asked.words).join(dict.fromkeys(name for name, _ in dark))
        what = f"{_day(asked, night)} · {_held(asked, (turn for _, turn in dark))}"
        yield _Row(falls_at, what, where, asked.say("watch.night"), has_time=False)


def _day_rows(session: Session, asked: Asked, staff_id: int | None, *, weekends: bool) -> Iterator[_Row]:
    """Their hours by day and project: together they are the number, also where somebody held two posts at once."""
    here = ZoneInfo(asked.zone)
    for id, seen in _seen(session, asked):
        turns = [turn for turn in _turns(session, asked, id) if turn.staff_id == staff_id]
        for day, (hours, _) in next((load.days for load in seen.loads if load.staff_id == staff_id), {}).items():
            if weekends and day.weekday() < SATURDAY:
                continue
            begins_at, ends_at = (datetime.combine(each, time(), here) for each in (day, day + _DAY))
            that_day = (cut for turn in turns if (cut := _within(turn, begins_at, ends_at)))
            what = f"{_day(asked, day)} · {_held(asked, that_day)}"
            yield _Row(begins_at, what, asked.projects[id], _hours(asked, hours), has_time=False)


def _hole_rows(session: Session, asked: Asked, project_id: int | None) -> Iterator[_Row]:
    for id, seen in _seen(session, asked):
        for gap in seen.gaps if project_id in (None, id) else ():
            hours = _hours(asked, (gap.ends_at - gap.starts_at) / HOUR)
            yield _Row(gap.starts_at, _between(asked, gap.starts_at, gap.ends_at), asked.projects[id], hours)


def _within(turn: Turn, from_at: datetime, until_at: datetime) -> Turn | None:
    begins, ends = max(turn.starts_at, from_at), min(turn.ends_at, until_at)
    return replace(turn, starts_at=begins, ends_at=ends) if begins < ends else None


def _held(asked: Asked, turns: Iterable[Turn]) -> str:
    """Which posts when, as `一值 20:00–24:00`."""
    return say("report.join", asked.words).join(
        f"{say(f'post.{turn.post.value}', asked.words)} {_between(asked, turn.starts_at, turn.ends_at)}"
        for turn in turns
    )


def _between(asked: Asked, starts_at: datetime, ends_at: datetime) -> str:
    """`20:00–08:00`; the days stand beside it where it is longer than one."""
    starts, ends = local(starts_at, asked.zone), local(ends_at, asked.zone)
    if ends_at - starts_at <= _DAY:
        return f"{starts:%H:%M}–{ends:%H:%M}"
    return f"{day_name(starts.date(), asked.words)} {starts:%H:%M}–{day_name(ends.date(), asked.words)} {ends:%H:%M}"


def _day(asked: Asked, day: date) -> str:
    return f"{day_name(day, asked.words)} {asked.say(f'weekday.{day.weekday()}')}"


def _hours(asked: Asked, hours: float) -> str:
    return asked.say("watch.load.hours", n=f"{hours:.1f}")
