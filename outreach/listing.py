"""What the lines of a list somebody brings may mean: telephone numbers, or rooms as people spell them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from directory.places import keys_of, spelt
from telephony.numbers import ReadNumber, read_number

MOST_LISTED: Final = 5000
"""Lines of a list: whoever means more means a building or an estate, and can say so."""

Place = tuple[str, str, str]
"""The keys of building, unit and room, without leading zeros; an empty unit fits any."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: its number in the file, what it says, and the number or the room that it means."""

    row: int
    text: str
    number: str = ""
    place: Place | None = None


def read_lines(
    rows: Iterable[tuple[int, Sequence[object]]], *, region: str, area_code: str = "", may_have_head: bool = True
) -> list[Line]:  # fmt: skip
    """The lines that say something, each by the first of its cells that is a number, or else by a room.

    A room stands in one cell (3-2-1502, 3号楼2单元1502室) or in several. A first line without any digit is a heading,
    where there may be one.
    """
    found: list[Line] = []
    for row, cells in rows:
        said = words_of(cells)
        text = " ".join(said)
        if not said or (may_have_head and not found and not keys_of(text)):
            continue
        found.append(_read(row, said, text, region, area_code))
    return found


def words_of(cells: Iterable[object]) -> list[str]:
    """What the cells of a row say, without the empty ones; a sheet keeps room 1502 as 1502.0."""
    words = ("" if cell is None else str(cell).strip().removesuffix(".0") for cell in cells)
    return [word for word in words if word]


def place_key(building: str, unit: str, room: str) -> Place:
    """How a home is looked up by its names or by what somebody wrote."""
    return tuple(keys_of(part).lstrip("0") for part in (building, unit, room))  # type: ignore[return-value]


def by_place(homes: Iterable[tuple[int, int, str, str, str]]) -> Mapping[Place, list[int]]:
    """Homes (id, project, building, unit, room) by what may be written for them, with their unit and without.

    A room that is written the same in two projects is none: the list does not say which is meant.
    """
    known: dict[Place, list[int]] = {}
    projects: dict[Place, set[int]] = {}
    for home_id, project_id, building, unit, room in homes:
        whole = place_key(building, unit, room)
        for key in {whole, (whole[0], "", whole[2])}:
            known.setdefault(key, []).append(home_id)
            projects.setdefault(key, set()).add(project_id)
    return {key: ids for key, ids in known.items() if len(projects[key]) == 1}


def _read(row: int, said: Sequence[str], text: str, region: str, area_code: str) -> Line:
    for cell in said:
        read = read_number(cell, region=region, area_code=area_code)
        if isinstance(read, ReadNumber) and not read.extension:
            return Line(row, text, number=read.number)
    for cell in (*said, "-".join(said)):
        parts = spelt(cell)
        if len(parts) in {2, 3}:
            return Line(row, text, place=place_key(parts[0], parts[1] if len(parts) == 3 else "", parts[-1]))
    return Line(row, text)
