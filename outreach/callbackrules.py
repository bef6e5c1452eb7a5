"""Which rule holds for a finished ticket: of how many owners are asked, when, by what and how often. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from base.errors import SettingsError
from base.rulefile import read_yaml
from messages.lifecycle import Way
from outreach.surveys import ALWAYS_ASKED, MOST_TRIES
from tickets.lifecycle import Kind, Level
from tickets.triage import CATEGORIES

RULES: Final = Path(__file__).with_name("callbackrules.yaml")
WAYS: Final = (Way.TEXT, Way.CALL)
MOST_HOURS: Final = 24 * 60
REMIND_HOURS: Final = (24, 48)
"""Sooner would press, later there would be no time left to answer."""
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "kind": frozenset(Kind), "category": frozenset(CATEGORIES), "level": frozenset(Level), "ways": frozenset(WAYS),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """How the owners of some tickets are asked; an empty kind, category or level fits any.

    `share`: of how many, from 0 to 1. `earliest`, `latest`: hours after they were told the result; None: as the
    installation says, and without an end. `remind`: hours after a question by text until its reminder; 0: never.
    """

    kind: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    share: float = 1.0
    earliest: float | None = None
    latest: float | None = None
    ways: tuple[Way, ...] = WAYS
    tries: int = MOST_TRIES
    remind: float = 36

    def fits(self, kind: str, category: str, level: str) -> bool:
        """Whether it is about such tickets."""
        pairs = ((self.kind, kind), (self.category, category), (self.level, level))
        return all(not wanted or given in wanted for wanted, given in pairs)

    def draws(self, kind: Kind, ref: str) -> bool:
        """Whether the owner of this ticket is asked: nobody can choose whom, the number itself decides."""
        if kind in ALWAYS_ASKED:
            return True
        return int.from_bytes(hashlib.sha256(ref.encode()).digest()[:4]) / 2**32 < self.share

    def delay(self, usual_s: float) -> timedelta:
        """How long after the result was told its owner is asked; `usual_s` where the rule says nothing else."""
        return timedelta(seconds=usual_s) if self.earliest is None else timedelta(hours=self.earliest)

    @property
    def patience(self) -> timedelta | None:
        """How long a question by text is left alone before its reminder; None: for good."""
        return timedelta(hours=self.remind) if self.remind else None

    @property
    def lasts(self) -> timedelta | None:
        """How long after the result was told it still makes sense to ask."""
        return None if self.latest is None else timedelta(hours=self.latest)


def rule_for(kind: Kind, category: str, level: Level, rules: Sequence[Rule] | None = None) -> Rule:
    """The first rule that fits; the last one fits everything."""
    return next(rule for rule in rules or rules_of_the_house() if rule.fits(kind.value, category, level.value))


def read_rules(text: str) -> list[Rule]:
    """The rules of a file. Raises `SettingsError` that says which rule is wrong and how to write it."""
    found = read_yaml(text, RULES.name)
    if not isinstance(found, list) or not found:
        raise _wrong(0, "要写成一个列表", "the file must be a list of rules")
    rules = [_rule(number, each) for number, each in enumerate(found, 1)]
    last = rules[-1]
    if last.kind or last.category or last.level:
        raise _wrong(len(rules), "最后一条要适用于所有工单", "the last rule must fit every ticket")
    return rules


@cache
def rules_of_the_house() -> list[Rule]:
    """The rules of this installation's file."""
    return read_rules(RULES.read_text(encoding="utf-8"))


def _rule(number: int, written: Any) -> Rule:
    if not isinstance(written, Mapping):
        raise _wrong(number, "要写成 名称: 值", "write it as name: value")
    known = {each.name for each in fields(Rule)}
    if strange := sorted(set(written) - known):
        raise _wrong(
            number, f"没有“{strange[0]}”这一项", f"there is no {strange[0]!r}; known: {', '.join(sorted(known))}"
        )
    words: dict[str, Any] = {name: _words(written[name]) for name in _ALLOWED if name in written}
    for name, allowed in _ALLOWED.items():
        if bad := [word for word in words.get(name, ()) if word not in allowed]:
            raise _wrong(number, f"{name} 里没有“{bad[0]}”", f"{name} has no {bad[0]!r}")
    if "ways" in words:
        words["ways"] = tuple(Way(word) for word in words["ways"])
        if not words["ways"]:
            raise _wrong(number, "ways 至少要有一种", "ways needs at least one")
    return Rule(**words, **_numbers(number, written))


def _numbers(number: int, written: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {"share": (0, 1), "earliest": (0, MOST_HOURS), "latest": (0, MOST_HOURS), "tries": (1, 9)}
    found = {}
    for name, (least, most) in bounds.items():
        if name not in written:
            continue
        value = written[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise _wrong(number, f"{name} 要在 {least} 到 {most} 之间", f"{name} must be {least} to {most}")
        found[name] = value
    least, most = REMIND_HOURS
    remind = written.get("remind", 0)
    if isinstance(remind, bool) or not isinstance(remind, (int, float)) or (remind and not least <= remind <= most):
        raise _wrong(
            number, f"remind 要在 {least} 到 {most} 之间，0 表示不提醒", f"remind must be {least} to {most}, or 0"
        )
    if "remind" in written:
        found["remind"] = remind
    if found.get("earliest", 0) > found.get("latest", MOST_HOURS):
        raise _wrong(number, "latest 要晚于 earliest", "latest must be after earliest")
    return found


def _words(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _wrong(number: int, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{RULES.name} 第 {number} 条：{zh}。Rule {number} of {RULES.name}: {en}.")
