"""What messages cost, and which of them wait when a day has cost enough. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from messages.lifecycle import MessageClass, Way

DAILY_CAP: Final = "daily_cap"
"""Why a message waits for the next day of the company, or never went."""
NEVER_WAIT: Final = frozenset({MessageClass.EMERGENCY, MessageClass.STAFF})


@dataclass(frozen=True, slots=True)
class Prices:
    """What one segment and one placed call cost, and what a day may cost, in the company's money; 0: no cap.

    `segments` and `calls` are the prices of countries (`HK`) that have one of their own.
    """

    segment: float = 0.0
    call: float = 0.0
    cap: float = 0.0
    segments: Mapping[str, float] = field(default_factory=dict)
    calls: Mapping[str, float] = field(default_factory=dict)

    @property
    def are_known(self) -> bool:
        """Whether any price is set."""
        return bool(self.segment or self.call or self.segments or self.calls)

    @property
    def are_by_country(self) -> bool:
        """Whether it matters where something goes."""
        return bool(self.segments or self.calls)

    def of(self, segments: int, calls: int, country: str = "") -> float:
        """What so many cost to a country; without one, at the plain prices."""
        segment, call = self.segments.get(country, self.segment), self.calls.get(country, self.call)
        return segments * segment + calls * call


def units(rows: Collection[tuple[Way, int]]) -> tuple[int, int]:
    """Segments and calls of messages, each given by its way and its segments."""
    calls = sum(way is Way.CALL for way, _ in rows)
    return sum(segments for way, segments in rows if way is Way.TEXT), calls


def can_wait(message_class: MessageClass, *, is_to_many: bool) -> bool:
    """Whether a message waits when the day has cost enough: greetings, surveys and service to many do.

    Danger and staff never do, nor what answers one person.
    """
    return message_class not in NEVER_WAIT and (message_class is not MessageClass.SERVICE or is_to_many)


def day_of(at: datetime, zone: str) -> date:
    """The day of the company whose money it is."""
    return at.astimezone(ZoneInfo(zone)).date()


def next_day(at: datetime, zone: str) -> datetime:
    """When the next day of the company begins."""
    return datetime.combine(day_of(at, zone) + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(at.tzinfo)
