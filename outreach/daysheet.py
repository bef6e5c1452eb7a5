"""A sheet of special days read row by row: the day, what it is, its name. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tickets.workdays import DayKind

CHINESE = {"日期": "day", "类型": "kind", "名称": "name"}
NEEDED = ("day", "kind")
KINDS = {"休": DayKind.OFF, "班": DayKind.WORK, "哀悼": DayKind.MOURNING}
LONGEST_NAME = 60
_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day as written."""

    day: date
    kind: DayKind
    name: str


def read_days(rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[list[DayRow], list[str]]:
    """The days of a sheet whose first row that names the columns is the heads, and a complaint for every wrong row."""
    heads: dict[str, int] | None = None
    days: list[DayRow] = []
    complaints: list[str] = []
    for number, cells in rows:
        words = [_word(cell) for cell in cells]
        if heads is None:
            heads = _heads(words)
        elif any(words):
            read = _read(number, {name: _at(cells, place) for name, place in heads.items()})
            if isinstance(read, DayRow):
                days.append(read)
            else:
                complaints.append(read)
    if heads is None:
        complaints.append("没有表头，需要：日期、类型、名称 / no row of heads; it needs: day, kind, name")
    return days, complaints + _contradictions(days)


def read_kind(text: str) -> DayKind | None:
    """What kind of day a word names, in either language; None for any other word."""
    word = text.strip().casefold()
    return KINDS.get(word) or next((kind for kind in DayKind if kind == word), None)


def _read(row: int, cells: dict[str, Any]) -> DayRow | str:
    day, kind = _day(cells["day"]), read_kind(_word(cells["kind"]))
    if day is None:
        read = _word(cells["day"])
        return f"第 {row} 行：看不懂日期“{read}”，请写 2027-02-06 / row {row}: cannot read the day {read!r}"
    if kind is None:
        read = _word(cells["kind"])
        return (
            f"第 {row} 行：没有类型“{read}”，可写：{'、'.join(KINDS)} / "
            f"row {row}: no such kind {read!r}; one of: {', '.join(DayKind)}"
        )
    return DayRow(day, kind, _word(cells.get("name", ""))[:LONGEST_NAME])


def _contradictions(days: Iterable[DayRow]) -> list[str]:
    kinds: dict[date, DayKind] = {}
    found = []
    for one in days:
        if one.kind is DayKind.MOURNING:
            continue
        if kinds.setdefault(one.day, one.kind) is not one.kind:
            found.append(f"{one.day} 既写休又写班 / {one.day} is said to be both off and worked")
    return found


def _heads(words: list[str]) -> dict[str, int] | None:
    places = {CHINESE.get(word, word.casefold()): place for place, word in reversed(list(enumerate(words)))}
    known = {name: places[name] for name in CHINESE.values() if name in places}
    return known if all(name in known for name in NEEDED) else None


def _day(cell: Any) -> date | None:
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    found = _WRITTEN.fullmatch(_word(cell))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _at(cells: Sequence[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else ""


def _word(cell: Any) -> str:
    return str(cell or "").strip()
