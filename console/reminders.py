"""Whether those on duty soon will be there: what they said, and the buttons to say so in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput, NotFound
from base.rows import row_of
from console.door import Answer, door
from console.scope import LEADERS, project_of, projects_of
from console.staff import Me, me
from directory.models import Project
from oncall.actions import reminding
from oncall.ladder import Post
from oncall.models import Reminder, ReminderState


@dataclass(frozen=True, slots=True)
class Asked:
    """One person and the turn they were asked about; `may_say`: whoever looks may answer for it."""

    id: int
    name: str
    post: Post
    starts_at: datetime
    ends_at: datetime
    state: ReminderState
    may_say: bool


def asked(session: Session, projects: Sequence[Project], who: Me, *, at: datetime) -> dict[int, list[Asked]]:
    """By project: what its people were asked, until the turn is over."""
    return {
        project.id: [
            Asked(one.id, one.staff.name, one.post, one.starts_at, one.ends_at, one.state, _may_say(who, one))
            for one in reminding.asked_of(session, project.id, at=at)
        ]
        for project in projects
    }


@door.post("/oncall/duty/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def say_duty(id: int) -> Answer:
    """They will be there (1) or cannot (2): said by themselves, or by a leader who reached them."""
    who, key = me(), request.form.get("key", "")
    with transaction() as session:
        reminder = row_of(session, Reminder, id)
        theirs = {project.id for project in projects_of(session, who)}
        if reminder is None or reminder.project_id not in theirs or not _may_say(who, reminder):
            raise NotFound("没有这一班，或者它不归您管。There is no such turn, or it is not yours.")
        if key not in {"1", "2"}:
            raise BadInput("请选择能到岗或不能到岗。Choose whether they will be there.")
        word = reminding.say(session, reminder, key, how="desk", at=now())
    flash(f"reminder.said.{word}")
    return redirect(url_for("console.oncall"), 303)


def _may_say(who: Me, reminder: Reminder) -> bool:
    is_theirs = project_of(who) in {None, reminder.project_id}
    return who.id == reminder.staff_id or (who.role in LEADERS and is_theirs)
