"""One month of everything that goes to many, as its page shows it: what each day is, and what leaves on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from base.clock import local
from base.refusals import half
from base.wiring import settings
from console import facts
from console.campaign_titles import title_of
from console.parts import time_of
from oncall.rotamonth import weeks_of
from outreach.actions import birthdays, daychanges, monthplan, yearplan
from outreach.actions.monthplan import Going
from outreach.actions.yearplan import MOURNED, OWN, Entry
from outreach.festivals import Whom
from outreach.lifecycle import CampaignKind, CampaignState
from tickets.actions import workdays
from tickets.almanac import LunarDay, lunar_day
from tickets.workdays import Workdays

A_DAY = timedelta(days=1)
NOON = time(12)
GREETED = "greeted"


@dataclass(frozen=True, slots=True)
class Goes:
    """A campaign on its day. `was` is the moment it was given, as a form holds it; `why_not`: why that stays so."""

    id: int
    title: str
    kind: str
    message_class: str
    state: str
    project: str
    people: int
    numbers: int
    time: str
    was: str
    why_not: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Feast:
    """A festival, or a day of mourning. `kind` as of the year's plan; `key` is the template to begin with.

    `is_missing`: it is greeted, and nobody has written this year's greeting yet; about `about` people want one.
    """

    name: str
    kind: str
    why: str
    whom: str
    key: str
    about: int
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `note` names a holiday, `off` is `off` or `worked` where the day is not as its weekday is."""

    day: date
    at: datetime
    lunar: LunarDay
    is_in: bool
    is_today: bool
    is_past: bool
    is_off: bool
    off: str
    note: str
    is_provisional: bool
    birthdays: int
    feasts: tuple[Feast, ...]
    goes: tuple[Goes, ...]

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to say of it but its date."""
        return not (self.feasts or self.goes or self.birthdays or self.off or self.note or self.is_today)


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month from Monday. `campaigns` and `numbers`: how much goes in it; `has_wave`: a survey is among
    it.
    """

    first: date
    weeks: tuple[tuple[Cell, ...], ...]
    is_provisional: bool
    campaigns: int
    numbers: int
    birthdays: int
    has_wave: bool


def month_of(session: Session, first: date, project_id: int | None, *, at: datetime, language: str) -> Month:
    """The month that begins on `first`, for one project or for all."""
    begins, ends = weeks_of(first)
    days = [begins + n * A_DAY for n in range((ends - begins).days)]
    calendar = workdays(session)
    born = birthdays.by_day(session, days[0], days[-1], project_id)
    feasts = _by_day(session, days, project_id)
    leaving: dict[date, list[Going]] = {}
    for one in monthplan.going(session, days[0], days[-1], project_id, at=at):
        leaving.setdefault(one.goes_at.date(), []).append(one)
    today = local(at, settings().timezone).date()
    cells = [
        _cell(
            day, first, today, calendar, born.get(day, 0), feasts.get(day, ()), leaving.get(day, ()), at, language
        )
        for day in days
    ]  # fmt: skip
    inside = [cell for cell in cells if cell.is_in]
    goes = [one for cell in inside for one in cell.goes]
    return Month(
        first, tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7)),
        calendar.is_provisional(first.year), len(goes), sum(one.numbers for one in goes),
        sum(cell.birthdays for cell in inside), any(one.kind == CampaignKind.SURVEY for one in goes),
    )  # fmt: skip


def _by_day(session: Session, days: Sequence[date], project_id: int | None) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = {}
    for year in sorted({day.year for day in days}):
        for one in yearplan.entries(session, year, project_id):
            if one.kind != OWN:
                found.setdefault(one.day, []).append(one)
    return found


def _cell(
    day: date, first: date, today: date, calendar: Workdays, born: int, feasts: Iterable[Entry],
    leaving: Iterable[Going], at: datetime, language: str,
) -> Cell:  # fmt: skip
    known = calendar.on(day)
    note = known.en.removeprefix("the ") if language == "en" else known.zh
    return Cell(
        day,
        datetime.combine(day, NOON, ZoneInfo(settings().timezone)),
        lunar_day(day),
        is_in=(day.year, day.month) == (first.year, first.month),
        is_today=day == today,
        is_past=day < today,
        is_off=known.is_off,
        off=("off" if known.is_off else "worked") if known.is_moved or note else "",
        note=note,
        is_provisional=known.is_provisional and bool(note),
        birthdays=born,
        feasts=tuple(_feast(one, day < today, language) for one in feasts),
        goes=tuple(_goes(one, at, language) for one in leaving),
    )


def _feast(entry: Entry, is_past: bool, language: str) -> Feast:
    name, why = (entry.en, entry.why_en) if language == "en" else (entry.zh, entry.why_zh)
    is_greeted = entry.kind == GREETED
    return Feast(
        name.removeprefix("the "),
        entry.kind,
        why if entry.kind != MOURNED else "",
        entry.whom.value if is_greeted and entry.whom is not Whom.EVERYBODY else "",
        entry.key,
        entry.about,
        is_missing=is_greeted and not entry.written and not is_past,
    )


def _goes(one: Going, at: datetime, language: str) -> Goes:
    campaign = one.campaign
    waits = campaign.state in monthplan.WAITING
    return Goes(
        campaign.id,
        title_of(campaign, language),
        campaign.kind.value,
        campaign.message_class.value,
        campaign.state.value,
        facts.project_name(campaign.project, language) if campaign.project else "",
        campaign.people,
        campaign.numbers,
        time_of(one.goes_at) if campaign.send_at or not waits else "",
        campaign.send_at.isoformat() if campaign.send_at else "",
        half(daychanges.refusal(campaign), language),
        is_over=campaign.state is CampaignState.STOPPED or (not waits and one.goes_at <= at),
    )
