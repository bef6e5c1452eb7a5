"""Leave is written down, and withdrawn: who is away when. Never rewritten."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, NotFound
from base.wiring import settings
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from oncall.models import Leave, LeaveKind
from oncall.rota import Away

LONGEST = timedelta(days=366)
"""Longer is a slip of the pen, or somebody has left."""
LONGEST_NOTE = 200


def leave_between(
    session: Session, from_at: datetime, until_at: datetime, *, of: Collection[int] | None = None
) -> list[Away]:
    """Who is away for any of the stretch (both moments the same: who is away then); `of`: only these staff ids."""
    query = select(Leave.staff_id, Leave.starts_at, Leave.ends_at).where(
        Leave.withdrawn_at.is_(None), Leave.ends_at > from_at, Leave.starts_at <= until_at
    )
    if of is not None:
        query = query.where(Leave.staff_id.in_(of))
    return [Away(*row) for row in session.execute(query.order_by(Leave.id))]


def write_leave(
    session: Session, *, staff_id: int, kind: LeaveKind, starts_at: datetime, ends_at: datetime, note: str,
    by_id: int | None, at: datetime,
) -> Leave:  # fmt: skip
    """Somebody is away from `starts_at` until `ends_at`. The same again is the same.

    It counts at once: no ladder and no live call goes to them then. Raises `BadInput` for what cannot be meant.
    """
    if not at < ends_at or not starts_at < ends_at <= starts_at + LONGEST:
        raise BadInput(
            f"休假应在开始之后、现在之后结束，不超过 {LONGEST.days} 天。"
            f"A leave must end after it begins and after now, {LONGEST.days} days at most."
        )
    known = session.scalar(
        select(Leave).where(
            Leave.staff_id == staff_id, Leave.starts_at == starts_at, Leave.ends_at == ends_at,
            Leave.kind == kind, Leave.withdrawn_at.is_(None),
        )
    )  # fmt: skip
    if known is not None:
        return known
    leave = Leave(
        staff_id=staff_id, kind=kind, starts_at=starts_at, ends_at=ends_at, note=note.strip()[:LONGEST_NOTE],
        written_by_id=by_id, written_at=at,
    )  # fmt: skip
    session.add(leave)
    session.flush()
    _keep(session, leave, "登记 / written", by_id, at)
    return leave


def withdraw_leave(session: Session, leave_id: int, *, by_id: int | None, at: datetime) -> None:
    """It does not hold any more, from now on; what it took from the rota is theirs again. Twice is once."""
    withdrawn = (
        update(Leave)
        .where(Leave.id == leave_id, Leave.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by_id=by_id)
        .returning(Leave.id)
    )
    if session.scalar(withdrawn) is not None:
        _keep(session, leave_of(session, leave_id), "撤销 / withdrawn", by_id, at)


def _keep(session: Session, leave: Leave, what: str, by_id: int | None, at: datetime) -> None:
    """Who did it stands in the audit log; why somebody is away does not: more people read that."""
    zone = settings().timezone
    starts, ends = (f"{local(moment, zone):%Y-%m-%d %H:%M}" for moment in (leave.starts_at, leave.ends_at))
    write_down(
        session, staff_id=by_id, what=AuditWhat.LEAVE, about=f"staff:{leave.staff_id}",
        reason=f"{what}: {starts} – {ends}", at=at, project_id=session.get_one(Staff, leave.staff_id).project_id,
    )  # fmt: skip


def leave_of(session: Session, leave_id: int) -> Leave:
    """One leave; raises `NotFound`."""
    leave = session.get(Leave, leave_id)
    if leave is None:
        raise NotFound("没有这条休假。There is no such leave.")
    return leave


def standing_leave(session: Session, *, at: datetime, project_id: int | None = None) -> Sequence[Leave]:
    """What holds now or will, the soonest first; with a project only that of its own staff and the company's."""
    query = select(Leave).join(Leave.staff).where(Leave.withdrawn_at.is_(None), Leave.ends_at > at)
    if project_id is not None:
        query = query.where((Staff.project_id == project_id) | Staff.project_id.is_(None))
    return session.scalars(query.order_by(Leave.starts_at, Leave.id)).all()
