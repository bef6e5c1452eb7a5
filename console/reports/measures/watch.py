"""How quickly somebody came, and who was not reached. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from console.reports.measures.shares import percent, quantile
from oncall.rotalook import NIGHT_ENDS, NIGHT_STARTS

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Takings:
    """Emergencies: how many there were, and how long each waited until one of us took it (`took_s`)."""

    opened: int = 0
    in_time: int = 0
    took_s: list[float] = field(default_factory=list)

    def add(self, seconds: float | None, allowed_s: float) -> None:
        """Count one; None: nobody has taken it."""
        self.opened += 1
        if seconds is not None:
            self.took_s.append(seconds)
            self.in_time += seconds <= allowed_s

    @property
    def taken(self) -> int:
        """Those that somebody took."""
        return len(self.took_s)

    @property
    def kept(self) -> int | None:
        """How many of all were taken in the time that was promised, in per cent."""
        return percent(self.in_time, self.opened)

    @property
    def middle_s(self) -> float | None:
        """Half of those that were taken were so within as long."""
        return quantile(self.took_s, 0.5)

    @property
    def slow_s(self) -> float | None:
        """Nine of ten were taken within as long."""
        return quantile(self.took_s, 0.9)


@dataclass(slots=True)
class Pages:
    """How often somebody was paged, and what came of it; `others`: a colleague was quicker."""

    paged: int = 0
    answered: int = 0
    missed: int = 0
    others: int = 0

    @property
    def reached(self) -> int | None:
        """Of the pages that were theirs to answer, those they answered, in per cent."""
        return percent(self.answered, self.answered + self.missed)


def nights(turns: Iterable[tuple[datetime, datetime]], zone: str) -> list[date]:
    """The nights (22:00 to 6:00 on the wall clock of `zone`) that any of these turns touches, once each, by the days on
    which they begin.
    """
    found: set[date] = set()
    for starts_at, ends_at in turns:
        day = starts_at.astimezone(ZoneInfo(zone)).date() - _DAY
        while (falls_at := datetime.combine(day, NIGHT_STARTS, ZoneInfo(zone))) < ends_at:
            if datetime.combine(day + _DAY, NIGHT_ENDS, ZoneInfo(zone)) > starts_at:
                found.add(falls_at.date())
            day += _DAY
    return sorted(found)
