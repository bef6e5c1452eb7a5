"""Real shifts for the demo estate: day and night, every post, both projects, no gap."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from base.access import Role
from demo.estate import STAFF
from directory.models import Project, Staff
from oncall.ladder import Post
from oncall.models import Shift

BEFORE = timedelta(weeks=1)
AHEAD = timedelta(weeks=4)
DAY, NIGHT = time(8), time(20)

_BY_TURNS = ((Post.SUPERVISOR, Role.SUPERVISOR), (Post.MANAGER, Role.MANAGER), (Post.DIRECTOR, Role.DIRECTOR))


def extend_rota(session: Session, of: Sequence[Project], *, at: datetime, zone: str) -> int:
    """Add the shifts that are missing from a week ago until four weeks ahead; answers how many."""
    staff = {s.login: s for s in session.scalars(select(Staff).where(Staff.is_demo, Staff.is_active))}
    colleagues = [staff[colleague.login] for colleague in STAFF if colleague.login in staff]
    today = at.astimezone(ZoneInfo(zone)).date()
    query = select(Shift.project_id, Shift.post, Shift.starts_at).where(Shift.starts_at >= at - 2 * BEFORE)
    known = {tuple(row) for row in session.execute(query)}
    new = [
        {"project_id": project.id, "post": post, "staff_id": who, "starts_at": begins, "ends_at": ends, "is_demo": True}
        for place, project in enumerate(of)
        for begins, ends, number in _turns(today, zone)
        for post, who in _holders(colleagues, project, place, number)
        if (project.id, post, begins) not in known
    ]
    if new:
        session.execute(insert(Shift), new)
    return len(new)


def _turns(today: date, zone: str) -> Iterator[tuple[datetime, datetime, int]]:
    """Beginning, end and running number of every turn; numbers go on from day to day, whoever counts."""
    there = ZoneInfo(zone)
    for offset in range(-BEFORE.days, AHEAD.days):
        day = today + timedelta(days=offset)
        morning = datetime.combine(day, DAY, there)
        evening = datetime.combine(day, NIGHT, there)
        next_morning = datetime.combine(day + timedelta(days=1), DAY, there)
        yield morning, evening, 2 * day.toordinal()
        yield evening, next_morning, 2 * day.toordinal() + 1


def _holders(colleagues: Sequence[Staff], project: Project, place: int, number: int) -> Iterator[tuple[Post, int]]:
    technicians = [s for s in colleagues if s.role is Role.TECHNICIAN and s.project_id == project.id]
    if technicians:
        yield Post.FIRST, technicians[number % len(technicians)].id
        yield Post.SECOND, technicians[(number + 1) % len(technicians)].id
    week = number // 14
    for post, role in _BY_TURNS:
        if able := [s for s in colleagues if s.role is role]:
            yield post, able[(week + place) % len(able)].id
