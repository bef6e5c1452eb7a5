"""The board: tickets in groups by urgency, inside by the next deadline. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from base.clock import local
from tickets.clocks import Clock, next_due
from tickets.clocktable import Table
from tickets.lifecycle import MOVING, Level, Status
from tickets.running import ClockName
from tickets.triage import wakes

SOON = timedelta(minutes=30)


class GroupName(StrEnum):
    """What a ticket asks of the desk, gravest first."""

    DANGER = "danger"
    BROKEN = "broken"
    SOON = "soon"
    TODAY = "today"
    LATER = "later"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket as a line of the board, in plain values; `standing` are its clocks at one moment."""

    ref: str
    level: Level
    status: Status
    what: str
    where: str
    number: str
    assignee: str
    assignee_id: int | None
    is_alarming: bool
    is_headquarters: bool
    urged: int
    reworked: int
    opened_at: datetime
    waits_for: str
    standing: tuple[Clock, ...]

    @property
    def clock(self) -> Clock | None:
        """The clock to show: the next to run out; when none runs, the one met last."""
        met = [clock for clock in self.standing if clock.met_at is not None]
        return next_due(self.standing) or max(met, key=lambda clock: clock.met_at or clock.began_at, default=None)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that ask the same of the desk."""

    name: GroupName
    rows: tuple[Row, ...]


def group_of(row: Row, *, at: datetime, zone: str) -> GroupName:
    """Where a row belongs at `at`; `today` ends at midnight in `zone`."""
    if row.status not in MOVING:
        return GroupName.ENDED
    if row.level == Level.P0:
        return GroupName.DANGER
    if row.status == Status.WAITING:
        return GroupName.PAUSED
    due = next_due(row.standing)
    return _by_deadline(due.due_at if due else None, at, zone)


def grouped(rows: Iterable[Row], *, at: datetime, zone: str) -> list[Group]:
    """The groups that hold anything, in order; inside, alarms first, then what was asked after most, then by the next
    deadline."""
    found: dict[GroupName, list[Row]] = {}
    for row in rows:
        found.setdefault(group_of(row, at=at, zone=zone), []).append(row)
    return [Group(name, tuple(sorted(found[name], key=urgency_of))) for name in GroupName if name in found]


def changes_at(rows: Sequence[Row], *, at: datetime, zone: str) -> datetime:
    """Until when this grouping stays right if nothing happens: the next deadline, warning or midnight."""
    there = local(at, zone)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    dues = [clock.due_at for row in rows for clock in row.standing if clock.due_at is not None]
    moments = [midnight, *dues, *(due - SOON for due in dues)]
    return min(moment for moment in moments if moment > at)


def urgency_of(row: Row) -> tuple[bool, int, bool, float, float]:
    """What decides which of two rows of a group stands first: the smaller one does."""
    due = next_due(row.standing)
    ended = row.status not in MOVING
    return (
        not row.is_alarming,
        0 if ended else -row.urged,
        due is None,
        due.left_s if due else 0.0,
        -row.opened_at.timestamp() if ended else row.opened_at.timestamp(),
    )


def comes_first(
    level: Level, status: Status, *, is_alarming: bool, opened_at: datetime, acknowledged_at: datetime | None,
    table: Table,
) -> tuple[int, datetime]:  # fmt: skip
    """What decides which of very many tickets are read at all: the smaller one is.

    Danger, alarms and whatever wakes somebody, then the promise that is due first, what waits last. Promises are
    reckoned by the wall from the `table` of the clocks, without pauses and service hours: of what nobody has taken the
    shortest, else the longest. It chooses, and says nothing to anybody.
    """
    is_waiting = status == Status.WAITING
    rank = 0 if level == Level.P0 else 1 if is_alarming else 4 if is_waiting else 2 if wakes(level) else 3
    promises_s = [seconds for name, seconds in table[level].allowed_s.items() if name is not ClockName.CALLBACK]
    return rank, opened_at + timedelta(seconds=min(promises_s) if acknowledged_at is None else max(promises_s))


def _by_deadline(due_at: datetime | None, at: datetime, zone: str) -> GroupName:
    if due_at is None:
        return GroupName.TODAY
    if due_at <= at:
        return GroupName.BROKEN
    if due_at <= at + SOON:
        return GroupName.SOON
    return GroupName.TODAY if local(due_at, zone).date() == local(at, zone).date() else GroupName.LATER
