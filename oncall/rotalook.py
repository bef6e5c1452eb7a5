"""How good a rota is: where nobody is, where two are, who carries how much, and one number for it. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from oncall.ladder import Post
from oncall.rota import Gap, Turn, as_held, gaps

RINGING = (Post.FIRST, Post.SECOND)
"""The posts whose telephones ring at night. The others stand above, often for a month on end: no load is counted."""
NIGHT_ENDS, NIGHT_STARTS = time(6), time(22)
REST = timedelta(hours=11)
"""Between two turns (the daily rest of Directive 2003/88/EC, article 3)."""
LONGEST = timedelta(hours=24)
"""At a stretch."""
SATURDAY = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two turns at the same moments: two people hold one post, or one person holds two."""

    first: Turn
    second: Turn
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """What one member of staff carries, in hours. `short_rests`: how often they go on without a rest."""

    staff_id: int
    turns: int
    hours: float
    nights: float
    weekends: float
    holidays: float
    short_rests: int
    days: Mapping[date, tuple[float, float]] = field(default_factory=dict)
    """Of each day on which they carry anything: the hours, and how many of them at night."""


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One day on the company's wall clock: for how many hours of it nobody is first on duty."""

    day: date
    missing: float
    is_holiday: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """A stretch of a rota: its holes, its meetings, its loads (heaviest first) and its days."""

    gaps: tuple[Gap, ...]
    meetings: tuple[Meeting, ...]
    loads: tuple[Load, ...]
    days: tuple[DayAhead, ...]
    coverage: float

    @property
    def fairness(self) -> float:
        """1 where everybody carries the same of hours, nights and weekends; 1/n where one of n carries all."""
        sides = ([load.hours for load in self.loads], [load.nights for load in self.loads],
                 [load.weekends for load in self.loads])  # fmt: skip
        shares = [sum(side) / len(side) / max(side) for side in sides if any(side)]
        return sum(shares) / len(shares) if shares else 0.0

    @property
    def rest(self) -> float:
        """The share of turns that begin after a rest."""
        turns = sum(load.turns for load in self.loads)
        return 1 - min(turns, sum(load.short_rests for load in self.loads)) / turns if turns else 0.0

    @property
    def score(self) -> int:
        """0 to 100: what is covered, less up to a quarter each for unevenness and for rests that are missing."""
        return int(100 * self.coverage * (2 + self.fairness + self.rest) / 4)


def look(
    shifts: Sequence[Turn], overrides: Sequence[Turn], from_at: datetime, until_at: datetime, *, zone: str,
    holidays: Collection[date] = (),
) -> Outlook:  # fmt: skip
    """What a rota is worth from `from_at` until `until_at`. `overrides` oldest first: the later ones win."""
    turns = [cut for turn in held(shifts, overrides) if (cut := _clipped(turn, from_at, until_at))]
    holes = gaps([*shifts, *overrides], from_at, until_at)
    ringing = [turn for turn in turns if turn.post in RINGING]
    staff_ids = dict.fromkeys(turn.staff_id for turn in ringing)
    loads = [_load(id, [t for t in ringing if t.staff_id == id], zone, holidays) for id in staff_ids]
    missing = sum(((hole.ends_at - hole.starts_at) for hole in holes), timedelta())
    return Outlook(
        tuple(holes),
        tuple(meetings(ringing)),
        tuple(sorted(loads, key=lambda load: (-load.hours, load.staff_id))),
        tuple(_days(holes, from_at, until_at, zone, holidays)),
        1 - missing / (until_at - from_at),
    )


def held(shifts: Iterable[Turn], overrides: Sequence[Turn]) -> list[Turn]:
    """Who really holds what, in order of time: shifts and overrides less what wins over them."""
    return sorted(as_held(shifts, overrides), key=lambda turn: (turn.starts_at, turn.ends_at))


