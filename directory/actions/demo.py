"""Invented people, projects, staff and vendors: where they are, and whether reaching them harms nobody."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from base.addresses import is_loopback
from base.wiring import settings
from directory.models import Person, Project, Staff, Vendor


def reaches_demo() -> bool:
    """Whether calls and texts to invented numbers end on this machine, where they harm nobody."""
    return is_loopback(settings().api_base)


def holds_demo(session: Session) -> bool:
    """Whether invented people, projects, staff or vendors are in this database: production refuses it."""
    return any(session.scalar(select(exists().where(table.is_demo))) for table in (Project, Person, Staff, Vendor))
