"""Who is asked after an all-clear whether it is true where they live, when, and what the answers are. Pure."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from base.errors import SettingsError
from base.rulefile import read_yaml
from tickets.lifecycle import IncidentKind
from tickets.triage import CATEGORIES

RULES: Final = Path(__file__).with_name("spotchecks.yaml")
TEXT_LIVES: Final = timedelta(hours=24)
"""How long such a question by text is waited for; what comes later still counts for as long again."""
YES, NO = "1", "2"
ASKED_ABOUT: Final = frozenset(IncidentKind) - {IncidentKind.DRILL}
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "after": (0, 48), "latest": (1, 168), "share": (0, 1), "least": (0, 1000), "most": (1, 1000), "tries": (1, 3),
    "doubted": (2, 100),
}  # fmt: skip


class SpotState(StrEnum):
    """Where one such question stands; `planned`: it will be put, or put again; `open`: it has been put."""

    PLANNED = "planned"
    OPEN = "open"
    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class SpotRules:
    """How many households are asked and when; `categories`: what a no becomes, by kind of incident; `doubted`: so many
    homes of a building that say no are one matter, which wakes somebody.
    """

    after: float
    latest: float
    share: float
    least: int
    most: int
    tries: int
    doubted: int
    categories: Mapping[str, str]

    @property
    def wait(self) -> timedelta:
        """How long after an all-clear the first are asked."""
        return timedelta(hours=self.after)

    @property
    def lasts(self) -> timedelta:
        """How long after that it still makes sense to ask."""
        return timedelta(hours=self.latest)

    def how_many(self, households: int) -> int:
        """Of so many households."""
        return min(households, self.most, max(self.least, math.ceil(self.share * households)))


def in_order(incident_id: int, numbers: Iterable[str]) -> list[str]:
    """The numbers as they are drawn: by number and incident, always the same."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{incident_id}/{number}".encode()).digest())


@cache
def rules_of_the_house() -> SpotRules:
    """The rules of this installation's file."""
    return read_rules(RULES.read_text(encoding="utf-8"))


def read_rules(text: str) -> SpotRules:
    """The rules of a file. Raises `SettingsError` that says which is wrong and how to write it."""
    found = read_yaml(text, RULES.name)
    if not isinstance(found, Mapping):
        raise _wrong("", "要写成 名称: 值", "write it as name: value")
    if odd := sorted({*_BOUNDS, "categories"} ^ set(found), key=str):
        raise _wrong(odd[0], "多了或少了这一项", "is missing, or one too many")
    numbers: dict[str, Any] = {name: _number(name, found[name]) for name in _BOUNDS}
    if numbers["least"] > numbers["most"]:
        raise _wrong("least", "不能多于 most", "must not be more than most")
    categories = found["categories"]
    if not isinstance(categories, Mapping) or set(categories) != set(ASKED_ABOUT):
        raise _wrong("categories", "每种事件都要写，演练除外", "needs every kind of incident but drill")
    if strange := [one for one in categories.values() if one not in CATEGORIES]:
        raise _wrong("categories", f"没有“{strange[0]}”这个类别", f"there is no category {strange[0]!r}")
    return SpotRules(**numbers, categories=dict(categories))


def _number(name: str, value: Any) -> float:
    least, most = _BOUNDS[name]
    kinds = (int,) if name in {"least", "most", "tries", "doubted"} else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        raise _wrong(name, f"要在 {least} 到 {most} 之间", f"must be {least} to {most}")
    return value


def _wrong(name: str, zh: str, en: str) -> SettingsError:
    return SettingsError(f"{RULES.name} 的 {name}：{zh}。{name} of {RULES.name}: {en}.")
