"""Which days are worked and which are off, with the make-up days (调休) that the State Council sets each year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

import chinese_calendar
from chinese_calendar import Holiday

from tickets.almanac import lunar, new_years_eve, solar, term

SATURDAY: Final = 5
MONTHS_OF_A_LIST: Final = 3
"""A list of a year's make-up days speaks of so many months at least; days of fewer are a house's own (a storm)."""


class DayKind(StrEnum):
    """What somebody has said of a day: off, worked instead of another, or one on which nobody is greeted."""

    OFF = "off"
    WORK = "work"
    MOURNING = "mourning"


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is. `name` says why it is not as its weekday is; `is_provisional`: by the law alone, because nobody
    knows yet which days of its year are moved.
    """

    day: date
    is_off: bool
    zh: str = ""
    en: str = ""
    is_provisional: bool = False

    @property
    def is_moved(self) -> bool:
        """Worked though it is a weekend, or off though it is none."""
        return self.is_off != (self.day.weekday() >= SATURDAY)


_NAMES: Final = {
    Holiday.new_years_day.value: ("元旦", "New Year's Day"),
    Holiday.spring_festival.value: ("春节", "the Spring Festival"),
    Holiday.tomb_sweeping_day.value: ("清明节", "the Qingming Festival"),
    Holiday.labour_day.value: ("劳动节", "Labour Day"),
    Holiday.dragon_boat_festival.value: ("端午节", "the Dragon Boat Festival"),
    Holiday.national_day.value: ("国庆节", "National Day"),
    Holiday.mid_autumn_festival.value: ("中秋节", "the Mid-Autumn Festival"),
}
_BY_LAW: Final = (
    (solar(1, 1), 1, Holiday.new_years_day),
    (new_years_eve, 4, Holiday.spring_festival),
    (term("清明"), 1, Holiday.tomb_sweeping_day),
    (solar(5, 1), 2, Holiday.labour_day),
    (lunar(5, 5), 1, Holiday.dragon_boat_festival),
    (lunar(8, 15), 1, Holiday.mid_autumn_festival),
    (solar(10, 1), 3, Holiday.national_day),
)
"""Days off by the rules on festivals and memorial days in force since 2025: from which day, how many, of what."""


class Workdays:
    """The calendar of working days; `said` is what this house has been told of single days, and counts before all."""

    def __init__(self, said: Mapping[date, tuple[DayKind, str]] | None = None) -> None:
        self._said = {day: told for day, told in (said or {}).items() if told[0] is not DayKind.MOURNING}
        self._told_years = _years_told(self._said)

    def on(self, day: date) -> Day:
        """What `day` is."""
        if day in self._said:
            kind, name = self._said[day]
            return Day(day, kind is DayKind.OFF, name, name)
        if is_published(day.year):
            return _published(day)
        return _by_law(day, is_provisional=self.is_provisional(day.year))

    def is_provisional(self, year: int) -> bool:
        """Whether nobody knows yet which days of `year` are moved: neither the library nor somebody of ours.

        Somebody does who has told us days of several months of it, and among them one that is worked instead.
        """
        return not is_published(year) and year not in self._told_years

    def unknown_years(self, first: date, last: date) -> tuple[int, ...]:
        """The provisional years of the days from `first` to `last`."""
        return tuple(year for year in range(first.year, last.year + 1) if self.is_provisional(year))

    def moved(self, year: int) -> list[Day]:
        """The days of `year` that are off or worked against their weekday, in order."""
        first = date(year, 1, 1)
        days = (self.on(first + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - first).days))
        return [day for day in days if day.is_moved]


@cache
def is_published(year: int) -> bool:
    """Whether the library knows the make-up days of `year`."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def _years_told(said: Mapping[date, tuple[DayKind, str]]) -> frozenset[int]:
    with_work = {day.year for day, (kind, _) in said.items() if kind is DayKind.WORK}
    months = {(day.year, day.month) for day in said}
    return frozenset(y for y in with_work if sum(year == y for year, _ in months) >= MONTHS_OF_A_LIST)


def _published(day: date) -> Day:
    is_off, name = chinese_calendar.get_holiday_detail(day)
    zh, en = _NAMES.get(name, ("", "")) if name else ("", "")
    return Day(day, is_off, zh, en)


def _by_law(day: date, *, is_provisional: bool) -> Day:
    zh, en = _statutory(day.year).get(day, ("", ""))
    return Day(day, bool(zh) or day.weekday() >= SATURDAY, zh, en, is_provisional)


@cache
def _statutory(year: int) -> dict[date, tuple[str, str]]:
    return {
        first_in(year) + timedelta(days=n): _NAMES[holiday.value]
        for first_in, count, holiday in _BY_LAW
        for n in range(count)
    }
