"""Who looked at what is usually hidden, or wrote down somebody's wish for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from directory.models import Audit, AuditWhat

LONGEST = 200
MOST = 20


def write_down(session: Session, *, staff_id: int, what: AuditWhat, about: str, reason: str, at: datetime) -> None:
    """Keep who did it, about whom (`person:12`) and why, at most 200 characters of it. Nothing is ever overwritten."""
    session.add(Audit(staff_id=staff_id, what=what, about=about, reason=reason[:LONGEST], at=at))
    session.flush()


def written_about(session: Session, about: str) -> Sequence[Audit]:
    """The newest entries about something, newest first, with who made them."""
    query = select(Audit).where(Audit.about == about).options(joinedload(Audit.staff)).order_by(Audit.id.desc())
    return session.scalars(query.limit(MOST)).all()
