"""Category, level, department: what a matter is, how urgent, and what we promise. Pure.

The defaults follow what estates commonly promise (five minutes on site where life is in danger, half an hour
for a burst pipe, a day for a tap); a company changes them here.
"""

from dataclasses import dataclass
from datetime import time

from tickets.lifecycle import Kind, Level


@dataclass(frozen=True, slots=True)
class Category:
    """One sort of trouble, in both languages, with who sees to it and how urgent it is by default."""

    code: str
    zh: str
    en: str
    department: str
    level: Level


@dataclass(frozen=True, slots=True)
class Promise:
    """What the caller is told will happen: within `minutes`, in words for voice and text."""

    minutes: int
    zh: str
    en: str


ENGINEERING, SECURITY, CARE, FINANCE, DESK = "engineering", "security", "environment", "finance", "desk"

CATEGORIES: dict[str, Category] = {
    c.code: c
    for c in (
        Category("lift_trapped", "电梯困人", "trapped in a lift", ENGINEERING, Level.P0),
        Category("fire", "火警", "fire", SECURITY, Level.P0),
        Category("gas_leak", "燃气泄漏", "gas leak", ENGINEERING, Level.P0),
        Category("burst_pipe", "漏水爆管", "burst pipe", ENGINEERING, Level.P1),
        Category("other_emergency", "紧急情况", "emergency", SECURITY, Level.P0),
        Category("emergency", "紧急求助", "emergency call", SECURITY, Level.P0),
        Category("water_power", "水电", "water or electricity", ENGINEERING, Level.P2),
        Category("lift", "电梯故障", "lift out of order", ENGINEERING, Level.P1),
        Category("access", "门禁对讲", "door access or intercom", SECURITY, Level.P2),
        Category("blockage", "管道堵塞", "blocked pipe", ENGINEERING, Level.P2),
        Category("other_repair", "其他报修", "other repair", ENGINEERING, Level.P2),
        Category("complaint", "投诉", "complaint", DESK, Level.C1),
        Category("noise", "噪音扰民或装修", "noise or building work", SECURITY, Level.C1),
        Category("cleaning", "环境卫生", "cleaning", CARE, Level.C1),
        Category("fees", "收费", "fees", FINANCE, Level.C1),
        Category("attitude", "服务态度", "the way somebody was treated", DESK, Level.C1),
        Category("grave_complaint", "重大投诉", "grave complaint", DESK, Level.C2),
        Category("enquiry", "咨询", "enquiry", DESK, Level.P3),
        Category("suggestion", "建议", "suggestion", DESK, Level.P3),
        Category("praise", "表扬", "praise", DESK, Level.P3),
        Category("person", "转人工", "asked for a person", DESK, Level.P2),
        Category("missed_call", "未接来电", "missed call", DESK, Level.P2),
        Category("text", "短信留言", "text message", DESK, Level.P3),
    )
}

_LEVEL_OF_KIND = {
    Kind.EMERGENCY: Level.P0,
    Kind.REPAIR: Level.P2,
    Kind.COMPLAINT: Level.C1,
    Kind.ENQUIRY: Level.P3,
    Kind.SUGGESTION: Level.P3,
    Kind.PRAISE: Level.P3,
    Kind.HELP: Level.P2,
}

_WAKES = frozenset({Level.P0, Level.P1, Level.C2})

_PROMISES = {
    Level.P0: Promise(5, "值班人员五分钟内到场", "somebody will be with you within five minutes"),
    Level.P1: Promise(30, "维修人员三十分钟内到场", "somebody will be with you within thirty minutes"),
    Level.P2: Promise(30, "我们将在三十分钟内与您联系", "we will contact you within thirty minutes"),
    Level.P3: Promise(240, "我们将在四小时内答复您", "we will answer you within four hours"),
    Level.C1: Promise(1440, "我们将在二十四小时内答复您", "we will answer you within twenty-four hours"),
    Level.C2: Promise(60, "项目经理将在一小时内与您联系", "the manager will contact you within an hour"),
}
USUAL_DAY = (time(8, 30), time(18))
"""The desk's hours where no project says its own."""
_NIGHT = Promise(720, "我们将在次日九点前与您联系", "we will contact you before nine in the morning")


def level_of(kind: Kind, category: str) -> Level:
    """How urgent a matter is by default; an unknown category counts as its kind does."""
    known = CATEGORIES.get(category)
    return known.level if known else _LEVEL_OF_KIND[kind]


def wakes(level: Level) -> bool:
    """Whether somebody is paged for it at any hour."""
    return level in _WAKES


def promise(level: Level, *, is_day: bool) -> Promise:
    """What the caller is told. At night, what wakes nobody is promised for the morning."""
    if not is_day and level in {Level.P2, Level.P3}:
        return _NIGHT
    return _PROMISES[level]


def is_day(here: time, hours: tuple[time, time] = USUAL_DAY) -> bool:
    """Whether a desk with these hours (first moment, first moment after) is open at `here` on its own wall clock.

    Hours may go over midnight; a desk that opens when it closes never does.
    """
    starts, ends = hours
    return starts <= here < ends if starts <= ends else here >= starts or here < ends


def promise_time(level: Level, language: str, *, is_day: bool) -> str:
    """The promise as it stands in a text: `4小时内`, `within 4 hours`."""
    promised = promise(level, is_day=is_day)
    if promised is _NIGHT:
        return "by nine in the morning" if language == "en" else "次日九点前"
    minutes = promised.minutes
    count, zh, en = (minutes // 60, "小时", "hour") if minutes >= 60 else (minutes, "分钟", "minute")
    return f"within {count} {en}{'' if count == 1 else 's'}" if language == "en" else f"{count}{zh}内"


def category_words(code: str, language: str) -> str:
    """The category in words of `zh` or `en`; empty for one nobody knows."""
    known = CATEGORIES.get(code)
    if not known:
        return ""
    return known.en if language == "en" else known.zh
