"""The estate tonight in four numbers, for whoever answers for it: emergencies, broken promises, gaps, no word yet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from console.facts import project_name
from console.late import broken_promises
from console.only import of_project
from console.scope import projects_of, visible
from console.staff import Me
from oncall.actions.auditing import gaps_tonight
from tickets.lifecycle import MOVING, Kind, Level
from tickets.models import Ticket

FOUR = ("emergency", "late", "gap", "silent")
NOWHERE = 0
"""Stands in the place of a project's id where nobody knows the project yet."""
IS_EMERGENCY = (
    or_(Ticket.kind == Kind.EMERGENCY, Ticket.level == Level.P0) & Ticket.status.in_(MOVING) & ~Ticket.is_drill
)


@dataclass(frozen=True, slots=True)
class Here:
    """One project with its four numbers by the names of `FOUR`."""

    id: int
    name: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Estate:
    """The four numbers of everything the reader answers for; by project those where something is, and of how many more

    there is nothing to say. `only` is the name of the one project that is looked at; empty: of several.
    """

    total: Mapping[str, int]
    projects: tuple[Here, ...]
    calm: int
    only: str


def read_estate(session: Session, who: Me, *, project_id: int | None, at: datetime, language: str) -> Estate:
    """Count it at `at`: of the chosen project, or of all that `who` may see."""
    here = visible(who) & (of_project(project_id) if project_id is not None else true())
    promises = broken_promises(session, here, at=at)
    projects = [one for one in projects_of(session, who) if project_id in {None, one.id}]
    gaps = gaps_tonight(session, at)
    by: dict[str, Counter[int]] = {
        "emergency": _emergencies(session, here),
        "late": _count(one.project_id for one in promises),
        "gap": Counter({one.id: len(gaps.get(one.id, ())) for one in projects}),
        "silent": _count(one.project_id for one in promises if one.is_silent),
    }
    named = [(one.id, project_name(one, language)) for one in projects]
    busy = [
        Here(id, name, {key: by[key][id] for key in FOUR})
        for id, name in [*named, (NOWHERE, "")]
        if any(by[key][id] for key in FOUR)
    ]
    calm = len(named) - sum(one.id != NOWHERE for one in busy)
    return Estate({key: by[key].total() for key in FOUR}, tuple(busy), calm, named[0][1] if len(named) == 1 else "")


def _emergencies(session: Session, here: ColumnElement[bool]) -> Counter[int]:
    query = select(Ticket.project_id, func.count()).where(here, IS_EMERGENCY).group_by(Ticket.project_id)
    return Counter({project_id or NOWHERE: n for project_id, n in session.execute(query)})


def _count(projects: Iterable[int | None]) -> Counter[int]:
    return Counter(project_id or NOWHERE for project_id in projects)
