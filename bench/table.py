"""The answers of the bench as one aligned table, and whether every limit is kept. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

HEADS = ("measured 测项", "database 数据库", "ours 本系统", "baseline 基线", "ratio 比值", "limit 界限", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `value` is what the limit speaks of: a ratio, or seconds; None where there is no limit.

    `bound` says on which side of `limit` it must be.
    """

    name: str
    database: str
    ours: str
    baseline: str = "–"
    value: float | None = None
    unit: Literal["x", "s"] = "x"
    limit: float | None = None
    bound: Literal["at least", "under"] = "at least"

    @property
    def is_kept(self) -> bool:
        """Whether the limit, if there is one, is kept."""
        if self.limit is None:
            return True
        if self.value is None:
            return False
        return self.value >= self.limit if self.bound == "at least" else self.value < self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        """As they are shown."""
        ratio = f"{_short(self.value)}x" if self.unit == "x" and self.value is not None else "–"
        sign = "≥" if self.bound == "at least" else "<"
        limit = "–" if self.limit is None else f"{sign} {self.limit:g}{'' if self.unit == 'x' else ' s'}"
        verdict = "" if self.limit is None else "ok" if self.is_kept else "SHORT"
        return self.name, self.database, self.ours, self.baseline, ratio, limit, verdict


def table(rows: Sequence[Row]) -> str:
    """The rows under their heads, in columns as wide as what stands in them."""
    lines = [HEADS, *(row.cells for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEADS))]
    shown = ["  ".join(cell + " " * (wide - _width(cell)) for cell, wide in zip(line, widths, strict=True)).rstrip()
             for line in lines]  # fmt: skip
    return "\n".join([shown[0], "─" * (sum(widths) + 2 * len(widths) - 2), *shown[1:]])


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
