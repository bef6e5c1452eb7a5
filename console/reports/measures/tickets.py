"""What was asked for, where, and whether once was enough. Pure."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.reports.measures.shares import percent

AGAIN_WITHIN = timedelta(days=30)
"""A complaint about the same home and the same matter within so long is a repeated one."""


@dataclass(slots=True)
class TicketCount:
    """Tickets counted: `ended` those that are resolved or closed, `at_once` those that needed one contact only."""

    opened: int = 0
    moving: int = 0
    ended: int = 0
    at_once: int = 0
    reworked: int = 0
    urged: int = 0

    def add(self, opened: int, moving: int, ended: int, at_once: int, reworked: int, urged: int) -> None:
        """Count more of them."""
        self.opened += opened
        self.moving += moving
        self.ended += ended
        self.at_once += at_once
        self.reworked += reworked
        self.urged += urged

    @property
    def first_contact(self) -> int | None:
        """Of those that are done, the ones after which nobody asked and which nobody refused, in per cent."""
        return percent(self.at_once, self.ended)


@dataclass(frozen=True, slots=True)
class Said:
    """One complaint: about what (a home and a matter), and when."""

    id: int
    about: Hashable
    at: datetime


def repeated(complaints: Iterable[Said]) -> list[Said]:
    """The complaints that came within `AGAIN_WITHIN` after another about the same, oldest first."""
    last: dict[Hashable, datetime] = {}
    found = []
    for one in sorted(complaints, key=lambda each: (each.at, each.id)):
        before = last.get(one.about)
        if before is not None and one.at - before <= AGAIN_WITHIN:
            found.append(one)
        last[one.about] = one.at
    return found
