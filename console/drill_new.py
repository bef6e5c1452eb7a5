"""Begin a rehearsal from the page of who is on duty: whom it will wake is said before, and nothing is begun twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from console.door import Answer, door, language
from console.scope import LEADERS, projects_of
from console.staff import me
from console.words import say
from directory.models import Project
from oncall.actions.drilling import NotNow, start_drill, whom_it_wakes

KEY_LENGTH = len(uuid4().hex)


@dataclass(frozen=True, slots=True)
class Wakes:
    """Whom a rehearsal wakes so many minutes after it began."""

    minutes: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the form of one project says before it is pressed; `key` makes a second press the same rehearsal."""

    key: str
    wakes: tuple[Wakes, ...]


def rehearsals(session: Session, projects: Sequence[Project], *, at: datetime) -> dict[int, Rehearsal]:
    """The form of each project."""
    return {
        project.id: Rehearsal(
            uuid4().hex,
            tuple(
                Wakes(woken.after_s // 60, tuple(staff.name for staff in woken.people))
                for woken in whom_it_wakes(session, project.id, at=at)
            ),
        )
        for project in projects
    }


@door.post("/oncall/drills")
@guarded_by(*LEADERS)
def begin_drill() -> Answer:
    """A marked rehearsal begins at once; while something is real, or another one goes on, that is said instead."""
    form, key = request.form, request.form.get("key", "")
    try:
        project_id = as_id(form.get("project", ""))
    except ValueError:
        project_id = 0
    if len(key) != KEY_LENGTH or not key.isalnum() or form.get("sure") != "yes":
        raise BadInput(say("drill.fault", language()))
    with transaction() as session:
        where = next((one for one in projects_of(session, me()) if one.id == project_id), None)
        if where is None:
            raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours.")
        begun = start_drill(session, where, once_key=f"page/{where.id}/{key}", at=now(), by_id=me().id)
        if isinstance(begun, NotNow):
            flash("drill.is_running" if begun.is_running else "drill.is_real")
            return redirect(url_for("console.oncall"), 303)
        ref = begun.ticket.ref if begun.ticket else ""
    flash("drill.begun")
    return redirect(url_for("console.ticket", ref=ref) if ref else url_for("console.oncall"), 303)
