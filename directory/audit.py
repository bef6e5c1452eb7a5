"""Who did what to what, when and from which address: written down for good, and read again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from base.origin import asked_from
from directory.auditmodels import Audit, AuditWhat
from directory.models import Staff

LONGEST = 200
LONGEST_NAME = 60
MOST = 20


def write_down(
    session: Session, *, staff_id: int | None, what: AuditWhat, about: str, reason: str = "", at: datetime,
    project_id: int | None = None,
) -> None:  # fmt: skip
    """Keep who did it (None: a command), to what (`person:12`) and why, at most 200 characters of it.

    Without a project it is of that of who did it. Nothing is ever overwritten.
    """
    if project_id is None and staff_id is not None:
        project_id = session.get_one(Staff, staff_id).project_id
    session.add(
        Audit(
            staff_id=staff_id, what=what, about=about[:LONGEST_NAME], reason=reason[:LONGEST], at=at,
            project_id=project_id, address=asked_from(),
        )
    )  # fmt: skip
    session.flush()


def written_of(session: Session, what: AuditWhat, project_id: int | None) -> Sequence[Audit]:
    """The newest entries of one sort, newest first; of a project those that concern it."""
    query = select(Audit).where(Audit.what == what).options(joinedload(Audit.staff)).order_by(Audit.id.desc())
    if project_id is not None:
        query = query.where(Audit.project_id == project_id)
    return session.scalars(query.limit(MOST)).all()


def written_about(session: Session, about: str) -> Sequence[Audit]:
    """The newest entries about something, newest first, with who made them."""
    query = select(Audit).where(Audit.about == about).options(joinedload(Audit.staff)).order_by(Audit.id.desc())
    return session.scalars(query.limit(MOST)).all()
