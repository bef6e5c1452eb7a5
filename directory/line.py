"""One row of a roster being read: its cells, and what is wrong with them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from directory import cells
from directory.cells import Complaint
from directory.columns import CHINESE, NEEDED, Field, Heads

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One complaint about one row: the column's own head, what was read there, and what to do."""

    row: int
    column: str
    read: str
    zh: str
    en: str


class Line:
    """One row being read; collects complaints."""

    def __init__(self, number: int, row: list[Any], heads: Heads) -> None:
        self.number = number
        self.heads = heads
        self.refusals: list[Refusal] = []
        self._row = row

    def cell(self, column: Field) -> Any:
        """What stands in a column; None where the row or the sheet has no such place."""
        place = self.heads.places.get(column)
        return self._row[place] if place is not None and place < len(self._row) else None

    def is_blank(self) -> bool:
        """Whether the row names nobody and nothing (empty, a total, the rest of a merge)."""
        return all(
            self.cell(f) is None or not str(self.cell(f)).strip() for f in (Field.HOME, Field.NAME, Field.NUMBERS)
        )

    def take(self, column: Field, read: Callable[[Any], Value | Complaint], otherwise: Value) -> Value:
        """What a cell means; a complaint is kept, and `otherwise` stands in for it."""
        value = read(self.cell(column))
        if isinstance(value, Complaint):
            self.complain(column, value)
            return otherwise
        return value

    def text(self, column: Field, longest: int) -> str:
        """The words of a cell; a needed column must not be empty."""
        text = self.take(column, lambda cell: cells.read_text(cell, longest), "")
        is_known = any(refusal.column == self.heads.words.get(column) for refusal in self.refusals)
        if not text and column in NEEDED and not is_known:
            self.complain(column, Complaint("必填，不能为空。", "It is needed; fill it in."))
        return text

    def complain(self, column: Field, complaint: Complaint) -> None:
        """Keep what is wrong with a cell, as its own head calls the column."""
        cell = self.cell(column)
        read = "" if cell is None else str(cell)[:100]
        word = self.heads.words.get(column, CHINESE[column])
        self.refusals.append(Refusal(self.number, word, read, complaint.zh, complaint.en))
