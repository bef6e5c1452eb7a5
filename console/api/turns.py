"""The rota of some days: who held which post from when until when, swaps and stand-ins counted in."""

from datetime import timedelta

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.wiring import settings
from console.api.door import bearer, door
from console.api.operation import reads
from console.api.problems import both, in_query
from console.api.shapes import TIMES, Day, Moment, Named, Shape, Short
from console.api.sheets import AnyForm
from console.scope import projects_of
from directory.models import Staff
from oncall.actions.duty import held
from oncall.ladder import Post
from outreach.measures import begins_at

MOST_DAYS = 92


class TurnLine(Shape):
    """One turn of a post, as it was or will really be held: cut where somebody else stands in, never at a midnight."""

    project: str
    post: Post
    person: Named
    starts_at: Moment
    ends_at: Moment


class Turns(Shape):
    """The turns that touch these days, by project, the earliest first."""

    items: list[TurnLine]


class TurnQuery(AnyForm):
    """Of which days, the last included: at most 92."""

    since: Day = Field(description="从哪天起 / the first day")
    until: Day = Field(description="到哪天为止，含 / the last day, included")
    project: Short | None = Field(None, description="项目名称 / name of a project")


@door.get("/oncall/turns")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(Turns, query=TurnQuery)
def turns(session: Session, asked: TurnQuery) -> Turns:
    """The rota of each project somebody serves, as it is held."""
    if not (asked.since.year in TIMES and asked.since <= asked.until < asked.since + timedelta(days=MOST_DAYS)):
        raise in_query("until", both("input.days", most=MOST_DAYS))
    zone = settings().timezone
    from_at, until_at = begins_at(asked.since, zone), begins_at(asked.until + timedelta(days=1), zone)
    projects = {one.id: one.name for one in projects_of(session, bearer().me)}
    if asked.project is not None and asked.project not in projects.values():
        raise in_query("project", both("input.no_project"))
    found = [
        (name, turn)
        for id, name in projects.items() if asked.project in {None, name}
        for turn in held(session, id, from_at, until_at)
    ]  # fmt: skip
    ids = {turn.staff_id for _, turn in found}
    people = dict(session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all())
    return Turns(
        items=[
            TurnLine(
                project=name, post=turn.post, person=Named(id=turn.staff_id, name=people[turn.staff_id]),
                starts_at=turn.starts_at, ends_at=turn.ends_at,
            )
            for name, turn in sorted(found, key=lambda one: (one[0], one[1].starts_at, one[1].post.value))
        ]
    )  # fmt: skip
