"""When a rehearsal is due, and how long one lasts. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STILL_WANTED = timedelta(minutes=30)
"""A rehearsal that nobody began in this time is left out: not at an hour at which nobody meant it."""
ENDS_AFTER = timedelta(minutes=20)
"""A rehearsal that nobody has taken goes on for so long, past the rung on which everybody is paged."""
TAKEN_FOR = timedelta(minutes=10)
"""One that was taken stands on the desk for so much longer, that whoever took it can look at it."""
LOOKS_BACK_DAYS = 2


def last_due(schedule: str, *, at: datetime, zone: str) -> datetime | None:
    """The moment of `schedule` (`15 10:30` monthly, `wed 10:30` weekly) that is due at `at`; None: none is.

    By the wall clock of `zone`.
    """
    if not schedule:
        return None
    day, _, hour = schedule.partition(" ")
    hours, minutes = map(int, hour.split(":"))
    here = at.astimezone(ZoneInfo(zone))
    for back in range(LOOKS_BACK_DAYS):
        moment = (here - timedelta(days=back)).replace(hour=hours, minute=minutes, second=0, microsecond=0)
        is_day = day in {str(moment.day), WEEKDAYS[moment.weekday()]}
        if is_day and moment <= here < moment + STILL_WANTED:
            return moment
    return None
