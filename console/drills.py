"""The rehearsals of the projects somebody serves, as the page of who is on duty shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.facts import project_name
from directory.models import Project
from oncall.actions.drilling import past_drills
from oncall.drills import ENDS_AFTER
from oncall.models import Drill
from tickets.actions import clock_table
from tickets.lifecycle import Level
from tickets.running import ClockName


@dataclass(frozen=True, slots=True)
class Line:
    """One rehearsal; `minutes` until it was taken (None: it was not), `share` in per cent of the longest it lasts."""

    at: datetime
    project: str
    outcome: str
    minutes: str | None
    who: str
    share: int
    is_quick: bool


def drills(session: Session, projects: Sequence[Project], *, language: str) -> list[Line]:
    """The newest rehearsals, newest first."""
    return [_line(one, language) for one in past_drills(session, [project.id for project in projects])]


def _line(one: Drill, language: str) -> Line:
    taken_s = (one.taken_at - one.started_at).total_seconds() if one.taken_at else None
    return Line(
        one.started_at,
        project_name(one.project, language),
        one.outcome.value,
        None if taken_s is None else f"{taken_s / 60:.1f}",
        one.taken_by.name if one.taken_by else "",
        min(round(100 * (taken_s or 0) / ENDS_AFTER.total_seconds()), 100),
        taken_s is not None and taken_s <= clock_table()[Level.P0].allowed_s[ClockName.ACK],
    )
