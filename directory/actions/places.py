"""Estates and homes: found as a caller means them, and named."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

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
    return homes_meant(session, typed, Building.project_id == project_id)


def homes_meant(session: Session, typed: str, *where: ColumnElement[bool], most: int = MOST_HOMES) -> Sequence[Home]:
    """The same of the homes that fulfil `where`, which may ask of their buildings too; `most` of them."""
    parts = spelt(typed)
    if not parts or not (room := parts[-1].lstrip("0")):
        return ()
    building, unit = (parts[0], "".join(parts[1:-1])) if len(parts) > 1 else ("", "")
    query = (
        select(Home)
        .join(Home.building)
        .where(Home.keys == room, *where)
        .options(contains_eager(Home.building).joinedload(Building.project, innerjoin=True))
        .order_by(Home.building_id, Home.unit, Home.name)
    )
    if building:
        query = query.where(func.ltrim(Building.keys, "0") == building.lstrip("0"))
    found = session.scalars(query if unit else query.limit(most))
    return [home for home in found if not unit or same_keys(unit, keys_of(home.unit))][:most]


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
