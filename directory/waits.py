"""How long somebody who tried in vain waits before the next try. Pure."""

from datetime import timedelta

FREE = 4
"""So many mistakes cost nothing: a word mistyped, the other password, the key for capitals."""
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
FORGOTTEN = timedelta(hours=1)
"""Whoever did not try for so long begins anew."""


def wait_after(failures: int) -> timedelta:
    """The wait after so many mistakes in a row; it rises, and never beyond a quarter of an hour."""
    return WAITS[min(failures - FREE, len(WAITS)) - 1] if failures > FREE else timedelta()
