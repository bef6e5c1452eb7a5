"""Service time: the hours in which a desk is open, on every day or on working days, and reckoning in them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tickets.workdays import Workdays

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """A desk is open from `starts` until `ends` (not included) on the wall clock of `zone`, also over midnight.

    With a `calendar` it is so on working days alone; what is open over midnight belongs to the day it opened. Where
    the two are the same a day is open from midnight to midnight, and without a calendar all time is service time.
    """

    starts: time
    ends: time
    zone: str
    calendar: Workdays | None = None

    @property
    def is_round_the_clock(self) -> bool:
        """All time counts."""
        return self.starts == self.ends and self.calendar is None

    @property
    def daily(self) -> "Hours":
        """The same hours on every day, whatever day it is."""
        return replace(self, calendar=None)

    @property
    def whole_days(self) -> "Hours":
        """All hours of the same days."""
        return replace(self, starts=time(0), ends=time(0))

    def is_provisional(self, at: datetime) -> bool:
        """Whether nobody knows yet which days are moved in the year of `at`, and these hours go by such days."""
        return self.calendar is not None and self.calendar.is_provisional(at.astimezone(ZoneInfo(self.zone)).year)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is inside the hours."""
        return self.opens_at(at) == at

    def opens_at(self, at: datetime) -> datetime:
        """`at` itself while the desk is open, else the moment it opens next."""
        if self.is_round_the_clock:
            return at
        return max(at, next(starts_at for starts_at, ends_at in self._stretches(at) if ends_at > at))

    def between(self, from_at: datetime, until_at: datetime) -> timedelta:
        """How much service time there is from `from_at` until `until_at`; none if that lies before it."""
        if self.is_round_the_clock:
            return max(until_at - from_at, timedelta(0))
        found = timedelta(0)
        for starts_at, ends_at in self._stretches(from_at):
            if starts_at >= until_at:
                return found
            found += max(min(ends_at, until_at) - max(starts_at, from_at), timedelta(0))
        raise AssertionError("days do not end")

    def after(self, at: datetime, span: timedelta) -> datetime:
        """The first moment by which `span` of service time has passed since `at`: at closing, not at the next opening.

        A negative `span` looks back: the last moment from which so much of it is left until `at`.
        """
        if self.is_round_the_clock:
            return at + span
        return self._back(at, -span) if span < timedelta(0) else self._on(at, span)

    def _on(self, at: datetime, span: timedelta) -> datetime:
        if not span:
            return at
        for starts_at, ends_at in self._stretches(at):
            begins_at = max(starts_at, at)
            here = max(ends_at - begins_at, timedelta(0))
            if span <= here:
                return begins_at + span
            span -= here
        raise AssertionError("days do not end")

    def _back(self, at: datetime, span: timedelta) -> datetime:
        for starts_at, ends_at in self._stretches(at, -1):
            stops_at = min(ends_at, at)
            here = max(stops_at - starts_at, timedelta(0))
            if span <= here:
                return stops_at - span
            span -= here
        raise AssertionError("days do not begin")

    def _stretches(self, at: datetime, step: int = 1) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing of one open day after the other, from before `at` on; backwards from after it."""
        day = at.astimezone(ZoneInfo(self.zone)).date() - step * DAY
        while True:
            if self.calendar is None or not self.calendar.on(day).is_off:
                yield self._stretch(day)
            day += step * DAY

    def _stretch(self, day: date) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        last = day if self.starts < self.ends else day + DAY
        # in UTC: two moments of one zone subtract as if its clocks were never put forward or back
        return (
            datetime.combine(day, self.starts, zone).astimezone(UTC),
            datetime.combine(last, self.ends, zone).astimezone(UTC),
        )


ROUND_THE_CLOCK = Hours(time(0), time(0), "UTC")
"""All time is service time."""
