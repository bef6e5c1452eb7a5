"""Which day is which, by sun and moon, and which greeting goes out on it, if any. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from base.errors import BadInput
from directory.classes import NIGHT_OF_GREETINGS
from tickets.almanac import DayIn, lunar, new_years_eve, solar, sunday, term

FIRST_YEAR: Final = 1905
LAST_YEAR: Final = 2056
"""Between these years the calendar libraries there are agree about every day; from 2057 on they do not."""

NEAR: Final = timedelta(days=3)
"""Two festivals no further apart than this are one greeting, on the day of the first."""

BEGINS: Final = NIGHT_OF_GREETINGS.ends
ENDS: Final = NIGHT_OF_GREETINGS.starts
"""Between which times of its day a greeting goes: never at midnight, however festive the night is."""
NOON: Final = time(12)

_LUNAR_YEAR = timedelta(days=385)


class Manner(StrEnum):
    """What this house does on a festival: greets, leaves it to whoever wants to write, or never greets."""

    GREETED = "greeted"
    LEFT = "left"
    NEVER = "never"


class Whom(StrEnum):
    """Whom a greeting is for. Elders are people on the care list: nobody's age is guessed."""

    EVERYBODY = "everybody"
    ELDERS = "elders"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Festival:
    """A day people keep. `day_in` finds it in a year of its own calendar, the lunar year for a lunar festival.

    `greets` is the festival whose greeting it may carry already, as New Year's Eve does.
    """

    key: str
    zh: str
    en: str
    day_in: DayIn
    manner: Manner = Manner.LEFT
    greets: str = ""
    is_for_elders: bool = False
    ends: time = ENDS


@dataclass(frozen=True, slots=True)
class Greeting:
    """What goes out on a day: the template `key`, to whom, between which times, and once for each `occasion`."""

    key: str
    occasion: str
    whom: Whom
    festivals: tuple[Festival, ...]
    ends: time
    begins: time = BEGINS


