"""What a caller was promised, in words for voice and text: always the end of the ticket's own clock. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tickets.lifecycle import Level

JUST_OPENED = timedelta(minutes=3)
"""So long after it began a promise is still told as a duration; later by the clock on the wall."""

SENTENCES: Mapping[Level, tuple[str, str]] = {
    Level.P0: ("值班人员{when}到场", "somebody will be with you {when}"),
    Level.P1: ("维修人员{when}到场", "somebody will be with you {when}"),
    Level.P2: ("我们将在{when}与您联系", "we will contact you {when}"),
    Level.P3: ("我们将在{when}答复您", "we will answer you {when}"),
    Level.C1: ("我们将在{when}答复您", "we will answer you {when}"),
    Level.C2: ("项目经理将在{when}与您联系", "the manager will contact you {when}"),
}
SOON = ("最短时间内", "as soon as we can")
"""What is left to say in the place of a moment."""

_ZH = "零一二三四五六七八九"
_EN = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """What a ticket of `level` promised when its clock began, and whether that has been done; `promised_s`: how long
    that clock is allowed to run.
    """

    level: Level
    began_at: datetime
    due_at: datetime
    is_met: bool
    promised_s: float

    def is_broken(self, at: datetime) -> bool:
        """The moment has passed and it was not done."""
        return not self.is_met and at > self.due_at


def sentence(promise: Promise, language: str, *, at: datetime, zone: str) -> str:
    """The promise as it is spoken at `at`, as a whole sentence."""
    template = SENTENCES[promise.level][language == "en"]
    said = template.format(when=when(promise, language, at=at, zone=zone, in_figures=False))
    return f"{said[:1].upper()}{said[1:]}." if language == "en" else f"{said}。"


def when(promise: Promise, language: str, *, at: datetime, zone: str, in_figures: bool = True) -> str:
    """By when, at `at`: `30分钟内` (spoken 三十分钟内) while it is fresh, then `今日九点半前`, `by 9:30 this morning`.

    A promise for which the desk has to open first is told by the clock on the wall from the beginning. Where life
    is in danger nobody is told to look at a clock.
    """
    allowed = timedelta(seconds=promise.promised_s)
    is_fresh = promise.due_at - promise.began_at == allowed and at - promise.began_at <= JUST_OPENED
    if is_fresh and at <= promise.due_at:
        return _within(allowed, language, in_figures=in_figures)
    if at > promise.due_at or promise.level is Level.P0:
        return SOON[language == "en"]
    return by(promise.due_at, language, at=at, zone=zone, in_figures=in_figures)


def by(due_at: datetime, language: str, *, at: datetime, zone: str, in_figures: bool = True) -> str:
    """`次日九点前`, `by 9 tomorrow morning`: a moment as it is called at `at` in `zone`. Seconds count as a minute.

    `in_figures`, for a text, what is no whole or half hour is written short: `次日8:50前`.
    """
    there = (due_at + timedelta(seconds=59, microseconds=999_999)).astimezone(ZoneInfo(zone))
    today = at.astimezone(ZoneInfo(zone)).date()
    return _by_en(there, today) if language == "en" else _by_zh(there, today, in_figures=in_figures)


def since(moment: datetime, language: str, *, at: datetime, zone: str) -> str:
    """The day of something that was, as it is called at `at` in `zone`: `昨天`, `周二`, `on Tuesday`, `on 3 March`."""
    day, today = moment.astimezone(ZoneInfo(zone)).date(), at.astimezone(ZoneInfo(zone)).date()
    days = (today - day).days
    if days in (0, 1):
        return (("today", "yesterday") if language == "en" else ("今天", "昨天"))[days]
    if 1 < days < 7:
        return f"on {_WEEKDAYS[day.weekday()]}" if language == "en" else f"周{'一二三四五六日'[day.weekday()]}"
    return f"on {day_en(day)}" if language == "en" else f"{_zh(day.month)}月{_zh(day.day)}日"


def _within(allowed: timedelta, language: str, *, in_figures: bool) -> str:
    minutes = round(allowed.total_seconds() / 60)
    count, zh, en = (minutes // 60, "小时", "hour") if minutes >= 60 else (minutes, "分钟", "minute")
    if language != "en":
        return f"{count if in_figures else _zh(count)}{zh}内"
    if count == 1 and not in_figures:
        return f"within {'an' if en == 'hour' else 'a'} {en}"
    return f"within {count if in_figures else _en(count)} {en}{'' if count == 1 else 's'}"


def _by_zh(there: datetime, today: date, *, in_figures: bool) -> str:
    days = (there.date() - today).days
    day = {0: "今日", 1: "次日"}.get(days) or f"{_zh(there.month)}月{_zh(there.day)}日"
    if in_figures and there.minute not in {0, 30}:
        return f"{day}{there.hour}:{there.minute:02d}前"
    hour = "两" if there.hour == 2 else _zh(there.hour)
    half, minute = there.minute == 30, there.minute
    minutes = "半" if half else "" if not minute else f"{'零' if minute < 10 else ''}{_zh(minute)}分"
    return f"{day}{hour}点{minutes}前"


def _by_en(there: datetime, today: date) -> str:
    days = (there.date() - today).days
    if there.minute == 0 and there.hour % 12 == 0:
        # "by 12 tomorrow morning" leaves open which of the two twelves is meant
        return _by_noon(there.date(), days) if there.hour else _by_midnight(there.date(), days)
    clock = f"{there.hour % 12 or 12}{f':{there.minute:02d}' if there.minute else ''}"
    part = "morning" if there.hour < 12 else "afternoon" if there.hour < 18 else "evening"
    if days in (0, 1):
        return f"by {clock} {'tomorrow' if days else 'this'} {part}"
    return f"by {clock} in the {part} of {day_en(there.date())}"


def _by_noon(day: date, days: int) -> str:
    if days in (0, 1):
        return f"by noon {'tomorrow' if days else 'today'}"
    return f"by noon on {day_en(day)}"


def _by_midnight(day: date, days: int) -> str:
    """It ends an evening: the one before the day it begins, on which nobody would look for it."""
    evening = {0: "last night", 1: "tonight", 2: "tomorrow night"}.get(days)
    return f"by midnight {evening or f'at the end of {day_en(day - timedelta(days=1))}'}"


def day_en(day: date) -> str:
    """`26 November`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _zh(number: int) -> str:
    """A number below a hundred as it is said: 十, 二十四."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{_ZH[tens]}十"
    return ten + (_ZH[ones] if ones or not tens else "")


def _en(number: int) -> str:
    """A number below a hundred in words."""
    if number < len(_EN):
        return _EN[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_EN[ones]}" if ones else "")
