"""The top of the desk for who leads: a supervisor's short lists, the estate in four sentences; and the rows behind."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from base.access import Role, guarded_by
from base.clock import local, now
from base.database import reading
from base.errors import NotFound
from base.ids import as_id
from base.wiring import settings
from console.door import Answer, door, language
from console.estate import IS_EMERGENCY, Estate, read_estate
from console.facts import due_rows, state_tag
from console.late import as_lines, broken_promises
from console.living import living, shown, unchanged
from console.only import of_project, only_project
from console.scope import TOLD_OF_TROUBLE, projects_of, visible
from console.shortlists import WAS_REFUSED, ShortList, read_shortlists
from console.staff import Me, me
from tickets.models import Ticket

ANSWERS_FOR_ALL = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN})
"""Who reads the estate in four sentences; whoever else is told of trouble has the short lists."""
LISTS = ("emergency", "late", "refused")
MOST_SHOWN = 100
DAY = range(6, 18)
"""Hours in which nobody says “tonight”."""


@dataclass(frozen=True, slots=True)
class Tonight:
    """What stands there: either the sentences or the lists. `part` of the day: `day` or `night`."""

    tag: str
    part: str
    project_id: int | None
    estate: Estate | None
    lists: list[ShortList]


@door.get("/tonight")
@guarded_by(*TOLD_OF_TROUBLE)
def tonight() -> Answer:
    """The part that lives: 304 while nothing changed, for a minute at most, for promises pass by themselves."""
    who, at, words = me(), now(), language()
    project_id = request.args.get("project", type=as_id)
    with reading() as session:
        known = shown()
        if known and known == _tag(session, who, project_id, at, words):
            return unchanged(known)
        seen = read_tonight(session, who, project_id=project_id, at=at, language=words)
    return living(render_template("_tonight.html", tonight=seen, at=at), seen.tag)


@door.get("/tonight/<what>")
@guarded_by(*TOLD_OF_TROUBLE)
def tonight_rows(what: str) -> Answer:
    """The rows behind one of the numbers; `project` in the address: of that one alone, 0 where nobody knows it."""
    if what not in LISTS:
        raise NotFound("没有这张清单。There is no such list.")
    who, at, words = me(), now(), language()
    with reading() as session:
        only = only_project(session, who, words)
        here = visible(who) & (of_project(only.id) if only else true())
        if what == "late":
            broken = broken_promises(session, here, at=at)
            found = [one.row for one in as_lines(session, broken[:MOST_SHOWN], who, at=at, language=words)]
            count = len(broken)
        else:
            clause = IS_EMERGENCY if what == "emergency" else WAS_REFUSED
            many = len(projects_of(session, who)) > 1
            found = due_rows(session, here, clause, at=at, language=words, many_projects=many, most=MOST_SHOWN)
            count = session.scalar(select(func.count(Ticket.id)).where(here, clause)) or 0
    return render_template("tonight_rows.html", what=what, rows=found, count=count, only=only, at=at)


def read_tonight(
    session: Session, who: Me, *, project_id: int | None, at: datetime, language: str
) -> Tonight:  # fmt: skip
    """The top of the desk of `who` at `at`; of a supervisor always all they see."""
    leads = who.role in ANSWERS_FOR_ALL
    return Tonight(
        tag=_tag(session, who, project_id, at, language),
        part="day" if local(at, settings().timezone).hour in DAY else "night",
        project_id=project_id,
        estate=read_estate(session, who, project_id=project_id, at=at, language=language) if leads else None,
        lists=[] if leads else read_shortlists(session, who, at=at, language=language),
    )


def _tag(session: Session, who: Me, project_id: int | None, at: datetime, words: str) -> str:
    return f"{state_tag(session, visible(who), is_history=True)}.{project_id}.{words}.{at:%d%H%M}"
