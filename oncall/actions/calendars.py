"""Links to the calendar of one's own shifts: made, shown once, known by their hash, taken back."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base.rows import insert
from base.wiring import settings
from directory.models import Project, Staff
from oncall.actions.leave import leave_between
from oncall.ics import Entry
from oncall.models import CalendarLink, Override, Shift, that_stand
from oncall.rota import Away, Turn, present, what_is_left

AGO = timedelta(days=31)
"""How long a shift that is over stays in the calendar."""


def make_link(session: Session, staff_id: int, *, at: datetime) -> str:
    """A new secret for somebody's calendar, which nobody can read again; the one before it is dead."""
    secret = secrets.token_urlsafe(32)
    made = {"hash": _hash(secret), "made_at": at}
    session.execute(
        insert(CalendarLink)
        .values(staff_id=staff_id, **made)
        .on_conflict_do_update(index_elements=["staff_id"], set_=made)
    )
    return secret


def revoke_link(session: Session, staff_id: int) -> None:
    """From now on nobody reads their calendar."""
    session.execute(delete(CalendarLink).where(CalendarLink.staff_id == staff_id))


def link_made_at(session: Session, staff_id: int) -> datetime | None:
    """Since when their calendar can be read; None: it cannot."""
    return session.scalar(select(CalendarLink.made_at).where(CalendarLink.staff_id == staff_id))


def subscriber(session: Session, secret: str) -> Staff | None:
    """Whose calendar it is; None when the secret is unknown or revoked, or they left."""
    return session.scalar(
        select(Staff)
        .join(CalendarLink, CalendarLink.staff_id == Staff.id)
        .where(CalendarLink.hash == _hash(secret), Staff.is_active)
    )


def own_shifts(session: Session, staff: Staff, *, at: datetime) -> list[Entry]:
    """Everything they are down for, from a month before `at` on, by time.

    What somebody else holds instead of them is left out, and so is their leave; what they hold for somebody else is
    theirs.
    """
    mine = [
        *_of(session, Shift, staff.id, since_at=at - AGO), *_of(session, Override, staff.id, since_at=at - AGO)
    ]  # fmt: skip
    projects = _projects(session, {row.project_id for row in mine})
    overrides = session.scalars(
        select(Override)
        .join(Override.staff)
        .where(Override.project_id.in_(projects), Override.ends_at > at - AGO)
        .where(Staff.is_active, Staff.number != "", *that_stand(Override))
        .order_by(Override.id)
    ).all()
    until_at = max((row.ends_at for row in mine), default=at)
    leave = leave_between(session, at - AGO, until_at, of=[staff.id])
    found = [
        entry for row in mine for entry in _entries(row, _over(row, overrides), leave, projects[row.project_id], staff)
    ]
    return sorted(found, key=lambda entry: (entry.turn.starts_at, entry.uid))


def _of(
    session: Session, table: type[Shift] | type[Override], staff_id: int, *, since_at: datetime
) -> list[Shift | Override]:
    mine = table.staff_id == staff_id, table.ends_at > since_at
    return list(session.scalars(select(table).where(*mine, *that_stand(table))))


def _projects(session: Session, ids: Iterable[int]) -> dict[int, Project]:
    return {project.id: project for project in session.scalars(select(Project).where(Project.id.in_(ids)))}


def _over(row: Shift | Override, overrides: Iterable[Override]) -> list[Turn]:
    """What wins over it: every override of its post by somebody else, over an override only a later one."""
    return [
        _turn(other)
        for other in overrides
        if other.project_id == row.project_id and other.post is row.post and other.staff_id != row.staff_id
        and (isinstance(row, Shift) or other.id > row.id)
    ]  # fmt: skip


def _entries(
    row: Shift | Override, over: Iterable[Turn], leave: Iterable[Away], project: Project, staff: Staff
) -> list[Entry]:
    name = (staff.language == "en" and project.name_en) or project.name
    uid = f"{row.__tablename__}-{row.id}"
    host = urlsplit(settings().address).hostname or "huiyin"
    parts = [part for turn in what_is_left(_turn(row), over) for part in present(turn, leave)]
    return [
        Entry(f"{uid}-{place}@{host}" if place else f"{uid}@{host}", part, name) for place, part in enumerate(parts)
    ]


def _turn(row: Shift | Override) -> Turn:
    return Turn(row.post, row.staff_id, row.starts_at, row.ends_at)


def _hash(secret: str) -> str:
    # 256 random bits: a slow hash would gain nothing
    return hashlib.sha256(secret.encode()).hexdigest()
