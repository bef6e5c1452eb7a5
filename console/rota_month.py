"""One month of the rota of one project and post, as the page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from console.parts import day_of, time_of
from console.words import say
from directory.models import Project, Staff
from oncall.actions import moving, swapping
from oncall.actions.duty import QUARTER, names_of, outlook
from oncall.ladder import Post
from oncall.models import Swap
from oncall.rotalook import Load
from oncall.rotamonth import MonthDay, Slot, weeks_of
from tickets.actions import workdays


@dataclass(frozen=True, slots=True)
class Turn:
    """What stands in a cell: who (empty: nobody), its hours, its words, whether it can be given to somebody else.

    `swap` is whom somebody asked to take it, and `swap_state` how far that is.
    """

    slot: Slot
    name: str
    hours: str
    what: str
    may_change: bool
    swap: str
    swap_state: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: `note` names a holiday; `is_work` is a weekend day that is worked.

    `is_provisional`: by the law alone.
    """

    day: date
    is_in: bool
    is_today: bool
    is_off: bool
    is_work: bool
    note: str
    is_provisional: bool
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month from Monday, its holes of this post, and what each person carries in it.

    `unknown_years` are those of its days whose make-up days nobody knows yet.
    """

    first: date
    before: date
    after: date
    weeks: tuple[tuple[Cell, ...], ...]
    gaps: int
    loads: tuple[tuple[str, Load], ...]
    unknown_years: tuple[int, ...]


def month_of(
    session: Session, project: Project, post: Post, first: date, *, at: datetime, zone: str, language: str,
    may_change: bool,
) -> Month:  # fmt: skip
    """The month that begins on `first`; `may_change`: whether the reader may give turns away at all."""
    begins, ends = weeks_of(first)
    days = moving.month_days(
        session, project.id, post, first=_midnight(begins, zone), until=_midnight(ends, zone), at=at
    )  # fmt: skip
    people = _names(session, days)
    swaps = swapping.open_swaps(
        session, project.id, post, from_at=_midnight(begins, zone), until_at=_midnight(ends, zone)
    )
    cells = [_cell(session, one, first, people, swaps, at, zone, language, may_change) for one in days]
    after = (first + timedelta(days=31)).replace(day=1)
    seen = outlook(
        session, project.id, from_at=_midnight(first, zone), until_at=_midnight(after, zone), zone=zone
    )  # fmt: skip
    names = names_of(session, seen)
    return Month(
        first, (first - timedelta(days=1)).replace(day=1), after,
        tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7)),
        sum(turn.slot.staff_id is None for cell in cells if cell.is_in for turn in cell.turns),
        tuple((names[load.staff_id], load) for load in seen.loads),
        workdays(session).unknown_years(days[0].day, days[-1].day),
    )  # fmt: skip


def words_of(slot: Slot, language: str) -> str:
    """Which post from when until when, in one line."""
    since, until = (f"{day_of(moment)} {time_of(moment)}" for moment in (slot.starts_at, slot.ends_at))
    return say("month.what", language, post=say(f"post.{slot.post.value}", language), since=since, until=until)


def _cell(
    session: Session, one: MonthDay, first: date, people: Mapping[int, str], swaps: Sequence[Swap], at: datetime,
    zone: str, language: str, may_change: bool,
) -> Cell:  # fmt: skip
    known = workdays(session).on(one.day)
    note = known.en if language == "en" else known.zh
    return Cell(
        one.day,
        is_in=(one.day.year, one.day.month) == (first.year, first.month),
        is_today=one.day == local(at, zone).date(),
        is_off=known.is_off,
        is_work=known.is_moved and not known.is_off,
        note=note if known.is_off else "",
        is_provisional=known.is_provisional,
        turns=tuple(_turn(slot, people, swaps, at, language, may_change) for slot in one.slots),
    )


def _turn(
    slot: Slot, people: Mapping[int, str], swaps: Sequence[Swap], at: datetime, language: str, may_change: bool
) -> Turn:
    asked = next((swap for swap in swaps if (swap.asker_id, swap.starts_at) == (slot.staff_id, slot.starts_at)), None)
    return Turn(
        slot,
        people.get(slot.staff_id or 0, ""),
        f"{time_of(slot.starts_at)}–{time_of(slot.ends_at)}",
        words_of(slot, language),
        may_change=may_change and at < slot.ends_at <= at + QUARTER,
        swap=asked.taker.name if asked else "",
        swap_state=asked.state.value if asked else "",
    )


def _names(session: Session, days: Sequence[MonthDay]) -> dict[int, str]:
    ids = {slot.staff_id for one in days for slot in one.slots if slot.staff_id is not None}
    return {staff.id: staff.name for staff in session.scalars(select(Staff).where(Staff.id.in_(ids)))} if ids else {}


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
