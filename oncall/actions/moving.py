"""A turn of the month is given to somebody else, and what was just written is taken back while that is safe."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, Conflict, NotFound
from base.wiring import settings
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from oncall.actions.duty import held
from oncall.actions.overriding import take_over
from oncall.actions.swapping import refuse_clash
from oncall.ladder import Post
from oncall.models import Override, Shift, Swap
from oncall.rota import Turn, what_is_left
from oncall.rotamonth import DAY, MonthDay, days_of

TAKEN_BACK_WITHIN = timedelta(minutes=15)


def month_days(
    session: Session, project_id: int, post: Post, *, first: datetime, until: datetime, at: datetime
) -> list[MonthDay]:  # fmt: skip
    """The days of one post of a project between two midnights of the company's wall clock.

    Past days from before its first turn have no holes; coming ones have, for whoever fills them.
    """
    zone = settings().timezone
    turns = held(session, project_id, first - 2 * DAY, until + 2 * DAY)
    begun_at = session.scalar(
        select(func.min(Shift.starts_at)).where(Shift.project_id == project_id, Shift.post == post)
    )  # fmt: skip
    return days_of(
        turns, post, local(first, zone).date(), local(until, zone).date(), zone=zone, since=min(begun_at or at, at)
    )  # fmt: skip


def give(
    session: Session, *, project_id: int, post: Post, holder_id: int | None, starts_at: datetime, ends_at: datetime,
    staff_id: int, reason: str, by_id: int, at: datetime,
) -> Override:  # fmt: skip
    """`staff_id` takes the stretch over that `holder_id` (None: nobody) holds; what has begun, from now on.

    Raises `Conflict` where the rota is not so any more, `BadInput` for a clash (rest, leave, duty) or without a reason.
    """
    wanted = Turn(post, staff_id, max(starts_at, at), ends_at)
    if not wanted.starts_at < ends_at or not _is_held_by(session, project_id, wanted, holder_id):
        raise Conflict(
            "班表已经变了，请看现在的班表再安排。The rota has changed; look at it as it is now and try again."
        )
    if staff_id == holder_id:
        raise BadInput("这个班本来就是这位员工的。That turn is theirs already.")
    if not reason.strip():
        raise BadInput("请写明原因。Please say why.")
    refuse_clash(session, wanted, staff_id)
    return take_over(
        session, project_id=project_id, post=post, staff_id=staff_id, starts_at=wanted.starts_at, ends_at=ends_at,
        reason=reason, by_id=by_id, at=at,
    )  # fmt: skip


def may_be_taken_back(session: Session, project_ids: Sequence[int], *, at: datetime) -> Sequence[Override]:
    """What was just written for these projects and has not begun, the newest first; a swap is not among it.

    Nobody was paged because of it yet, and the two of a swap have been told that it holds.
    """
    query = (
        select(Override)
        .where(Override.project_id.in_(project_ids), Override.withdrawn_at.is_(None), Override.starts_at > at)
        .where(Override.written_at >= at - TAKEN_BACK_WITHIN, ~exists().where(Swap.override_id == Override.id))
    )
    return session.scalars(query.order_by(Override.id.desc())).all()


def take_back(session: Session, override_id: int, *, by_id: int, at: datetime) -> Override:
    """Whoever had the post before has it again. Twice is once. Raises `Conflict` when it is too late."""
    written = override_of(session, override_id)
    if written.withdrawn_at is not None:
        return written
    if written not in may_be_taken_back(session, [written.project_id], at=at):
        raise Conflict(
            "已经开始，或者写下超过 15 分钟，不能撤销；请再安排原来的人。"
            "It has begun, or was written more than 15 minutes ago: put the one before in again instead."
        )
    written.withdrawn_at = at
    session.flush()
    write_down(
        session, staff_id=by_id, what=AuditWhat.ROTA, about=f"override:{written.id}", reason="撤销代班 withdrawn",
        at=at, project_id=written.project_id,
    )  # fmt: skip
    return written


def override_of(session: Session, override_id: int) -> Override:
    """One that was written, locked; raises `NotFound`."""
    written = session.get(Override, override_id, with_for_update=True, populate_existing=True)
    if written is None:
        raise NotFound("没有这次代班。There is no such take-over.")
    return written


def _is_held_by(session: Session, project_id: int, stretch: Turn, holder_id: int | None) -> bool:
    """Whether one person holds all of a stretch of a post, or nobody any of it."""
    there = [
        turn for turn in held(session, project_id, stretch.starts_at, stretch.ends_at) if turn.post is stretch.post
    ]
    if holder_id is None:
        return what_is_left(stretch, there) == [stretch]
    return not what_is_left(stretch, [turn for turn in there if turn.staff_id == holder_id])
