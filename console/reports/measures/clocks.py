"""Which promises were kept: of one clock, of many, and how long each took. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from console.reports.measures.shares import percent, quantile
from tickets.clocks import Clock
from tickets.running import ClockName, Fact


class ClockFate(StrEnum):
    """What became of a promise; `paused` and `running`: it is not over, and nothing is said about it yet."""

    KEPT = "kept"
    BROKEN = "broken"
    PAUSED = "paused"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Promise:
    """One clock of one ticket. `took_s`: what it took of what was allowed (`allowed_s`); None while it is not met."""

    name: ClockName
    fate: ClockFate
    took_s: float | None
    allowed_s: float

    @property
    def late_s(self) -> float:
        """By how much it is or was late; 0 of one that was in time."""
        return max((self.took_s or 0.0) - self.allowed_s, 0.0)


def promises(clocks: Iterable[Clock], facts: Iterable[Fact]) -> list[Promise]:
    """The promises of a ticket. What ended in time only because somebody withdrew the ticket was no promise kept."""
    withdrawn = {fact.at for fact in facts if fact.type == "cancelled"}
    found = ((clock, _fate(clock)) for clock in clocks)
    return [
        Promise(clock.name, fate, None if clock.met_at is None else clock.total_s - clock.left_s, clock.total_s)
        for clock, fate in found
        if fate is ClockFate.BROKEN or clock.met_at is None or clock.met_at not in withdrawn
    ]


def _fate(clock: Clock) -> ClockFate:
    """Once broken it stays so: neither more time nor another round makes it a promise that was kept."""
    if clock.is_broken or clock.broken_before:
        return ClockFate.BROKEN
    if clock.met_at is not None:
        return ClockFate.KEPT
    return ClockFate.PAUSED if clock.is_paused else ClockFate.RUNNING


@dataclass(slots=True)
class Kept:
    """Promises counted by what became of them, and what those took that were met, kept or late."""

    fates: Counter[ClockFate] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)

    def add(self, promise: Promise) -> None:
        """Count one."""
        self.fates[promise.fate] += 1
        if promise.took_s is not None:
            self.took_s.append(promise.took_s)
            self.used.append(100 * promise.took_s / promise.allowed_s)

    @property
    def all(self) -> int:
        """Every promise."""
        return self.fates.total()

    @property
    def broken(self) -> int:
        """Those that were not kept."""
        return self.fates[ClockFate.BROKEN]

    @property
    def rate(self) -> int | None:
        """Of those of which it is known, the ones that were kept, in per cent."""
        return percent(self.fates[ClockFate.KEPT], self.fates[ClockFate.KEPT] + self.broken)

    def took(self, share: float) -> float | None:
        """This share of what was met was so within as many seconds, pauses and closed hours left out."""
        return quantile(self.took_s, share)

    def used_of(self, share: float) -> int | None:
        """The same in per cent of what was allowed each: so promises of minutes and of days can stand together."""
        value = quantile(self.used, share)
        return None if value is None else round(value)


def worst(found: Sequence[tuple[str, Kept]]) -> tuple[str, Kept] | None:
    """The one with most broken promises, of equals the one that kept the smaller share; None where none was broken."""
    broken = [one for one in found if one[1].broken]
    return min(broken, key=lambda one: (-one[1].broken, one[1].rate or 0, one[0]), default=None)
