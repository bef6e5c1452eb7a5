"""What a night was like: its facts, and which of them are worth a line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tickets.clocks import Clock

STARTS, ENDS = time(18), time(8)


@dataclass(frozen=True, slots=True)
class Emergency:
    """One thing that woke people: how long until one of us took it (None: nobody has), and whether in time."""

    ref: str
    what: str
    project: str
    opened_at: datetime
    took_s: float | None
    is_in_time: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that ran out in the night: of a ticket, by the name of its clock."""

    ref: str
    what: str
    project: str
    clock: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch without anybody first on duty."""

    project: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    """A ticket whose owner waits for a word: what about, in which project, and where there."""

    ref: str
    what: str
    project: str
    where: str


@dataclass(frozen=True, slots=True)
class Night:
    """The night before `day`; `owed` owners wait for a word of ours, those of the tickets `silent` longest."""

    day: date
    from_at: datetime
    until_at: datetime
    calls: int
    tickets: int
    emergencies: Sequence[Emergency]
    broken: Sequence[Broken]
    holes: Sequence[Hole]
    owed: int
    silent: Sequence[Silent]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing in it needs anybody's eye."""
        return not (self.emergencies or self.broken or self.holes or self.owed)

    @property
    def slowest_s(self) -> float | None:
        """How long the emergency waited that waited longest for one of us; None where none was taken."""
        return max((one.took_s for one in self.emergencies if one.took_s is not None), default=None)

    @property
    def not_taken(self) -> int:
        """Emergencies that nobody has taken."""
        return sum(one.took_s is None for one in self.emergencies)


def night_before(day: date, zone: str) -> tuple[datetime, datetime]:
    """When the night that ends on `day` begins and ends, on the wall clock of `zone`."""
    return (
        datetime.combine(day - timedelta(days=1), STARTS, ZoneInfo(zone)),
        datetime.combine(day, ENDS, ZoneInfo(zone)),
    )


def ran_out(clock: Clock) -> datetime | None:
    """About when a broken clock ran out: exactly while it runs, and where it was met late without a pause since."""
    if not clock.is_broken:
        return None
    if clock.met_at is not None:
        return clock.met_at + timedelta(seconds=clock.left_s)
    return clock.due_at
