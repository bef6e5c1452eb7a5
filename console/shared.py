"""What many desks ask for in the same breath is read once and held for a moment."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import TypeVar, cast

from flask import current_app

HOLD = timedelta(seconds=2)
"""As long as a desk waits before it asks again: what all of them see is read once or twice for each change."""

HELD = "held_for_desks"
"""Where an application keeps it: with the database that it was read from, and no longer."""
T = TypeVar("T")
_Held = dict[Hashable, tuple[datetime, object]]


def once(key: Hashable, make: Callable[[], T], *, at: datetime) -> T:
    """What `make` gives, or what it gave under this key within the last two seconds, in this process.

    `key` has to say everything that decides about it: also who may see what.
    """
    held = cast(_Held, current_app.extensions[HELD])
    for old in [each for each, (made_at, _) in list(held.items()) if not at - HOLD < made_at <= at]:
        held.pop(old, None)
    if key in held:
        return cast(T, held[key][1])
    made = make()
    held[key] = at, made
    return made
