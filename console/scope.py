"""Who sees which tickets, and who may make which move. Data and one clause."""

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, Role
from base.errors import NotFound
from base.log import mask_name
from console.staff import Me
from directory.models import Project
from outreach.surveys import ALWAYS_ASKED
from tickets.lifecycle import HEADQUARTERS, Kind, Move
from tickets.models import Ticket
from tickets.triage import MAILBOX

SEES_EVERYTHING = frozenset({Role.QUALITY, Role.ADMIN})

TOLD_OF_TROUBLE = EVERYBODY_ON_STAFF - {Role.AGENT, Role.TECHNICIAN}
"""Supervisors and above: who can have a number checked, or the carrier's settings mended."""

WORKERS = EVERYBODY_ON_STAFF - {Role.QUALITY}
"""Quality reads everything and works on nothing."""

DESK = WORKERS - {Role.TECHNICIAN}
"""Who decides whose work something is, and speaks for the house."""

READERS = EVERYBODY_ON_STAFF - {Role.TECHNICIAN}
"""Who may look up people and what was sent to them: a technician needs the ticket, which names the caller."""

AUDITORS = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN})
"""Who reads who did what: whoever serves one project, of that alone."""

MAY_PLAN = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN})
"""Who plans a year of greetings and switches on what then goes by itself."""

EXPORTS = TOLD_OF_TROUBLE
"""Who may take lists out of the house, masked."""

EXPORTS_WHOLE = MAY_PLAN
"""Who may take them with whole numbers and names."""

MAY_FORGET = frozenset({Role.MANAGER, Role.ADMIN})
"""Who gives somebody all that we have of them, or has them forgotten."""

MAY_ENROL = frozenset({Role.MANAGER, Role.ADMIN})
"""Who brings the list of residents; whoever serves one project brings that of their own."""

WHO_MAY: dict[Move, frozenset[Role]] = {
    Move.ACKNOWLEDGE: WORKERS,
    Move.ASSIGN: DESK,
    Move.ARRIVE: WORKERS,
    Move.WAIT: WORKERS,
    Move.RESUME: WORKERS,
    Move.RESOLVE: WORKERS,
    Move.NOTE: EVERYBODY_ON_STAFF,
    Move.CLOSE: EVERYBODY_ON_STAFF - {Role.TECHNICIAN},
    Move.REOPEN: EVERYBODY_ON_STAFF - {Role.TECHNICIAN},
    Move.REFER: DESK,
    Move.CANCEL: DESK,
    Move.MERGE: DESK,
    Move.SPLIT: DESK,
    Move.LEVEL: DESK,
    Move.ASK: WORKERS,
    Move.ANSWER: TOLD_OF_TROUBLE & WORKERS,
    Move.SEND: MAY_PLAN,
    Move.DEPARTMENT: DESK,
    Move.EXTEND: WORKERS,
    Move.DECIDE: TOLD_OF_TROUBLE & WORKERS,
    Move.SIGN_OFF: WORKERS,
}
"""Whoever did the work does not close it."""

LEADERS = TOLD_OF_TROUBLE & WORKERS
"""Who may say that a complaint was none: of what is cancelled, nobody is asked how it was."""


def name_for(me: Me, name: str) -> str:
    """The name of an owner: whole for whoever may look them up, else masked; how they are greeted stands beside it."""
    return name if me.role in READERS else mask_name(name)


def may_make(me: Me, move: Move, kind: Kind) -> bool:
    """Whether the role of `me` makes this move on a ticket of this kind."""
    return me.role in WHO_MAY[move] and (move is not Move.CANCEL or kind not in ALWAYS_ASKED or me.role in LEADERS)


READ_THE_MAILBOX = frozenset({Role.MANAGER, Role.DIRECTOR, Role.QUALITY, Role.ADMIN})
"""Who of the company reads what was said to its general manager."""


def may_close(me: Me, ticket: Ticket) -> bool:
    """Whether `me` decides that it is over: of what headquarters took in, nobody who has a project does."""
    return me.project_id is None or ticket.followed_by != HEADQUARTERS


def may_call(me: Me, ticket: Ticket) -> bool:
    """Whether `me` is put through to whoever reported it: who works on it, and of the technicians whose it is."""
    return me.role in WORKERS and (me.role is not Role.TECHNICIAN or ticket.assignee_id == me.id)


def visible(me: Me) -> ColumnElement[bool]:
    """The tickets this member of staff may see.

    A ticket whose project nobody knows yet belongs to everybody: an emergency must not hide in it. What was said to
    headquarters is about the project: whoever has a project of their own, in whatever role, does not see it; and what
    was said to the general manager, of headquarters, only those do who lead it.
    """
    if me.project_id is not None:
        return and_(_in_reach(me), Ticket.owner_desk != HEADQUARTERS)
    if me.role in READ_THE_MAILBOX:
        return _in_reach(me)
    return and_(_in_reach(me), or_(Ticket.owner_desk != HEADQUARTERS, Ticket.category != MAILBOX))


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


def scope_of(me: Me) -> tuple[Role, int | None, int]:
    """Whoever has the same may see the same tickets; a technician is alone: what is assigned to them is theirs."""
    return me.role, me.project_id, me.id if me.role is Role.TECHNICIAN else 0


def project_of(me: Me) -> int | None:
    """The only project whose people and messages this member of staff may see; None: those of all."""
    return None if me.role in SEES_EVERYTHING else me.project_id


def projects_of(session: Session, me: Me) -> list[Project]:
    """The projects this member of staff serves, by name."""
    query = select(Project).order_by(Project.name)
    if (project_id := project_of(me)) is not None:
        query = query.where(Project.id == project_id)
    return list(session.scalars(query))


def ticket_for(session: Session, me: Me, ref: str) -> Ticket:
    """The ticket `ref`, if `me` may see it. Raises `NotFound` otherwise: whether it exists is not told."""
    ticket = session.scalar(select(Ticket).where(Ticket.ref == ref, visible(me)))
    if ticket is None:
        raise NotFound("没有这张工单，或者它不归您看。There is no such ticket, or it is not yours to see.")
    return ticket


def may_see(session: Session, me: Me, ref: str) -> bool:
    """Whether the ticket `ref` is there for `me`."""
    return session.scalar(select(Ticket.id).where(Ticket.ref == ref, visible(me))) is not None
