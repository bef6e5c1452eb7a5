"""The only place that reads the time."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta(0)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC) + _shift


def ticks_s() -> float:
    """Seconds on a clock that only runs forward, for measuring durations (never moved by `travel`)."""
    return time.monotonic()


def travel(to_at: datetime | None) -> None:
    """Make `now()` start from `to_at` (aware) in this process; None comes home. For rehearsals in tests."""
    global _shift  # noqa: PLW0603  the one moving part of the one clock
    _shift = timedelta(0) if to_at is None else to_at - datetime.now(UTC)


def local(at: datetime, zone: str) -> datetime:
    """`at` on the wall clock of `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone))
