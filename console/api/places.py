"""Which project or home a request means, among those its token may see; and how a list is narrowed to it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from console.api.problems import both, in_body, in_query
from console.scope import project_of, projects_of
from console.staff import Me
from directory.models import Building, Home, Project

Column = InstrumentedAttribute[Any]


def project_called(session: Session, me: Me, name: str, pointer: str) -> Project:
    """The project that a body names at `pointer`. Raises `Faulty` if there is none, or `me` does not serve it."""
    project = _project(session, me, name)
    if project is None:
        raise in_body(pointer, both("input.no_project"))
    return project


def narrowed(
    session: Session, me: Me, project: str | None, column: Column, *plain: tuple[Column, object]
) -> list[ColumnElement[bool]]:
    """The clauses of a list whose address asks for a project by its name, and for `plain` values of columns.

    What is None is not asked for. Raises `Faulty` for a project that there is not, or that `me` does not serve.
    """
    wanted: list[ColumnElement[bool]] = [column == value for column, value in plain if value is not None]
    if project is not None:
        found = _project(session, me, project)
        if found is None:
            raise in_query("project", both("input.no_project"))
        wanted.append(column == found.id)
    return wanted


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


def _project(session: Session, me: Me, name: str) -> Project | None:
    return next((project for project in projects_of(session, me) if name in {project.name, project.name_en}), None)
