"""On which day of a year something falls, by sun and moon. Pure (wraps the calendar library)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lunar_python import Lunar, Solar

DayIn = Callable[[int], date]
"""Finds a day in a year of its own calendar."""


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar year. `zh` is what a calendar on the wall says: the month on its first day, else the day."""

    month: int
    day: int
    is_leap: bool
    zh: str


def lunar_day(day: date) -> LunarDay:
    """What a day is by the moon."""
    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month, of_month = found.getMonth(), found.getDay()
    zh = f"{found.getMonthInChinese()}月" if of_month == 1 else found.getDayInChinese()
    return LunarDay(abs(month), of_month, month < 0, zh)


def solar(month: int, day: int) -> DayIn:
    """The same day of every year."""
    return lambda year: date(year, month, day)


def sunday(month: int, nth: int) -> DayIn:
    """The `nth` Sunday of a month."""
    return lambda year: date(year, month, 7 * nth - date(year, month, 7 * nth).isoweekday() % 7)


def lunar(month: int, day: int) -> DayIn:
    """A day of the lunar year."""
    return lambda year: date.fromisoformat(Lunar.fromYmd(year, month, day).getSolar().toYmd())


def term(name: str) -> DayIn:
    """A solar term, as the library calls it."""
    return lambda year: date.fromisoformat(Lunar.fromYmd(year, 6, 1).getJieQiTable()[name].toYmd())


def new_years_eve(year: int) -> date:
    """The day before the lunar year begins. The last month of the old one has 29 days about as often as 30."""
    return lunar(1, 1)(year) - timedelta(days=1)
