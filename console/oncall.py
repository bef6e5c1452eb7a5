"""The page of who is on duty: now, next, and where nobody is."""

from flask import render_template

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from console.door import Answer, door, language
from console.duty import duty
from console.scope import projects_of
from console.staff import me


@door.get("/oncall")
@guarded_by(*EVERYBODY_ON_STAFF)
def oncall() -> Answer:
    """By project: the posts now, the next change, the gaps of the coming week."""
    at = now()
    with reading() as session:
        found = duty(session, projects_of(session, me()), at=at, language=language())
    return render_template("oncall.html", duty=found, at=at, gaps=sum(len(project.gaps) for project in found))
