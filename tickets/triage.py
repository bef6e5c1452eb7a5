"""Category, level, department: what a matter is, and how urgent. Pure.

The defaults follow what estates commonly do; a company changes them here.
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
        Category("no_power", "停电", "power cut", ENGINEERING, Level.P1),
        Category("no_water", "停水", "water cut", ENGINEERING, Level.P1),
        Category("sewage", "污水外溢", "sewage overflow", ENGINEERING, Level.P1),
        Category("lift", "电梯故障", "lift out of order", ENGINEERING, Level.P1),
        Category("gate", "门禁道闸失灵", "failed gate or barrier", SECURITY, Level.P1),
        Category("false_alarm", "消防误报", "false fire alarm", SECURITY, Level.P1),
        Category("facade", "外墙脱落", "falling facade", ENGINEERING, Level.P1),
        Category("fallen_tree", "树木倒伏", "fallen tree", CARE, Level.P1),
        Category("thrown_objects", "高空抛物", "thrown objects", SECURITY, Level.P1),
        Category("access", "门禁对讲", "door access or intercom", SECURITY, Level.P2),
        Category("blockage", "管道堵塞", "blocked pipe", ENGINEERING, Level.P2),
        Category("other_repair", "其他报修", "other repair", ENGINEERING, Level.P2),
        Category("complaint", "投诉", "complaint", DESK, Level.C1),
        Category("noise", "噪音扰民或装修", "noise or building work", SECURITY, Level.C1),
        Category("cleaning", "环境卫生", "cleaning", CARE, Level.C1),
        Category("fees", "收费", "fees", FINANCE, Level.C1),
        Category("attitude", "服务态度", "the way somebody was treated", DESK, Level.C1),
        Category("grave_complaint", "重大投诉", "grave complaint", DESK, Level.C2),
        Category("mailbox", "总经理信箱", "manager's mailbox", DESK, Level.C1),
        Category("supervision", "投诉监督", "supervision of an estate", DESK, Level.C1),
        Category("enquiry", "咨询", "enquiry", DESK, Level.P3),
        Category("handover", "收楼验房", "handover of a home", DESK, Level.P3),
        Category("home_keys", "钥匙托管", "keys of an empty home", SECURITY, Level.P3),
        Category("home_look", "空置房查看", "a look at an empty home", ENGINEERING, Level.P3),
        Category("letting", "房屋出租", "letting of a home", DESK, Level.P3),
        Category("address_change", "更改联系方式", "change of address", DESK, Level.P3),
        Category("suggestion", "建议", "suggestion", DESK, Level.P3),
        Category("praise", "表扬", "praise", DESK, Level.P3),
        Category("person", "转人工", "transfer to a person", DESK, Level.P2),
        Category("missed_call", "来电待回", "call to return", DESK, Level.P2),
        Category("text", "短信留言", "text message", DESK, Level.P3),
        Category("visit", "上门告知", "knock and tell", SECURITY, Level.P2),
    )
}

EMPTY_HOME = frozenset({"handover", "home_keys", "home_look", "letting", "address_change"})
"""What is asked about a home in which nobody lives: none can be seen to without knowing which."""

MAILBOX = "mailbox"
"""What is written to the general manager: of headquarters, too, only those who lead read it."""
QUIET_LINES = frozenset({MAILBOX, "supervision"})
"""Lines past the estate; what they are about is an estate, and no home of it."""

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

USUAL_DAY = (time(8, 30), time(18))
"""The desk's hours where no project says its own."""


def level_of(kind: Kind, category: str) -> Level:
    """How urgent a matter is by default; an unknown category counts as its kind does."""
    known = CATEGORIES.get(category)
    return known.level if known else _LEVEL_OF_KIND[kind]


def department_of(category: str, named: str = "") -> str:
    """Who sees to a matter: the department somebody `named`, else that of its category, else the desk."""
    known = CATEGORIES.get(category)
    return named or (known.department if known else DESK)


def wakes(level: Level) -> bool:
    """Whether somebody is paged for it at any hour."""
    return level in _WAKES


def category_words(code: str, language: str) -> str:
    """The category in words of `zh` or `en`; empty for one nobody knows."""
    known = CATEGORIES.get(code)
    if not known:
        return ""
    return known.en if language == "en" else known.zh
