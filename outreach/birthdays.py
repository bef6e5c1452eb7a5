"""On which days a birthday is kept, by sun or moon as its owner chose, once in a year of their calendar. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from lunar_python import LunarMonth, LunarYear, Solar

from outreach.festivals import check_known


class LeapMonth(StrEnum):
    """When somebody born in a leap month is greeted: in the month it repeats, in the leap month where there is one
    again (in other years in the one it repeats), or in both.
    """

    REGULAR = "regular"
    LEAP = "leap"
    BOTH = "both"


class LeapDay(StrEnum):
    """When somebody born on 29 February is greeted in a year without one."""

    BEFORE = "02-28"
    AFTER = "03-01"


@dataclass(frozen=True, slots=True)
class Custom:
    """How this house keeps the birthdays that many years do not have."""

    leap_month: LeapMonth = LeapMonth.REGULAR
    leap_day: LeapDay = LeapDay.BEFORE


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday without its year: nobody's age is said, and so none is needed."""

    month: int
    day: int
    is_lunar: bool = False
    is_leap: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One day on which a birthday is kept. `once` names its year in the calendar it is kept by: `lunar/2026`."""

    day: date
    once: str


def between(birthday: Birthday, from_day: date, until_day: date, custom: Custom) -> list[Kept]:
    """The days on which it is kept between two days, both included, in order.

    In a year of the sun a lunar birthday may fall twice or not at all. Raises `BadInput` outside the known years.
    """
    check_known(from_day)
    check_known(until_day)
    # the last months of a lunar year lie in the next solar one
    years = range(from_day.year - 1, until_day.year + 1)
    return sorted(
        (kept for year in years for kept in _in_year(birthday, year, custom) if from_day <= kept.day <= until_day),
        key=lambda kept: kept.day,
    )


def next_of(birthday: Birthday, from_day: date, custom: Custom) -> Kept:
    """When it is kept next, on `from_day` or later, also beyond the year's end."""
    return between(birthday, from_day, from_day + timedelta(days=385 + 30), custom)[0]


def may_be_written(day: date) -> frozenset[tuple[bool, int, int]]:
    """How the birthdays that may be kept on `day` are written: whether lunar, month, day. `between` is sure of it."""
    check_known(day)
    found = {(False, day.month, day.day)}
    if (day.month, day.day) in {(2, 28), (3, 1)}:
        found.add((False, 2, 29))
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month, of_month = abs(lunar.getMonth()), lunar.getDay()
    found.add((True, month, of_month))
    if of_month == _month(lunar.getYear(), lunar.getMonth())[1]:
        found.add((True, month, 30))
    return frozenset(found)


def _in_year(birthday: Birthday, year: int, custom: Custom) -> list[Kept]:
    if not birthday.is_lunar:
        return [Kept(_solar_day(birthday, year, custom), f"solar/{year}")]
    regular = Kept(_lunar_day(year, birthday.month, birthday.day), f"lunar/{year}")
    if not birthday.is_leap or custom.leap_month is LeapMonth.REGULAR or _leap_of(year) != birthday.month:
        return [regular]
    leap_day = _lunar_day(year, -birthday.month, birthday.day)
    if custom.leap_month is LeapMonth.LEAP:
        return [Kept(leap_day, regular.once)]
    return [regular, Kept(leap_day, f"{regular.once}/leap")]


def _solar_day(birthday: Birthday, year: int, custom: Custom) -> date:
    try:
        return date(year, birthday.month, birthday.day)
    except ValueError:  # only 29 February is in some years and not in others
        return date.fromisoformat(f"{year}-{custom.leap_day}")


def _lunar_day(year: int, month: int, day: int) -> date:
    """A month that has no thirtieth keeps it on its last day; a leap month is negative."""
    first, length = _month(year, month)
    return first + timedelta(days=min(day, length) - 1)


@cache
def _month(year: int, month: int) -> tuple[date, int]:
    """The first day of a lunar month, and how many it has."""
    found = LunarMonth.fromYm(year, month)
    first = Solar.fromJulianDay(found.getFirstJulianDay())
    return date.fromisoformat(first.toYmd()), int(found.getDayCount())


@cache
def _leap_of(year: int) -> int:
    return int(LunarYear.fromYear(year).getLeapMonth())
