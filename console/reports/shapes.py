"""The shape every report has: sections of a finding, a chart, a table and a formula. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """How a number is written."""

    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    HOURS = "hours"
    MONEY = "money"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a number (None: there is none) in its unit, or words; `href` leads to the rows it counts."""

    value: float | int | str | None
    unit: Unit = Unit.COUNT
    href: str = ""
    shade: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: `kind` line, bar or stack, of `names` along the axis; each series is a name and its values.

    The series named `broken`, promises that were not kept, is red.
    """

    kind: str
    names: Sequence[str]
    series: Mapping[str, Sequence[float | int | None]]
    unit: Unit = Unit.COUNT
    broken: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is anything to see: a picture of nothing but zeros says less than the table beneath it, but a
        rate of nought is a finding.
        """
        numbers = [value for values in self.series.values() for value in values if value is not None]
        return bool(numbers) if self.unit == Unit.PERCENT else any(numbers)

    def drawn(self) -> dict[str, Any]:
        """As the script reads it."""
        return {
            "kind": self.kind, "names": list(self.names), "unit": self.unit.value, "broken": self.broken,
            "series": [{"name": name, "values": list(values)} for name, values in self.series.items()],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One finding: `title` says it, `name` is what it is about, `how` how it was counted."""

    key: str
    name: str
    title: str
    how: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None
    is_heat: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row behind a number. `moment`: when, if at any; `state`: what became of it."""

    id: int
    ref: str
    href: str
    what: str
    where: str
    state: str
    moment: datetime | None
