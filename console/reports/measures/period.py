"""The stretch of days a report is about, and the pieces it is counted by. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from outreach.measures import after as month_after

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
FEWEST_YEARS, MOST_YEARS = 2000, 2100
_CODE = re.compile(r"(?P<year>\d{4})(?:-(?:W(?P<week>\d{2})|Q(?P<quarter>[1-4])|(?P<month>\d{2})))?")


class PeriodKind(StrEnum):
    """How long it is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the company, `first` to the day before `after`."""

    kind: PeriodKind
    first: date

    @property
    def after(self) -> date:
        """The first day that is not in it."""
        match self.kind:
            case PeriodKind.WEEK:
                return self.first + _WEEK
            case PeriodKind.MONTH:
                return month_after(self.first)
            case PeriodKind.QUARTER:
                return month_after(month_after(month_after(self.first)))
            case PeriodKind.YEAR:
                return date(self.first.year + 1, 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - _DAY

    @property
    def before(self) -> "Period":
        """The one of the same length that ends as this begins."""
        return of(self.kind, self.first - _DAY)

    @property
    def code(self) -> str:
        """As it stands in addresses: `2026-W48`, `2026-11`, `2026-Q4`, `2026`."""
        match self.kind:
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case PeriodKind.YEAR:
                return f"{self.first.year}"

    @property
    def starts(self) -> tuple[date, ...]:
        """The first days of its pieces: days of a week or a month, weeks of a quarter, months of a year."""
        found = [self.first]
        while (following := self._next(found[-1])) < self.after:
            found.append(following)
        return tuple(found)

    def end_of(self, start: date) -> date:
        """The first day after the piece that begins at `start`."""
        return min(self._next(start), self.after)

    def _next(self, start: date) -> date:
        match self.kind:
            case PeriodKind.QUARTER:
                return start - timedelta(days=start.weekday()) + _WEEK
            case PeriodKind.YEAR:
                return month_after(start)
            case _:
                return start + _DAY


def of(kind: PeriodKind, day: date) -> Period:
    """The period of this kind that holds a day; weeks begin on Monday."""
    match kind:
        case PeriodKind.WEEK:
            return Period(kind, day - timedelta(days=day.weekday()))
        case PeriodKind.MONTH:
            return Period(kind, day.replace(day=1))
        case PeriodKind.QUARTER:
            return Period(kind, date(day.year, (day.month - 1) // 3 * 3 + 1, 1))
        case PeriodKind.YEAR:
            return Period(kind, date(day.year, 1, 1))


def read(code: str) -> Period | None:
    """What a code means; None for anything that is none."""
    found = _CODE.fullmatch(code)
    if found is None or not FEWEST_YEARS <= (year := int(found["year"])) <= MOST_YEARS:
        return None
    try:
        if found["week"]:
            return Period(PeriodKind.WEEK, date.fromisocalendar(year, int(found["week"]), 1))
        if found["quarter"]:
            return Period(PeriodKind.QUARTER, date(year, 3 * int(found["quarter"]) - 2, 1))
        if found["month"]:
            return Period(PeriodKind.MONTH, date(year, int(found["month"]), 1))
    except ValueError:
        return None
    return Period(PeriodKind.YEAR, date(year, 1, 1))


def offered(today: date) -> dict[PeriodKind, list[Period]]:
    """The periods one may choose, the present one of each kind first."""
    found = {}
    for kind, n in ((PeriodKind.WEEK, 8), (PeriodKind.MONTH, 13), (PeriodKind.QUARTER, 6), (PeriodKind.YEAR, 2)):
        each = [of(kind, today)]
        while len(each) < n:
            each.append(each[-1].before)
        found[kind] = each
    return found
