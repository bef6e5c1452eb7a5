"""Estates and homes: found as a caller means them, and named."""

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from directory.models import Building, Home, Project
from directory.places import keys_of, place_text, same_keys, spelt

MOST_HOMES = 12

_WHOLE_PLACE = joinedload(Home.building, innerjoin=True).joinedload(Building.project, innerjoin=True)
# ready-made: a caller waits for the answer, and putting a question together costs more than the question
_PROJECT_OF_NUMBER = select(Project).where(Project.number == bindparam("number"))


def find_home(session: Session, project_id: int, building_keys: str, unit_keys: str, home_keys: str) -> Home | None:
    """The one home a caller means by what they typed; None if there is none, or more than one.

    An empty `unit_keys` fits any unit as long as only one home answers to it.
    """
    fitting = [
        home
        for home in session.scalars(_homes(session, project_id, building_keys))
        if same_keys(home_keys, keys_of(home.name)) and (not unit_keys or same_keys(unit_keys, keys_of(home.unit)))
    ]
    return fitting[0] if len(fitting) == 1 and home_keys else None


def unit_keys_in(session: Session, project_id: int, building_keys: str) -> set[str]:
    """What can be typed for a unit of such a building; `{""}` where it has none; empty: no such building."""
    return {keys_of(home.unit) for home in session.scalars(_homes(session, project_id, building_keys))}


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


def place_of(home: Home, language: str = "zh") -> str:
    """`3号楼2单元1502室`, without the project."""
    return place_text(home.building.name, home.unit, home.name, language)


def project_by_number(session: Session, called: str) -> Project | None:
    """The project that has this number of its own; None for the company's number."""
    return session.scalars(_PROJECT_OF_NUMBER, {"number": called}).first()


def projects(session: Session) -> Sequence[Project]:
    """All projects, in the order a menu reads them out."""
    return session.scalars(select(Project).order_by(Project.id)).all()


def _homes(session: Session, project_id: int, building_keys: str) -> Select[Home]:
    buildings = session.execute(select(Building.id, Building.keys).where(Building.project_id == project_id))
    typed = [id for id, keys in buildings if keys and building_keys and same_keys(building_keys, keys)]
    return select(Home).where(Home.building_id.in_(typed)).options(_WHOLE_PLACE).order_by(Home.id)
