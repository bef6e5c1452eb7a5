"""A technician's day: which job fills the screen, what comes next of theirs, and what waits for somebody. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.board import GroupName, Row, group_of, urgency_of
from tickets.lifecycle import MOVING, Status


@dataclass(frozen=True, slots=True)
class Day:
    """`job` is the one that fills the screen, `mine` the rest of theirs, `free` what nobody has, gravest first."""

    job: Row | None
    mine: tuple[Row, ...]
    free: tuple[Row, ...]


def day_of(rows: Iterable[Row], staff_id: int, *, wanted: str, at: datetime, zone: str) -> Day:
    """The day of `staff_id` among the `rows` they may see.

    The job `wanted` stays on the screen while it goes on; else danger to life comes first, theirs before what nobody
    has, then their own by urgency, what waits last; then what nobody has.
    """
    going = [row for row in rows if row.status in MOVING]
    ordered = sorted(going, key=lambda row: _order(row, staff_id, at, zone))
    job = next((row for row in ordered if row.ref == wanted), None) or (ordered[0] if ordered and not wanted else None)
    rest = [row for row in ordered if row is not job]
    mine = tuple(row for row in rest if row.assignee_id == staff_id)
    return Day(job, mine, tuple(row for row in rest if row.assignee_id is None))


def more_urgent(day: Day) -> Row | None:
    """Danger to life that somebody should see to before the job on the screen; None where that is one itself."""
    if day.job is not None and day.job.level.value == "P0":
        return None
    waits: Sequence[Row] = (*day.mine, *day.free)
    return next((row for row in waits if row.level.value == "P0" and row.status is not Status.WAITING), None)


def _order(row: Row, staff_id: int, at: datetime, zone: str) -> tuple[object, ...]:
    group = group_of(row, at=at, zone=zone)
    is_theirs = row.assignee_id == staff_id
    return group is not GroupName.DANGER, not is_theirs, list(GroupName).index(group), urgency_of(row)
