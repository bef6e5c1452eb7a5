"""Ids as addresses and forms carry them: no larger than a column holds. Pure."""

LARGEST_ID = 2**31 - 1
_LONGEST = len(str(LARGEST_ID))


def as_id(text: str) -> int:
    """The id that a field holds; 0, which is nobody's, for a number beyond any. Raises `ValueError` for no number."""
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no id")
    id = int(text) if len(text) <= _LONGEST else 0
    return id if id <= LARGEST_ID else 0
