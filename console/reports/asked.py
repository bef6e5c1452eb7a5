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
from console.reports.measures.period import Period, PeriodKind, of, read
from console.reports.shapes import Cell
from console.reports.sql import piece_of
from console.scope import project_of, projects_of, visible
from console.staff import Me
from console.words import say
from outreach.measures import begins_at


@dataclass(frozen=True, slots=True)
class Asked:
    """One look at a report: for whom, in which language, of which period and project (None: all they serve)."""

    me: Me
    words: str
    at: datetime
    zone: str
    period: Period
    project_id: int | None
    projects: Mapping[int, str]

    @property
    def from_at(self) -> datetime:
        """When the period begins."""
        return begins_at(self.period.first, self.zone)

    @property
    def until_at(self) -> datetime:
        """When it is over."""
        return begins_at(self.period.after, self.zone)

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
    """What an address asks. Raises `BadInput` for a period that is none; without one it is this month."""
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
    return Asked(who, words, at, zone, period, chosen, projects)


def number(given: Mapping[str, str], name: str) -> int | None:
    """A number that an address holds; None where it holds none."""
    text = given.get(name, "")
    return as_id(text) if text.isdecimal() else None


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
