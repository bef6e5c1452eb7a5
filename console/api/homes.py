"""Homes, by project and building."""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from base.access import EVERYBODY_ON_STAFF, guarded_by
from console.api.door import bearer, door
from console.api.operation import reads
from console.api.paging import page
from console.api.places import narrowed
from console.api.shapes import Page, Shape, Short
from console.api.sheets import AnyList
from console.scope import project_of
from console.search import like
from console.staff import Me
from directory.actions import place_of
from directory.models import Building, Home, Occupancy


class HomeLine(Shape):
    """A home; `place` is what people call it, without the project."""

    id: int
    project: str
    building: str
    unit: str
    name: str
    place: str
    occupancy: Occupancy


class HomePage(Page[HomeLine]):
    """A page of homes."""


class OfPlace(AnyList):
    """What is where."""

    project: Short | None = Field(None, description="项目名称 / name of a project")
    building: Short | None = Field(None, description="楼栋名称，如 3号楼 / name of a building")


class HomeQuery(OfPlace):
    """Which homes; `q` is part of a room or unit."""

    occupancy: Occupancy | None = None
    q: Annotated[Short, StringConstraints(max_length=40)] | None = None


@door.get("/homes")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(HomePage, query=HomeQuery)
def homes(session: Session, asked: HomeQuery) -> HomePage:
    """The homes somebody may see."""
    me = bearer().me
    query = (
        select(Home)
        .join(Home.building)
        .where(within(me), *placed(session, me, asked))
        .options(contains_eager(Home.building).joinedload(Building.project, innerjoin=True))
    )
    if asked.occupancy is not None:
        query = query.where(Home.occupancy == asked.occupancy)
    if asked.q is not None:
        pattern = like(asked.q)
        query = query.where(or_(Home.name.like(pattern, escape="\\"), Home.unit.like(pattern, escape="\\")))
    found, after = page(session, query, Home.id, asked, "homes")
    return HomePage(items=[home_line(home) for home in found], next=after)


def within(me: Me) -> ColumnElement[bool]:
    """The homes `me` may see, for queries that join the building."""
    project_id = project_of(me)
    return true() if project_id is None else Building.project_id == project_id


def placed(session: Session, me: Me, asked: OfPlace) -> list[ColumnElement[bool]]:
    """The clauses of a project and a building, for queries that join the building. Raises `Faulty`."""
    return narrowed(session, me, asked.project, Building.project_id, (Building.name, asked.building))


def home_line(home: Home) -> HomeLine:
    """A home as the API tells it."""
    return HomeLine(
        id=home.id, project=home.building.project.name, building=home.building.name, unit=home.unit, name=home.name,
        place=place_of(home), occupancy=home.occupancy,
    )  # fmt: skip
