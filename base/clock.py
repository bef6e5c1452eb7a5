"""The only place that reads the time."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_stopped_at: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _stopped_at or datetime.now(UTC)


def ticks_s() -> float:
    """Seconds on a clock that only runs forward, for measuring durations (never stopped)."""
    return time.monotonic()


def stop_at(at: datetime | None) -> None:
    """Let this process's hands stand at `at` (aware) until moved again; None lets them run. For rehearsals."""
    global _stopped_at  # noqa: PLW0603  the one moving part of the one clock
    _stopped_at = at


def local(at: datetime, zone: str) -> datetime:
    """`at` on the wall clock of `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone))
