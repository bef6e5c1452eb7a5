"""How long each clock of each level may run, when it does, and which of them is promised. Pure; the table is a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from base.rulefile import Written, read_list, text_of, wrong
from tickets.lifecycle import Level
from tickets.running import ClockName
from tickets.triage import wakes

RULES: Final = Path(__file__).with_name("clocks.yaml")
MINUTE: Final = 60.0
MOST_MINUTES: Final = 60 * 24 * 60
"""Sixty days: longer is a slip of the pen."""
MOST_HOURS: Final = 99
"""As many are told in words."""
MAY_PROMISE: Final[Mapping[Level, frozenset[ClockName]]] = {
    Level.P0: frozenset({ClockName.ARRIVE}),
    Level.P1: frozenset({ClockName.ARRIVE}),
    Level.P2: frozenset({ClockName.ACK, ClockName.FIRST_REPLY}),
    Level.P3: frozenset({ClockName.FIRST_REPLY}),
    Level.C1: frozenset({ClockName.FIRST_REPLY}),
    Level.C2: frozenset({ClockName.ACK, ClockName.FIRST_REPLY}),
}
"""What the sentences say that callers hear and read: that somebody comes, gets in touch, or answers."""


class Runs(StrEnum):
    """When a clock runs that does not run always: in the desk's hours, there on working days, on whole working days."""

    DESK = "desk"
    OFFICE = "office"
    WORKDAYS = "workdays"


_OTHERS: Final = frozenset({"level", "promised", "told", "rework", "whose"})
_KNOWN: Final = _OTHERS | frozenset(ClockName) | frozenset(Runs)


@dataclass(frozen=True, slots=True)
class Row:
    """What is allowed at one level, in seconds.

    `told_s`: how much service time before the promised moment the first of us is told; None where people are woken.
    `rework_s`: how long a repair may take that its owner said is not done; None: as the first one. `whose_s`: how long
    somebody has to say whose a complaint is.
    """

    promised: ClockName
    allowed_s: Mapping[ClockName, float]
    runs: Mapping[ClockName, Runs]
    told_s: float | None
    rework_s: float | None
    whose_s: float

    @property
    def promised_s(self) -> float:
        """How long the clock runs whose end the caller is told."""
        return self.allowed_s[self.promised]


Table = Mapping[Level, Row]


def read_table(text: str, name: str = RULES.name) -> Table:
    """The table of a file. Raises `SettingsError`, which says in which line it is wrong and how to write it."""
    table: dict[Level, Row] = {}
    for each in read_list(text, name):
        levels = each.words("level", frozenset(Level))
        if len(levels) != 1:
            raise each.wrong("level", "每条写一个级别", "each entry is about one level")
        level = Level(levels[0])
        if level in table:
            raise each.wrong("level", f"{level.value} 写了两次", f"{level.value} is written twice")
        table[level] = _row(each, level)
    if missing := [level.value for level in Level if level not in table]:
        raise wrong(name, 1, f"缺少级别 {'、'.join(missing)}", f"levels are missing: {', '.join(missing)}")
    return table


@cache
def table_of_the_house(own: str = "") -> Table:
    """The table of the file `own`, or of the release where it is empty. Raises as `read_table` does."""
    return read_table(text_of(own, RULES), own or RULES.name)


def _row(each: Written, level: Level) -> Row:
    each.only(_KNOWN)
    allowed = {name: _minutes(each, name) * MINUTE for name in ClockName if name in each.values}
    for name in (ClockName.CALLBACK, *((ClockName.ACK,) if wakes(level) else ())):
        if name not in allowed:
            raise each.wrong("", f"缺少 {name.value}", f"{name.value} is missing")
    return Row(
        promised=_promised(each, level, allowed), allowed_s=allowed, runs=_runs(each, level, allowed),
        told_s=_told(each, level), rework_s=_minutes(each, "rework") * MINUTE if "rework" in each.values else None,
        whose_s=_minutes(each, "whose") * MINUTE,
    )  # fmt: skip


def _minutes(each: Written, key: str) -> float:
    return each.number(key, 1, MOST_MINUTES, unsaid=0)  # what is needed and not said is no number above zero


def _promised(each: Written, level: Level, allowed: Mapping[ClockName, float]) -> ClockName:
    names = each.words("promised", MAY_PROMISE[level])
    if len(names) != 1 or names[0] not in allowed:
        known = "、".join(sorted(MAY_PROMISE[level] & allowed.keys()))
        raise each.wrong(
            "promised", f"promised 写一个有时限的钟：{known}", f"promised names one clock that is here: {known}"
        )
    minutes = allowed[ClockName(names[0])] / MINUTE
    if minutes % 1 or (minutes >= 60 and (minutes % 60 or minutes / 60 > MOST_HOURS)):
        raise each.wrong(
            names[0], f"答复来电人的时限要是 1–59 分钟，或整小时（最多 {MOST_HOURS}）",
            f"what callers are told is 1 to 59 minutes, or whole hours up to {MOST_HOURS}",
        )  # fmt: skip
    return ClockName(names[0])


def _runs(each: Written, level: Level, allowed: Mapping[ClockName, float]) -> dict[ClockName, Runs]:
    always = {*ClockName} if level in {Level.P0, Level.P1} else {ClockName.ACK} if wakes(level) else set()
    found: dict[ClockName, Runs] = {}
    for when in Runs:
        for word in each.words(when, frozenset(ClockName)):
            name = ClockName(word)
            if name not in allowed or name in found:
                raise each.wrong(
                    when, f"{word} 没有时限，或写了两次", f"{word} is allowed no time here, or stands in two of these"
                )
            if name in always:
                raise each.wrong(when, f"{level.value} 的 {word} 全天计时", f"{word} of {level.value} runs always")
            found[name] = when
    return found


def _told(each: Written, level: Level) -> float | None:
    if not wakes(level):
        return _minutes(each, "told") * MINUTE
    if "told" in each.values:
        raise each.wrong("told", f"{level.value} 立即叫醒人，不写 told", f"{level.value} wakes people at once: no told")
    return None
