"""Which project or home a request means, among those its token may see."""

from sqlalchemy.orm import Session, joinedload

from console.scope import project_of, projects_of
from console.staff import Me
from directory.models import Building, Home, Project


def project_called(session: Session, me: Me, name: str) -> Project | None:
    """The project of this name that `me` serves; None if there is none, or it is not theirs."""
    return next((project for project in projects_of(session, me) if name in {project.name, project.name_en}), None)


def home_of(session: Session, me: Me, id: int) -> Home | None:
    """The home `me` may see, with its building and project; None if there is none, or it is not theirs."""
    whole = joinedload(Home.building, innerjoin=True).joinedload(Building.project, innerjoin=True)
    home = session.get(Home, id, options=[whole])
    return home if home is not None and project_of(me) in {None, home.building.project_id} else None
