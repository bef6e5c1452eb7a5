"""Who is on duty now, by project."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from console.api.door import Bearer, bearer, door
from console.api.operation import reads
from console.api.shapes import Moment, Named, Shape
from console.api.sheets import AnyForm, Lines
from console.duty import WATCHED
from console.scope import projects_of
from directory.models import Project, Staff
from oncall.actions import next_on_duty, who_is_on_duty
from oncall.ladder import Post


class OnDuty(Named):
    """Somebody on duty, and their number."""

    number: str


class Following(Shape):
    """Who takes a post over, and when."""

    id: int
    name: str
    at: Moment


class PostNow(Shape):
    """A post now. `is_gap`: nobody is written down for it, and whoever is named stands in."""

    post: Post
    people: list[OnDuty]
    is_gap: bool
    next: Following | None


class ProjectNow(Shape):
    """The posts of a project now."""

    project: str
    posts: list[PostNow]


class DutyNow(Shape):
    """Who is on duty at this moment."""

    at: Moment
    items: list[ProjectNow]


class DutyLine(Shape):
    """One person on duty, as a line of a file; nobody where a post is empty."""

    project: str
    post: Post
    is_gap: bool
    person: OnDuty | None
    next: Following | None


class DutyQuery(AnyForm):
    """In which form."""


def duty_lines(told: DutyNow) -> Iterator[DutyLine]:
    """A line for each person on duty, and one for each post that nobody holds."""
    for project in told.items:
        for post in project.posts:
            for person in (*post.people,) or (None,):
                yield DutyLine(
                    project=project.project, post=post.post, is_gap=post.is_gap, person=person, next=post.next
                )


@door.get("/oncall")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(DutyNow, query=DutyQuery, lines=Lines(DutyLine, duty_lines))
def on_call(session: Session, _asked: DutyQuery) -> DutyNow:
    """The duty of each project somebody serves."""
    who, at = bearer(), now()
    return DutyNow(at=at, items=[_project(session, who, project, at) for project in projects_of(session, who.me)])


def _project(session: Session, who: Bearer, project: Project, at: datetime) -> ProjectNow:
    duty = who_is_on_duty(session, project.id, at=at)
    posts = [
        PostNow(
            post=post,
            people=[OnDuty(id=one.id, name=one.name, number=who.number(one.number) or "") for one in duty.of(post)],
            is_gap=post in WATCHED and post in duty.gaps,
            next=_next(session, project, post, at),
        )
        for post in Post
    ]
    return ProjectNow(project=project.name, posts=posts)


def _next(session: Session, project: Project, post: Post, at: datetime) -> Following | None:
    turn = next_on_duty(session, project.id, post, at=at)
    if turn is None:
        return None
    return Following(id=turn.staff_id, name=session.get_one(Staff, turn.staff_id).name, at=turn.starts_at)
