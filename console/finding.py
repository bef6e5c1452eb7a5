"""Finding homes as people spell them (3-2-1502, 3号楼2单元1502), and the people in them."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from console.scope import projects_of
from console.search import is_number, like, number_or_tail
from console.staff import Me
from console.walls import known_people
from directory.models import Building, Contact, Home, Number, Person
from directory.places import keys_of, same_keys

MOST_HOMES = 12
MOST_PEOPLE = 50
LONGEST = 60
_BETWEEN = re.compile(r"[\s,，、/\\·\-－—]+|(?<=楼)|(?<=栋)|(?<=幢)|(?<=座)|(?<=单元)|(?<=室)")


def spelt(typed: str) -> list[str]:
    """The keys of each part of a place: `3-2-1502` and `3号楼2单元1502室` are 3, 2, 1502."""
    return [keys for part in _BETWEEN.split(typed.strip()[:LONGEST]) if (keys := keys_of(part))]


def homes_like(session: Session, project_id: int, typed: str) -> Sequence[Home]:
    """The homes of a project that somebody may mean: building, unit and room, building and room, or the room alone."""
    parts = spelt(typed)
    if not parts:
        return ()
    building, unit, room = ("", "", parts[0]) if len(parts) == 1 else (parts[0], "".join(parts[1:-1]), parts[-1])
    buildings = session.execute(select(Building.id, Building.keys).where(Building.project_id == project_id))
    meant = [id for id, keys in buildings if not building or same_keys(building, keys)]
    query = (
        select(Home)
        .where(Home.building_id.in_(meant), Home.name.like("%" + room.lstrip("0") + "%"))
        .options(joinedload(Home.building))
        .order_by(Home.building_id, Home.unit, Home.name)
    )
    fitting = (home for home in session.scalars(query) if same_keys(room, keys_of(home.name)))
    found = [home for home in fitting if not unit or same_keys(unit, keys_of(home.unit))]
    return found[:MOST_HOMES]


def people_like(session: Session, me: Me, asked: str, *also: ColumnElement[bool]) -> Sequence[Person]:
    """The people whom `me` may look up, by name, by number or its last four digits, or by room; and `also` so."""
    wanted: list[ColumnElement[bool]] = [Person.name.like(like(asked), escape="\\")]
    if number := number_or_tail(asked):
        wanted.append(Person.id.in_(select(Number.person_id).where(is_number(Number.number, number))))
    if (room := _in_a_room(session, me, asked)) is not None:
        wanted.append(room)
    query = select(Person).where(known_people(me), or_(*wanted), *also).order_by(Person.name, Person.id)
    return session.scalars(query.options(joinedload(Person.numbers)).limit(MOST_PEOPLE)).unique().all()


def _in_a_room(session: Session, me: Me, asked: str) -> ColumnElement[bool] | None:
    if not spelt(asked):
        return None
    homes = [home.id for project in projects_of(session, me) for home in homes_like(session, project.id, asked)]
    return Person.id.in_(select(Contact.person_id).where(Contact.home_id.in_(homes), Contact.ended_at.is_(None)))
