"""What a report was asked about: a period, a project, whose eyes; and the addresses that lead further into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from base.clock import local, now
from base.errors import BadInput
from base.ids import as_id
from base.wiring import settings
from console.door import language
from console.facts import project_name
from console.parts import MONTHS
from console.reports.measures.night import night_before
from console.reports.measures.period import FEWEST_YEARS, MOST_YEARS, Period, PeriodKind, of, read
from console.reports.shapes import Cell, Unit
from console.reports.sql import piece_of
from console.scope import project_of, projects_of, visible
from console.staff import Me
from console.words import say
from outreach.measures import begins_at


@dataclass(frozen=True, slots=True)
class Asked:
    """One look at a report: for whom, in which language, of which period and project (None: all they serve).

    `night`: not of the period, but of the night that ends on this day.
    """

    me: Me
    words: str
    at: datetime
    zone: str
    period: Period
    project_id: int | None
    projects: Mapping[int, str]
    night: date | None = None

    @property
    def from_at(self) -> datetime:
        """When it begins."""
        return begins_at(self.period.first, self.zone) if self.night is None else night_before(self.night, self.zone)[0]

    @property
    def until_at(self) -> datetime:
        """When it is over; a night lasts until now at most."""
        if self.night is None:
            return begins_at(self.period.after, self.zone)
        from_at, until_at = night_before(self.night, self.zone)
        return max(from_at, min(until_at, self.at))

    @property
    def starts(self) -> tuple[date, ...]:
        """The first days of its pieces."""
        return self.period.starts

    @property
    def visible(self) -> ColumnElement[bool]:
        """The tickets the reader may see."""
        return visible(self.me)

    @property
    def address(self) -> dict[str, Any]:
        """What stands in every address of this look."""
        said: dict[str, Any] = {"period": self.period.code}
        return said | ({"project": self.project_id} if self.project_id and project_of(self.me) is None else {})

    def within(self, column: Any, project: Any = None) -> list[ColumnElement[bool]]:
        """Whether a moment lies in the period, and a row belongs to the project, where one is looked at."""
        found = [column >= self.from_at, column < self.until_at]
        return [*found, project == self.project_id] if project is not None and self.project_id is not None else found

    def link(self, kind: str, of_what: str, **more: Any) -> str:
        """Where the rows behind a number are."""
        return url_for("console.report_rows", kind=kind, of=of_what, **self.address, **more)

    def count(self, kind: str, of_what: str, n: int, **more: Any) -> Cell:
        """A number as a cell that leads to its rows, where there are any."""
        return Cell(n, href=self.link(kind, of_what, **more) if n else "")

    def made_of(self, kind: str, of_what: str, value: float | None, unit: Unit, **more: Any) -> Cell:
        """A share, a sum or a middle as a cell that leads to the rows it is made of, where there is one."""
        return Cell(value, unit, href=self.link(kind, of_what, **more) if value is not None else "")

    def say(self, key: str, **values: Any) -> str:
        """The words of a report in the reader's language."""
        return say(f"report.{key}", self.words, **values)

    def piece(self, column: Any, given: Mapping[str, str]) -> list[ColumnElement[bool]]:
        """Whether a moment lies in the piece that an address names; nothing where it names none."""
        n = number(given, "piece")
        return [] if n is None or n >= len(self.starts) else [piece_of(column, self.starts, self.zone) == n]

    def piece_name(self, start: date) -> str:
        """A piece of the period as the reader calls it."""
        if self.period.kind is PeriodKind.YEAR:
            return MONTHS[start.month - 1] if self.words == "en" else f"{start.month}月"
        day = day_name(start, self.words)
        return self.say("week_of", day=day) if self.period.kind is PeriodKind.QUARTER else day


def asked(session: Session, who: Me, given: Mapping[str, str]) -> Asked:
    """What an address asks. Raises `BadInput` for a period or a night that is none; without one it is this month."""
    zone, at = settings().timezone, now()
    code = given.get("period", "")
    period = read(code) if code else of(PeriodKind.MONTH, local(at, zone).date())
    if period is None:
        raise BadInput(
            f"没有“{code[:20]}”这个时段，请写成 2026-11、2026-W48、2026-Q4 或 2026。"
            f"There is no period {code[:20]!r}; write 2026-11, 2026-W48, 2026-Q4 or 2026."
        )
    words = language()
    projects = {project.id: project_name(project, words) for project in projects_of(session, who)}
    only = project_of(who)
    chosen = only if only is not None else number(given, "project")
    return Asked(who, words, at, zone, period, chosen, projects, day_of(given.get("night", "")))


def number(given: Mapping[str, str], name: str) -> int | None:
    """A number that an address holds; None where it holds none."""
    text = given.get(name, "")
    return as_id(text) if text.isdecimal() else None


def day_of(text: str) -> date | None:
    """A day that an address holds; None where it holds none. Raises `BadInput` for anything else."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not FEWEST_YEARS <= day.year <= MOST_YEARS:
            raise ValueError(day)
        return day
    except ValueError:
        raise BadInput(
            f"“{text[:20]}”不是日期，请写成 2026-11-22。{text[:20]!r} is no day; write 2026-11-22."
        ) from None


def night_name(from_at: datetime, until_at: datetime, words: str) -> str:
    """`11月21日 18:00 到 11月22日 08:00`."""
    starts, ends = (local(at, settings().timezone) for at in (from_at, until_at))
    moments = [f"{day_name(at.date(), words)} {at:%H:%M}" for at in (starts, ends)]
    return say("report.night.heading", words, starts=moments[0], ends=moments[1])


def day_name(day: date, words: str) -> str:
    """`11月22日`, `22 Nov`."""
    return f"{day.day} {MONTHS[day.month - 1]}" if words == "en" else f"{day.month}月{day.day}日"


def period_name(period: Period, words: str) -> str:
    """A period as the reader calls it."""
    first, year = period.first, period.first.year
    match period.kind:
        case PeriodKind.WEEK:
            between = f"{day_name(first, words)}–{day_name(period.last, words)}"
            return f"{between} {period.last.year}" if words == "en" else f"{period.last.year} 年 {between}"
        case PeriodKind.MONTH:
            return f"{MONTHS[first.month - 1]} {year}" if words == "en" else f"{year} 年 {first.month} 月"
        case PeriodKind.QUARTER:
            quarter = (first.month + 2) // 3
            return f"Q{quarter} {year}" if words == "en" else f"{year} 年第 {quarter} 季度"
        case PeriodKind.YEAR:
            return str(year) if words == "en" else f"{year} 年"
