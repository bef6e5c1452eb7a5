"""Which project or home a request means, among those its token may see."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from console.api.problems import both, in_body
from console.scope import project_of, projects_of
from console.staff import Me
from directory.models import Building, Home, Project


def project_called(session: Session, me: Me, name: str) -> Project | None:
    """The project of this name that `me` serves; None if there is none, or it is not theirs."""
    return next((project for project in projects_of(session, me) if name in {project.name, project.name_en}), None)


def buildings_called(session: Session, project: Project | None, names: Sequence[str], pointer: str) -> tuple[int, ...]:
    """The buildings of a project by their names, by id. Raises `Faulty` at `pointer` for one it does not have."""
    if not names:
        return ()
    if project is None:
        raise in_body(pointer, both("input.whose_building"))
    query = select(Building.name, Building.id).where(Building.project_id == project.id, Building.name.in_(names))
    known = dict(session.execute(query).all())
    if strange := [place for place, name in enumerate(names) if name not in known]:
        raise in_body(f"{pointer}/{strange[0]}", both("input.no_building"))
    return tuple(sorted({known[name] for name in names}))


def building_names(session: Session, ids: Sequence[int]) -> list[str]:
    """The names of these buildings, in the order in which they were made."""
    return list(session.scalars(select(Building.name).where(Building.id.in_(ids)).order_by(Building.id)))


def home_of(session: Session, me: Me, id: int) -> Home | None:
    """The home `me` may see, with its building and project; None if there is none, or it is not theirs."""
    whole = joinedload(Home.building, innerjoin=True).joinedload(Building.project, innerjoin=True)
    home = session.get(Home, id, options=[whole])
    return home if home is not None and project_of(me) in {None, home.building.project_id} else None
