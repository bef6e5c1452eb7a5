"""How one text of a menu file differs from another, line by line. Pure."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AROUND = 2
"""So many lines that are the same stand round what differs."""
Kind = Literal["gone", "new", "same", "gap"]
_KINDS: Mapping[str, Kind] = {"-": "gone", "+": "new", " ": "same"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference; a `gap` stands for lines in between that are the same."""

    kind: Kind
    text: str = ""


def difference(before: str, after: str) -> list[Line]:
    """What became of `before`; empty where the two are the same."""
    lines: list[Line] = []
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), n=AROUND, lineterm="")
    for line in list(told)[2:]:
        if line.startswith("@@"):
            lines += [Line("gap")] if lines else []
        else:
            lines.append(Line(_KINDS[line[0]], line[1:]))
    return lines


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the files that two sets do not have alike."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
