"""Paging: where a list goes on, as an opaque word. Pure."""

import base64
import binascii
import re

from base.errors import BadInput
from base.ids import LARGEST_ID

_KNOWN = re.compile(r"([a-z]+):([0-9]{1,10})")


def cursor(name: str, id: int) -> str:
    """What to pass as `after` to go on behind the row `id` of the list `name`."""
    return base64.urlsafe_b64encode(f"{name}:{id}".encode()).decode().rstrip("=")


def read_cursor(name: str, word: str) -> int:
    """The id a cursor of this list stands for. Raises `BadInput` for anything else."""
    try:
        told = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        told = ""
    found = _KNOWN.fullmatch(told)
    if found is None or found[1] != name or int(found[2]) > LARGEST_ID:
        raise BadInput(
            "这不是本列表给出的 next，请从头读起。This is not a `next` of this list; begin at its first page."
        )
    return int(found[2])
