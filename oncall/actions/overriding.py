"""Somebody else takes a post over for a while; written down with who said so, never rewritten: a later one wins."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import BadInput
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from oncall.actions.duty import QUARTER
from oncall.actions.leave import leave_between
from oncall.ladder import Post
from oncall.models import Override, that_stand
from oncall.rota import WAKEABLE
from oncall.rotasheet import LONGEST

LONGEST_REASON = 200


def fit(session: Session, project_id: int) -> list[Staff]:
    """Who may take a post of the project over: its staff and the company's who can be woken, by name."""
    ours = (Staff.project_id == project_id) | Staff.project_id.is_(None)
    query = select(Staff).where(ours, Staff.is_active, Staff.number != "", Staff.role.in_(WAKEABLE))
    return list(session.scalars(query.order_by(Staff.name, Staff.id)))


def take_over(
    session: Session, *, project_id: int, post: Post, staff_id: int, starts_at: datetime, ends_at: datetime,
    reason: str, by_id: int, at: datetime,
) -> Override:  # fmt: skip
    """`staff_id` holds the post from `starts_at` until `ends_at`, whatever the shifts say. The same again is the same.

    To take it back, whoever had the post takes it over again. Raises `BadInput` for what cannot be meant.
    """
    if not at < ends_at <= at + QUARTER or not starts_at < ends_at <= starts_at + LONGEST:
        raise BadInput(
            f"结束应在开始之后、现在之后，不超过 {LONGEST.days} 天。"
            f"It must end after it begins and after now, {LONGEST.days} days at most."
        )
    if staff_id not in {staff.id for staff in fit(session, project_id)}:
        raise BadInput("这位员工不能值这个项目的班。They cannot be on duty for this project.")
    if leave_between(session, starts_at, ends_at - timedelta(microseconds=1), of=[staff_id]):
        raise BadInput("这位员工那时在休假。They are on leave then.")
    last = session.scalar(
        select(Override)
        .where(Override.project_id == project_id, Override.post == post)
        .where(Override.starts_at < ends_at, Override.ends_at > starts_at, *that_stand(Override))
        .order_by(Override.id.desc())
        .limit(1)
    )
    if last is not None and (last.staff_id, last.starts_at, last.ends_at) == (staff_id, starts_at, ends_at):
        return last
    written = Override(
        project_id=project_id, staff_id=staff_id, post=post, starts_at=starts_at, ends_at=ends_at,
        reason=reason.strip()[:LONGEST_REASON], written_by_id=by_id, written_at=at,
    )  # fmt: skip
    session.add(written)
    session.flush()
    write_down(
        session, staff_id=by_id, what=AuditWhat.ROTA, about=f"override:{written.id}", reason=written.reason, at=at,
        project_id=project_id,
    )  # fmt: skip
    return written


def standing(session: Session, project_id: int, *, at: datetime) -> Sequence[Override]:
    """Those of a project that hold now or will, in the order written: of two at once the later wins."""
    theirs = Override.project_id == project_id, Override.ends_at > at
    query = select(Override).where(*theirs, *that_stand(Override))
    return session.scalars(query.order_by(Override.id)).all()
