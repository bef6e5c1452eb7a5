"""Somebody takes a post over: the form on the page of who is on duty, and what has been written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from base.wiring import settings
from console.campaign_form import moment
from console.door import Answer, door, language
from console.scope import LEADERS, projects_of
from console.staff import me
from console.words import say
from directory.models import Project
from oncall.actions import overriding
from oncall.ladder import Post


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody who takes a post over, when, why, and who wrote it down."""

    name: str
    post: Post
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What the form of one project offers and what stands: staff as (id, name)."""

    staff: tuple[tuple[int, str], ...]
    written: tuple[Written, ...]


def desks(session: Session, projects: Sequence[Project], *, at: datetime) -> dict[int, Desk]:
    """The form and the list of each project."""
    return {project.id: Desk(
        tuple((staff.id, staff.name) for staff in overriding.fit(session, project.id)),
        tuple(
            Written(one.staff.name, one.post, one.starts_at, one.ends_at, one.reason,
                    one.written_by.name if one.written_by else "")
            for one in overriding.standing(session, project.id, at=at)
        ),
    ) for project in projects}  # fmt: skip


@door.post("/oncall/take-over")
@guarded_by(*LEADERS)
def take_over() -> Answer:
    """From one moment to another somebody else holds a post. It is on their calendar at once, and on every ladder."""
    form, who = request.form, me()
    try:
        with transaction() as session:
            project_id = as_id(form.get("project", ""))
            if project_id not in {project.id for project in projects_of(session, who)}:
                raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours.")
            starts_at, ends_at = (moment(form.get(name, ""), settings().timezone) for name in ("from", "until"))
            if starts_at is None or ends_at is None:
                raise ValueError("no moment")
            overriding.take_over(
                session, project_id=project_id, post=Post(form.get("post", "")), staff_id=as_id(form.get("staff", "")),
                starts_at=starts_at, ends_at=ends_at, reason=form.get("reason", ""), by_id=who.id, at=now(),
            )  # fmt: skip
    except ValueError:
        raise BadInput(say("takeover.fault", language())) from None
    flash("takeover.done")
    return redirect(url_for("console.oncall"), 303)
