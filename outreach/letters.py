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
_PLACE = re.compile(r"[A-Za-z](?:[座栋棟幢区區楼樓门門口户戶塔梯]|单元|單元)")
"""`B座电梯坏了`: a letter that names a place. `B 楼下太暗` may be the words that were asked for."""
_GLUED = re.compile(r"\d[^\W_]")


def free(used: Collection[str]) -> str:
    """The first letter that no open question has; past the last one the last is shared."""
    return next((letter for letter in LETTERS if letter not in used), LETTERS[-1])


def coded(text: str) -> tuple[str, str] | None:
    """The letter and the answer of `B4`, `ｂ ４` or `B 很好`; None where no letter leads, as in `Best wishes`, or where
    it names a place, as in `B座`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _CODED.fullmatch(plain)
    if found is None or not found[2] or _WORD.match(found[2]) or _PLACE.match(plain):
        return None
    return found[1].upper(), found[2].strip()


def is_glued(answer: str) -> bool:
    """Whether words follow the key at once: behind a letter `1车库漏水了` is a place, unless they are the key's own."""
    return _GLUED.match(unicodedata.normalize("NFKC", answer).strip()) is not None


def shown(letter: str) -> str:
    """The letter as a text carries it: nothing where the question was put alone."""
    return "" if letter in {"", FIRST} else letter
