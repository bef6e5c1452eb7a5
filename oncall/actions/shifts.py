"""Shifts are written, changed and removed as a sheet says; the same sheet again changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import NotFound
from directory.actions import projects
from directory.models import Staff
from oncall.ladder import Post
from oncall.models import Shift
from oncall.rotasheet import Known, ShiftRow

AHEAD = timedelta(days=31)


@dataclass
class Written:
    """How many shifts were new, changed (they end at another time), as they were, and removed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


def known(session: Session, *, zone: str) -> Known:
    """What a sheet may name; a name two people share means neither."""
    staff: dict[str, int] = {}
    shared: set[str] = set()
    for one in session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.id)):
        shared |= {one.name} & staff.keys()
        staff |= {one.name: one.id, one.login: one.id, one.number: one.id, one.number.removeprefix("+86"): one.id}
    names = {word: id for word, id in staff.items() if word and word not in shared}
    return Known({project.name: project.id for project in projects(session)}, names, zone)


def staff_meant(session: Session, word: str, *, zone: str) -> Staff:
    """The member of staff of this log-in, number or name. Raises `NotFound` for nobody, or a name that two share."""
    staff_id = known(session, zone=zone).staff.get(word)
    if staff_id is None:
        raise NotFound(
            f"没有这个员工“{word}”，写登录名、手机号或没有重名的姓名 / "
            f"no such member of staff {word!r}: write a log-in, a number, or a name only one person has"
        )
    return session.get_one(Staff, staff_id)


def write(
    session: Session, rows: Sequence[ShiftRow], *, replace: bool = False, posts: Collection[Post] = tuple(Post)
) -> Written:
    """Write these shifts down.

    One of the same project, post, person and beginning is the same shift: it ends when the sheet says. With
    `replace`, shifts of the sheet's projects and `posts` that begin within its time and are not in it are removed.
    """
    done = Written()
    if not rows:
        return done
    first_at, last_at = min(row.starts_at for row in rows), max(row.starts_at for row in rows)
    project_ids = {row.project_id for row in rows}
    there = session.scalars(
        select(Shift).where(Shift.project_id.in_(project_ids), Shift.starts_at >= first_at, Shift.starts_at <= last_at)
    ).all()
    by_key = {(s.project_id, s.post, s.staff_id, s.starts_at): s for s in there}
    for row in dict.fromkeys(rows):
        shift = by_key.pop((row.project_id, row.post, row.staff_id, row.starts_at), None)
        if shift is None:
            session.add(Shift(project_id=row.project_id, post=row.post, staff_id=row.staff_id,
                              starts_at=row.starts_at, ends_at=row.ends_at))  # fmt: skip
            done.new += 1
        elif shift.ends_at != row.ends_at:
            shift.ends_at = row.ends_at
            done.changed += 1
        else:
            done.unchanged += 1
    for shift in [one for one in by_key.values() if replace and one.post in posts]:
        session.delete(shift)
        done.removed += 1
    session.flush()
    return done
