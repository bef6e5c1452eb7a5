"""Special days: written down, taken away, listed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base.rows import insert, table_of
from outreach.daysheet import DayRow
from tickets.actions.workdays import days_changed
from tickets.models import SpecialDay
from tickets.workdays import DayKind

_WRITE = insert(table_of(SpecialDay))
_WRITE_ANEW = _WRITE.on_conflict_do_update(index_elements=["day", "kind"], set_={"name": _WRITE.excluded.name})
_OTHER = {DayKind.OFF: DayKind.WORK, DayKind.WORK: DayKind.OFF}


def write_days(session: Session, rows: Sequence[DayRow]) -> int:
    """Write these days down, or anew; a day is either off or worked. Says how many were not so before."""
    before = {(one.day, one.kind): one.name for one in session.scalars(select(SpecialDay))}
    new = [row for row in dict.fromkeys(rows) if before.get((row.day, row.kind)) != row.name]
    for row in new:
        if row.kind in _OTHER:
            other = (SpecialDay.day == row.day, SpecialDay.kind == _OTHER[row.kind])
            session.execute(delete(SpecialDay).where(*other))
    said = [{"day": row.day, "kind": row.kind, "name": row.name} for row in new]
    if said:
        session.execute(_WRITE_ANEW, said)
    days_changed(session)
    return len(new)


def forget_day(session: Session, day: date) -> int:
    """Take away whatever was said of a day: it is again as the calendar says. Says how many words that were."""
    days_changed(session)
    return int(session.execute(delete(SpecialDay).where(SpecialDay.day == day)).rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def days_of(session: Session, year: int) -> list[SpecialDay]:
    """What has been said of days of a year, in order."""
    of_year = (SpecialDay.day >= date(year, 1, 1), SpecialDay.day <= date(year, 12, 31))
    return list(session.scalars(select(SpecialDay).where(*of_year).order_by(SpecialDay.day, SpecialDay.kind)))


def mourning_on(session: Session, day: date) -> str | None:
    """The name of a day on which this house greets nobody (it may be empty); None for any other day."""
    mourned = select(SpecialDay.name).where(SpecialDay.day == day, SpecialDay.kind == DayKind.MOURNING)
    return session.scalar(mourned)