def meetings(turns: Iterable[Turn]) -> list[Meeting]:
    """Where two people hold one post, or one person two, in order of time."""
    running: list[Turn] = []
    found = []
    for turn in sorted(turns, key=lambda each: each.starts_at):
        running = [other for other in running if other.ends_at > turn.starts_at]
        for other in running:
            if (other.post is turn.post) != (other.staff_id == turn.staff_id):
                found.append(Meeting(other, turn, turn.starts_at, min(other.ends_at, turn.ends_at)))
        running.append(turn)
    return found


def _clipped(turn: Turn, from_at: datetime, until_at: datetime) -> Turn | None:
    cut = replace(turn, starts_at=max(turn.starts_at, from_at), ends_at=min(turn.ends_at, until_at))
    return cut if cut.starts_at < cut.ends_at else None


def _load(staff_id: int, turns: Sequence[Turn], zone: str, holidays: Collection[date]) -> Load:
    hours = {"all": 0.0, "night": 0.0, "weekend": 0.0, "holiday": 0.0}
    days: dict[date, tuple[float, float]] = {}
    for stretch in _stretches(turns):
        for starts_at, ends_at in _pieces(stretch.starts_at, stretch.ends_at, zone):
            local, length = starts_at.astimezone(ZoneInfo(zone)), (ends_at - starts_at) / HOUR
            hours["all"] += length
            night = length * (not NIGHT_ENDS <= local.time() < NIGHT_STARTS)
            hours["night"] += night
            whole, dark = days.get(local.date(), (0.0, 0.0))
            days[local.date()] = whole + length, dark + night
            hours["weekend"] += length * (local.weekday() >= SATURDAY)
            hours["holiday"] += length * (local.date() in holidays)
    return Load(
        staff_id, len(turns), hours["all"], hours["night"], hours["weekend"], hours["holiday"], short_rests(turns), days
    )  # fmt: skip


def short_rests(turns: Iterable[Turn]) -> int:
    """How often one person goes on without a rest; each further day at a stretch is a rest that was not taken."""
    stretches = _stretches(turns)
    short = sum(after.starts_at - before.ends_at < REST for before, after in pairwise(stretches))
    return short + sum(-(-(stretch.ends_at - stretch.starts_at) // LONGEST) - 1 for stretch in stretches)


def _stretches(turns: Iterable[Turn]) -> list[Turn]:
    """Turns of one person that touch or overlap are one, whatever the post."""
    found: list[Turn] = []
    for turn in sorted(turns, key=lambda each: each.starts_at):
        if found and turn.starts_at <= found[-1].ends_at:
            found[-1] = replace(found[-1], ends_at=max(found[-1].ends_at, turn.ends_at))
        else:
            found.append(turn)
    return found


def _pieces(starts_at: datetime, ends_at: datetime, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """The stretch cut at midnight and where the night begins and ends."""
    here = ZoneInfo(zone)
    day, last = starts_at.astimezone(here).date(), ends_at.astimezone(here).date()
    cuts = [starts_at, ends_at]
    while day <= last:
        moments = (datetime.combine(day, at, here) for at in (time(), NIGHT_ENDS, NIGHT_STARTS))
        cuts += [moment for moment in moments if starts_at < moment < ends_at]
        day += timedelta(days=1)
    # by UTC: a wall clock's own hours are not all as long
    yield from pairwise(sorted(cut.astimezone(starts_at.tzinfo) for cut in cuts))


def _days(
    holes: Sequence[Gap], from_at: datetime, until_at: datetime, zone: str, holidays: Collection[date]
) -> Iterator[DayAhead]:
    here = ZoneInfo(zone)
    day, last = from_at.astimezone(here).date(), until_at.astimezone(here).date()
    while day < last:
        starts_at = datetime.combine(day, time(), here)
        ends_at = datetime.combine(day + timedelta(days=1), time(), here)
        missing = sum(max(0.0, (min(h.ends_at, ends_at) - max(h.starts_at, starts_at)) / HOUR) for h in holes)
        yield DayAhead(day, missing, day in holidays)
        day += timedelta(days=1)
