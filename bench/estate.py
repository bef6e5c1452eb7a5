"""The people a measurement needs: an estate of many homes with an owner each, and somebody on duty."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from base.access import Role
from bench.callers import owner_number
from directory.models import Building, Contact, Home, Number, Person, Project, Staff
from oncall.ladder import Post
from oncall.models import Shift

PIECE = 1000
NumberOf = Callable[[int], str]
"""The telephone of whoever lives at a place, counted from 0."""


def build(session: Session, owners: int, *, at: datetime, number_of: NumberOf = owner_number) -> int:
    """An estate with so many homes and owners, and a first and a second on duty at `at`; the project's id."""
    project = Project(name="测速花园", name_en="Bench Garden", area_code="021")
    session.add(project)
    session.flush()
    add_building(session, project.id, 1, range(owners), number_of)
    for place, post in enumerate((Post.FIRST, Post.SECOND), start=1):
        _on_duty(session, project.id, place, post, at)
    return project.id


def add_building(
    session: Session, project_id: int, name: int, places: range, number_of: NumberOf = owner_number
) -> int:
    """Building so-and-so of an estate, with the homes and owners of these places; its id."""
    building = Building(project_id=project_id, name=f"{name}号楼", keys=str(name))
    session.add(building)
    session.flush()
    for start in range(places.start, places.stop, PIECE):
        _people(session, building.id, range(start, min(start + PIECE, places.stop)), number_of)
    return building.id


def _people(session: Session, building_id: int, places: range, number_of: NumberOf) -> None:
    homes = [{"building_id": building_id, "unit": "", "name": str(place)} for place in places]
    people = [{"name": f"业主{place}", "salutation": "李女士"} for place in places]
    home_ids = list(session.scalars(insert(Home).returning(Home.id, sort_by_parameter_order=True), homes))
    person_ids = list(session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people))
    pairs = list(zip(places, home_ids, person_ids, strict=True))
    session.execute(insert(Contact), [{"person_id": person, "home_id": home} for _, home, person in pairs])
    session.execute(
        insert(Number),
        [{"person_id": person, "number": number_of(place), "region": "CN"} for place, _, person in pairs],
    )


def _on_duty(session: Session, project_id: int, place: int, post: Post, at: datetime) -> None:
    staff = Staff(
        name=f"值班{place}", login=f"duty{place}", number=f"+8613900000{place:03}", role=Role.TECHNICIAN,
        project_id=project_id,
    )  # fmt: skip
    session.add(staff)
    session.flush()
    day = timedelta(days=1)
    session.add(Shift(project_id=project_id, staff_id=staff.id, post=post, starts_at=at - day, ends_at=at + day))
