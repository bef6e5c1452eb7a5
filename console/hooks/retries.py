"""When a delivery that was not taken is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

AGAIN_AFTER = (
    timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=24),
)  # fmt: skip
"""After the first failed try, the second, and so on; when the last of these fails too, in 56 hours, it is given up."""


def next_try_at(attempts: int, *, at: datetime) -> datetime | None:
    """When it is tried next, of which `attempts` tries have failed, the last at `at`; None: it is given up."""
    return at + AGAIN_AFTER[attempts - 1] if attempts <= len(AGAIN_AFTER) else None