@dataclass(frozen=True, slots=True)
class NotGreeted:
    """Nothing goes out on a day. `reason`: `no_festival`, `never`, `left` or `merged`; the words say it to a person."""

    reason: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A festival as it is kept once: on which day, and in which year of its own."""

    festival: Festival
    day: date
    year: int


_GREETED, _NEVER = Manner.GREETED, Manner.NEVER

FESTIVALS: tuple[Festival, ...] = (
    Festival("new_year", "元旦", "New Year's Day", solar(1, 1), _GREETED),
    Festival(
        "new_years_eve", "除夕", "Lunar New Year's Eve", new_years_eve, _GREETED, greets="spring_festival", ends=NOON
    ),
    Festival("spring_festival", "春节", "the Spring Festival", lunar(1, 1), _GREETED),
    Festival("lantern", "元宵节", "the Lantern Festival", lunar(1, 15), _GREETED),
    Festival("dragon_boat", "端午节", "the Dragon Boat Festival", lunar(5, 5), _GREETED),
    Festival("mid_autumn", "中秋节", "the Mid-Autumn Festival", lunar(8, 15), _GREETED),
    Festival("national_day", "国庆节", "National Day", solar(10, 1), _GREETED),
    Festival("double_ninth", "重阳节", "the Double Ninth Festival", lunar(9, 9), _GREETED, is_for_elders=True),
    Festival("qingming", "清明节", "the Qingming Festival", term("清明"), _NEVER),
    Festival("zhongyuan", "中元节", "the Zhongyuan Festival", lunar(7, 15), _NEVER),
    Festival("hanyi", "寒衣节", "the Hanyi Festival", lunar(10, 1), _NEVER),
    Festival("memorial_day", "国家公祭日", "the National Memorial Day", solar(12, 13), _NEVER),
    Festival("womens_day", "妇女节", "Women's Day", solar(3, 8)),
    Festival("labour_day", "劳动节", "Labour Day", solar(5, 1)),
    Festival("mothers_day", "母亲节", "Mother's Day", sunday(5, 2)),
    Festival("childrens_day", "儿童节", "Children's Day", solar(6, 1)),
    Festival("fathers_day", "父亲节", "Father's Day", sunday(6, 3)),
    Festival("qixi", "七夕", "the Qixi Festival", lunar(7, 7)),
    Festival("teachers_day", "教师节", "Teachers' Day", solar(9, 10)),
    # the calendar library has two winter solstices in a year: the one before it begins goes by the Chinese name
    Festival("winter_solstice", "冬至", "the Winter Solstice", term("DONG_ZHI")),
    Festival("laba", "腊八节", "the Laba Festival", lunar(12, 8)),
    Festival("little_new_year", "小年（北方）", "the Little New Year in the north", lunar(12, 23)),
    Festival("little_new_year_south", "小年（南方）", "the Little New Year in the south", lunar(12, 24)),
)

_BY_KEY = {festival.key: festival for festival in FESTIVALS}
_WORDING = {
    frozenset({"mid_autumn", "national_day"}): "mid_autumn_national_day",
    frozenset({"national_day", "double_ninth"}): "national_day_double_ninth",
}
"""The template of two festivals in one greeting. No others that are greeted come that near to each other."""


def festival(key: str) -> Festival:
    """The festival of that key. Raises `BadInput` where there is none."""
    if key not in _BY_KEY:
        raise BadInput(
            f"没有节日“{key}”，请从中选择：{'、'.join(_BY_KEY)}。There is no festival {key!r}; it is one of these."
        )
    return _BY_KEY[key]


def festival_on(day: date) -> list[Festival]:
    """The festivals that fall on `day`, those that are greeted first. Raises `BadInput` outside the known years."""
    return [kept.festival for kept in _kept(day, day)]


def next_of(key: str, from_day: date) -> date:
    """The first day of a festival on or after `from_day`. Raises `BadInput` outside the known years."""
    wanted = festival(key)
    found = next(kept.day for kept in _kept(from_day, from_day + _LUNAR_YEAR) if kept.festival is wanted)
    check_known(found)
    return found


def occasion(key: str, day: date) -> str:
    """What is greeted once, `mid_autumn/2026`: the festival of the year on `day` or at most three days off.

    The year is the lunar one for a lunar festival. Festivals that come in one greeting are one occasion. Raises
    `BadInput` for a festival that is never greeted, and for a day that is not near it.
    """
    check_greeting(key)
    check_known(day)
    own = _BY_KEY[key].greets or key
    kept = next((kept for kept in _kept(day - NEAR, day + NEAR) if kept.festival.key == own), None)
    if kept is None:
        wanted = _BY_KEY[own]
        raise BadInput(
            f"{day} 不在{wanted.zh}前后三天内，下一个是 {next_of(own, day)}。"
            f"{day} is not within three days of {wanted.en}; the next one is on {next_of(own, day)}."
        )
    return _occasion(_together(kept))


def check_greeting(key: str) -> None:
    """Raises `BadInput` for a festival on which people mourn, and where there is no such festival."""
    if festival(key).manner is Manner.NEVER:
        refused = _never(festival(key))
        raise BadInput(f"{refused.zh}。{refused.en}.")


def greetings_on(day: date) -> list[Greeting] | NotGreeted:
    """What to send on `day` and in which wording, or why nothing. Raises `BadInput` outside the known years.

    Two festivals within three days are greeted once, on the first of the two. Where only the elders' own festival is
    the second, they get the wording of both and the others that of one.
    """
    today = _kept(day, day)
    if not today:
        return NotGreeted("no_festival", f"{day} 不是节日", f"{day} is no festival")
    mourned = next((kept.festival for kept in today if kept.festival.manner is Manner.NEVER), None)
    if mourned:
        return _never(mourned)
    greeted = [kept for kept in today if kept.festival.manner is Manner.GREETED]
    if not greeted:
        names = [kept.festival for kept in today]
        return NotGreeted(
            "left",
            f"{'、'.join(each.zh for each in names)}默认不发问候",
            f"No greeting is sent by default on {' and '.join(each.en for each in names)}",
        )
    others, elders = _greeting(greeted, Whom.OTHERS), _greeting(greeted, Whom.ELDERS)
    if others and elders and others.key == elders.key:
        return [replace(others, whom=Whom.EVERYBODY)]
    return [each for each in (others, elders) if each] or _merged(greeted[0])


@cache
def ends_on(day: date) -> time:
    """Until when a greeting goes on `day`, whatever it is for."""
    found = greetings_on(day)
    return ENDS if isinstance(found, NotGreeted) else found[0].ends


def _greeting(today: Sequence[_Kept], whom: Whom) -> Greeting | None:
    """What elders or the others get today; None where it is not for them, or went out with an earlier one."""
    for kept in today:
        if kept.festival.is_for_elders and whom is not Whom.ELDERS:
            continue
        group = _together(kept)
        theirs = [each for each in group if whom is Whom.ELDERS or not each.festival.is_for_elders]
        if kept.day <= theirs[0].day:
            festivals = tuple(each.festival for each in theirs)
            key = _WORDING.get(frozenset(each.key for each in festivals), festivals[0].key)
            return Greeting(key, _occasion(group), whom, festivals, kept.festival.ends)
    return None


def _together(kept: _Kept) -> list[_Kept]:
    """All that is greeted in one with a festival, the first day first; of the eve, the day it greets."""
    if kept.festival.manner is not Manner.GREETED:
        return [kept]
    near = _kept(kept.day - NEAR, kept.day + NEAR)
    return [each for each in near if each.festival.manner is Manner.GREETED and not each.festival.greets]


def _occasion(group: Sequence[_Kept]) -> str:
    # the elders' own festival gives way, so that theirs and everybody's are the same occasion
    first = min(group, key=lambda kept: kept.festival.is_for_elders)
    return f"{first.festival.key}/{first.year}"


def _merged(kept: _Kept) -> NotGreeted:
    first = _together(kept)[0]
    return NotGreeted(
        "merged",
        f"{kept.festival.zh}与{first.festival.zh}相近，已在 {first.day} 一并问候",
        f"Greeted together with {first.festival.en}, on {first.day}",
    )


def _never(mourned: Festival) -> NotGreeted:
    return NotGreeted(
        "never",
        f"{mourned.zh}不发问候，只可发安全提醒（服务类通知）",
        f"No greeting is ever sent for {mourned.en}, only a safety notice (class service)",
    )


def _kept(from_day: date, until_day: date) -> list[_Kept]:
    """What is kept between two days, both included, by day and then in the order of the list."""
    check_known(from_day)
    # the last months of a lunar year lie in the next solar one
    years = range(from_day.year - 1, until_day.year + 1)
    found = [kept for year in years for kept in _year(year) if from_day <= kept.day <= until_day]
    return sorted(found, key=lambda kept: (kept.day, FESTIVALS.index(kept.festival)))


@cache
def _year(year: int) -> tuple[_Kept, ...]:
    return tuple(_Kept(each, each.day_in(year), year) for each in FESTIVALS)


def check_known(day: date) -> None:
    """Raises `BadInput` for a day of a year in which the calendars do not agree."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(
            f"{day} 超出历法可靠的年份，请用 {FIRST_YEAR} 至 {LAST_YEAR} 年。"
            f"The calendar is not sound for {day}: use a day of {FIRST_YEAR} to {LAST_YEAR}."
        )
