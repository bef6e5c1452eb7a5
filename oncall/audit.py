"""Whether the watch keeps its promises at a moment: what is late, who is not found, where nobody is. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from oncall.rota import Gap
from tickets.clocktable import Table, table_of_the_house
from tickets.lifecycle import Level
from tickets.running import ClockName

AUDITOR, HEARTBEAT = "auditor", "heartbeat"
"""The names under which the pulse keeps when the watch was judged last, and when the outside last took our beat."""
LATE = timedelta(seconds=30)
"""A step of a ladder, an alarm about a promise or any other step that the clock takes: late when due for longer."""
UNSENT = timedelta(seconds=60)
"""A page that was planned longer ago than this and has not left does not leave by itself."""


class Fault(StrEnum):
    """What can be wrong with the watch.

    Late: a step of a ladder or an alarm about a promise; of an emergency notice, of ringing those who may let us in, of
    telling above whose complaint it is, of asking who will be there, of telling that several calls may be one trouble.
    """

    LATE = "late"
    NOTICE = "late_notice"
    ENTRY = "late_entry"
    COMPLAINT = "late_complaint"
    REMINDER = "late_reminder"
    GROUP = "late_group"
    NOBODY = "nobody"
    UNSENT = "unsent"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that waits since a moment: a due step, an emergency nobody has taken, a page that has not left.

    `ref` is the ticket's, empty for what belongs to none; without `project_id` it is the whole company's.
    """

    ref: str
    project_id: int | None
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says: steps due, emergencies nobody has taken, pages waiting, gaps of tonight.

    `other_steps` are due steps that have a fault of their own, by it.
    """

    due: tuple[Standing, ...] = ()
    other_steps: Mapping[Fault, tuple[Standing, ...]] | None = None
    not_taken: Mapping[Level, tuple[Standing, ...]] | None = None
    unsent: tuple[Standing, ...] = ()
    gaps: Mapping[int, tuple[Gap, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong now; of a gap `since_at` is when it begins and `until_at` when it ends."""

    fault: Fault
    ref: str
    project_id: int | None
    since_at: datetime
    until_at: datetime | None = None


def judge(facts: Facts, *, at: datetime, table: Table | None = None) -> list[Finding]:
    """Everything that is wrong at `at`, gravest first; empty when the watch is kept.

    1. No emergency without somebody who took it, once the time allowed for that is over.
    2. No due step later than `LATE`, no page still in the house after `UNSENT`.
    3. Nobody missing on the rota until tomorrow morning.
    """
    allowed = table or table_of_the_house()
    return [
        *(
            Finding(Fault.NOBODY, one.ref, one.project_id, one.since_at)
            for level, those in (facts.not_taken or {}).items()
            for one in those
            if at > one.since_at + timedelta(seconds=allowed[level].allowed_s[ClockName.ACK])
        ),
        *_older(Fault.LATE, facts.due, at - LATE),
        *(finding for fault in Fault for finding in _older(fault, (facts.other_steps or {}).get(fault, ()), at - LATE)),
        *_older(Fault.UNSENT, facts.unsent, at - UNSENT),
        *(
            Finding(Fault.GAP, "", project_id, gap.starts_at, gap.ends_at)
            for project_id, gaps in (facts.gaps or {}).items()
            for gap in gaps
        ),
    ]


def night_ends(at: datetime, day_starts: time, zone: str) -> datetime:
    """The end of the night that is, or comes: the next morning at which the desk opens, in `zone`."""
    here = at.astimezone(ZoneInfo(zone))
    morning = here.replace(hour=day_starts.hour, minute=day_starts.minute, second=0, microsecond=0)
    return morning if morning > here else morning + timedelta(days=1)


def _older(fault: Fault, those: Iterable[Standing], than: datetime) -> list[Finding]:
    return [Finding(fault, one.ref, one.project_id, one.since_at) for one in those if one.since_at < than]
