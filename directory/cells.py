"""What one cell of a roster means. Pure."""

import re
import unicodedata
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from directory.columns import Words, plain
from telephony.numbers import NumberKind, read_number
from telephony.unreadable import Unreadable


class Complaint(NamedTuple):
    """What is wrong with a cell and what to do, in both languages."""

    zh: str
    en: str


class Birthday(NamedTuple):
    """A day of the year, by the calendar it was told in; nothing is ever converted."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    is_lunar: bool = False
    is_leap: bool = False


class ListedNumber(NamedTuple):
    """A number of the list, with what was typed for it."""

    number: str
    extension: str
    kind: NumberKind
    region: str
    raw: str


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]")
_BETWEEN_NUMBERS = re.compile(r"[;；、,，\r\n]+")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_BROKEN_FORMULA = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")
_DATE = re.compile(
    r"(?:(?P<year>[0-9]{4})\s*[-/.年]\s*)?(?P<leap>闰|leap )?(?P<month>[0-9]{1,2})\s*[-/.月]"
    r"\s*(?P<day>[0-9]{1,2})\s*[日号]?(?:[ T]+0{1,2}:00(?::00)?)?"
)
_YES = frozenset({"是", "有", "yes", "y", "true", "1", "1.0", "√", "✓"})
_NO = frozenset({"", "否", "无", "no", "n", "false", "0", "0.0", "×", "x"})
_OLDEST = 1900
_EXCEL_BEGAN = date(1899, 12, 30)


def read_text(cell: Any, longest: int) -> str | Complaint:
    """The words in a cell, in one line, full width made plain; at most `longest` characters."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if not isinstance(cell, str) and isinstance(cell, (date, time, timedelta)):
        return Complaint(
            "表格软件把它变成了日期；请把该列设为“文本”后重新填写。",
            "The spreadsheet turned it into a date; format the column as text and type it again.",
        )
    text = "" if cell is None else _tidy(str(cell))
    if text.startswith("#") and _BROKEN_FORMULA.fullmatch(text):
        return Complaint("公式出错；请填写内容。", "The formula failed; write the content itself.")
    if len(text) > longest:
        return Complaint(f"内容太长，最多 {longest} 个字。", f"It is too long; at most {longest} characters.")
    return text


@lru_cache(maxsize=4096)
def _tidy(text: str) -> str:
    """Cached because a list says the same words again and again, and then says them with the same object."""
    return " ".join(unicodedata.normalize("NFKC", _UNPRINTABLE.sub("", text)).split())


def read_choice(cell: Any, words: Words, default: str) -> str | Complaint:
    """One of `words`, Chinese or English; empty is the default."""
    text = plain("" if cell is None else str(cell))
    if not text:
        return default
    if text in words.meanings:
        return words.meanings[text]
    known = "、".join(words.shown)
    return Complaint(f"请填写其中之一：{known}。", f"Write one of: {known}.")


def read_yes(cell: Any) -> bool | Complaint:
    """是/否; empty is 否."""
    text = plain("" if cell is None else str(cell))
    if text in _YES:
        return True
    return False if text in _NO else Complaint("请填写 是 或 否。", "Write yes or no.")


def read_numbers(
    cell: Any, *, region: str, area_code: str, own_numbers: frozenset[str]
) -> tuple[ListedNumber, ...] | Complaint:
    """The numbers in a cell, the first is the main one; none if it is empty, each once."""
    raws = _BETWEEN_NUMBERS.split(cell) if isinstance(cell, str) else [cell]
    found: dict[tuple[str, str], ListedNumber] = {}
    for raw in raws:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            continue
        read = read_number(raw, region=region, area_code=area_code)
        if isinstance(read, Unreadable):
            return Complaint(read.why_zh, read.why_en)
        if read.number in own_numbers:
            return Complaint(
                "这是物业公司自己的号码，不是业主的；请填写业主的号码。",
                "This is the company's own number; write the owner's.",
            )
        listed = ListedNumber(read.number, read.extension, read.kind, read.region, str(raw).strip()[:60])
        found.setdefault((read.number, read.extension), listed)
    if len(found) > 10:
        return Complaint("一个人最多 10 个号码。", "At most 10 numbers a person.")
    return tuple(found.values())


def read_email(cell: Any) -> str | Complaint:
    """An e-mail address, or empty."""
    text = read_text(cell, 200)
    if isinstance(text, Complaint) or not text or _EMAIL.fullmatch(text):
        return text
    return Complaint("邮箱格式不对，应像 name@example.com。", "This is no e-mail address; write name@example.com.")


def read_order(cell: Any) -> int | Complaint:
    """Who is called first: 1 to 99; empty is 1."""
    text = read_text(cell, 20)
    if text == "":
        return 1
    if isinstance(text, str) and re.fullmatch(r"[1-9][0-9]?", text):
        return int(text)
    return text if isinstance(text, Complaint) else Complaint("请填写 1 到 99。", "Write a number from 1 to 99.")


def read_birthday(cell: Any, *, is_lunar: bool, today: date) -> Birthday | Complaint:
    """A day as `1975-08-15`, `8月15日`, `闰6月15日`, a date cell or a spreadsheet's day number; empty: no birthday."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        cell = _EXCEL_BEGAN + timedelta(days=int(cell)) if 366 <= cell <= 60_000 else str(cell)
    if isinstance(cell, date):
        parts = (cell.year, cell.month, cell.day)
        return _existing(Birthday(*parts, is_lunar), today)
    text = read_text(cell, 40)
    if isinstance(text, Complaint) or not text:
        return text if isinstance(text, Complaint) else Birthday()
    if not (match := _DATE.fullmatch(text)):
        return Complaint("看不懂这个日期；请写成 1975-08-15 或 8月15日。", "Write the day as 1975-08-15 or 8月15日.")
    year = int(match["year"]) if match["year"] else None
    if match["leap"] and not is_lunar:
        return Complaint("闰月是农历；请在“农历”一列写是。", "Leap months are lunar; say so in that column.")
    return _existing(Birthday(year, int(match["month"]), int(match["day"]), is_lunar, bool(match["leap"])), today)


@lru_cache(maxsize=4096)
def _existing(day: Birthday, today: date) -> Birthday | Complaint:
    if day.year is not None and not _OLDEST <= day.year <= today.year:
        return Complaint("年份不对，请核对。", "The year cannot be right; check it.")
    is_there = _is_lunar(day) if day.is_lunar else _is_solar(day, today)
    return day if is_there else Complaint("没有这一天；请核对月和日。", "There is no such day; check month and day.")


def _is_lunar(day: Birthday) -> bool:
    return 1 <= (day.month or 0) <= 12 and 1 <= (day.day or 0) <= 30


def _is_solar(day: Birthday, today: date) -> bool:
    try:
        return date(day.year or 2000, day.month or 0, day.day or 0) <= today or day.year is None
    except ValueError:
        return False
