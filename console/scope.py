"""Who sees which tickets, and who may make which move. Data and one clause."""

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, Role
from base.errors import NotFound
from console.staff import Me
from directory.models import Project
from tickets.lifecycle import HEADQUARTERS, Move
from tickets.models import Ticket

SEES_EVERYTHING = frozenset({Role.QUALITY, Role.ADMIN})

TOLD_OF_TROUBLE = EVERYBODY_ON_STAFF - {Role.AGENT, Role.TECHNICIAN}
"""Supervisors and above: who can have a number checked, or the carrier's settings mended."""

WHO_MAY: dict[Move, frozenset[Role]] = {
    Move.ACKNOWLEDGE: EVERYBODY_ON_STAFF - {Role.QUALITY},
    Move.ASSIGN: EVERYBODY_ON_STAFF - {Role.QUALITY, Role.TECHNICIAN},
    Move.ARRIVE: EVERYBODY_ON_STAFF - {Role.QUALITY},
    Move.RESOLVE: EVERYBODY_ON_STAFF - {Role.QUALITY},
    Move.NOTE: EVERYBODY_ON_STAFF,
    Move.CLOSE: EVERYBODY_ON_STAFF - {Role.TECHNICIAN},
    Move.REOPEN: EVERYBODY_ON_STAFF - {Role.TECHNICIAN},
    Move.REFER: EVERYBODY_ON_STAFF - {Role.QUALITY},
}
"""Quality reads everything and works on nothing; whoever did the work does not close it."""

MAY_OPEN = EVERYBODY_ON_STAFF - {Role.QUALITY}
MAY_SEE_PEOPLE = EVERYBODY_ON_STAFF - {Role.TECHNICIAN}
"""Lists of residents and what was sent to them: whoever repairs sees the people of their tickets only."""


def visible(me: Me) -> ColumnElement[bool]:
    """The tickets this member of staff may see.

    A ticket whose project nobody knows yet belongs to everybody: an emergency must not hide in it. What was said to
    headquarters is about the project: whoever has a project of their own, in whatever role, does not see it.
    """
    if me.project_id is None:
        return _in_reach(me)
    return and_(_in_reach(me), Ticket.owner_desk != HEADQUARTERS)


def _in_reach(me: Me) -> ColumnElement[bool]:
    """By role and project alone."""
    if me.role in SEES_EVERYTHING:
        return true()
    here: ColumnElement[bool] = (
        true() if me.project_id is None else or_(Ticket.project_id == me.project_id, Ticket.project_id.is_(None))
    )
    if me.role == Role.TECHNICIAN:
        return or_(Ticket.assignee_id == me.id, and_(Ticket.assignee_id.is_(None), here))
    return here


def projects_of(session: Session, me: Me) -> list[Project]:
    """The projects this member of staff serves, by name."""
    query = select(Project).order_by(Project.name)
    if me.project_id is not None and me.role not in SEES_EVERYTHING:
        query = query.where(Project.id == me.project_id)
    return list(session.scalars(query))


def ticket_for(session: Session, me: Me, ref: str) -> Ticket:
    """The ticket `ref`, if `me` may see it. Raises `NotFound` otherwise: whether it exists is not told."""
    ticket = session.scalar(select(Ticket).where(Ticket.ref == ref, visible(me)))
    if ticket is None:
        raise NotFound("没有这张工单，或者它不归您看。There is no such ticket, or it is not yours to see.")
    return ticket
