"""The calendar of working days, with what this house has been told of single days."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.models import SpecialDay
from tickets.workdays import DayKind, Workdays

_READ = "workdays"
_MOVED = select(SpecialDay).where(SpecialDay.kind != DayKind.MOURNING)


def workdays(session: Session) -> Workdays:
    """The calendar of all years; read once a unit of work, however many clocks ask."""
    if _READ not in session.info:
        said = {one.day: (one.kind, one.name) for one in session.scalars(_MOVED)}
        session.info[_READ] = Workdays(said)
    return cast(Workdays, session.info[_READ])


def days_changed(session: Session) -> None:
    """Something else has been said of a day: the calendar is read anew."""
    session.info.pop(_READ, None)
