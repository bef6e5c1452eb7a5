"""Several questions open at one number are told apart by a letter: `B4` answers the second. Pure."""

import re
import unicodedata
from collections.abc import Collection
from string import ascii_uppercase
from typing import Final

LETTERS: Final = "".join(letter for letter in ascii_uppercase if letter not in "INORT")
"""Those a text may carry: N, R and T alone refuse what we send, I and O are read as digits."""
FIRST: Final = LETTERS[0]
"""The letter of a question that was put alone: its text shows none."""
_CODED = re.compile(rf"([{LETTERS}])[\s,，.。:：、\-]*(.*)", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]")


def free(used: Collection[str]) -> str:
    """The first letter that no open question has; past the last one the last is shared."""
    return next((letter for letter in LETTERS if letter not in used), LETTERS[-1])


def coded(text: str) -> tuple[str, str] | None:
    """The letter and the answer of `B4`, `ｂ ４` or `B 很好`; None where no letter leads, as in `Best wishes`."""
    found = _CODED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or not found[2] or _WORD.match(found[2]):
        return None
    return found[1].upper(), found[2].strip()


def shown(letter: str) -> str:
    """The letter as a text carries it: nothing where the question was put alone."""
    return "" if letter in {"", FIRST} else letter
