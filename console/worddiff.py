"""How one wording differs from another: Chinese by the character, Latin by the word. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

_PARTS = re.compile(r"\{\w+\}|[A-Za-z0-9:./'-]+|\s+|.", re.DOTALL)
"""What is changed as a whole: a blank to be filled in, a word or a number, one character of any other script."""

LONGEST: Final = 500
"""Parts of a wording that are compared one by one: the time grows with their cube, and no text is that long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a wording that stands in both, or only in the one before (`gone`) or after (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """What became of `before`, in the order in which it is read: where words were replaced, first what is gone.

    A wording of more than `LONGEST` parts is taken as a whole.
    """
    was, now = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(was), len(now)) > LONGEST:
        was, now = [before], [after]
    return list(_pieces(was, now))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for what, b_from, b_to, a_from, a_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(before[b_from:b_to]))
            continue
        if gone := "".join(before[b_from:b_to]):
            yield Piece("gone", gone)
        if new := "".join(after[a_from:a_to]):
            yield Piece("new", new)
