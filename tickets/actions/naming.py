"""Who is asked whose a complaint is: that department's supervisor, or the manager; another, where one has left."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from directory.models import Staff
from tickets.actions.timeline import add_event, get
from tickets.complaintmodels import ComplaintHop
from tickets.lifecycle import HEADQUARTERS, MOVING
from tickets.models import EventType, Ticket


def asked_of(session: Session, staff_id: int) -> Sequence[ComplaintHop]:
    """The questions that have this name and no answer, of complaints that an estate still has to see to."""
    query = select(ComplaintHop).join(Ticket, Ticket.id == ComplaintHop.ticket_id)
    waits = (ComplaintHop.staff_id == staff_id, ComplaintHop.answer.is_(None), Ticket.status.in_(MOVING))
    return session.scalars(query.where(*waits, Ticket.owner_desk != HEADQUARTERS).order_by(ComplaintHop.id)).all()


def ask_another(session: Session, hop: ComplaintHop, *, at: datetime, away: Collection[int] = ()) -> ComplaintHop:
    """Whoever was asked works here no more: the question has the name of another of that post, and the time it had.

    Where there is nobody of it those above are told now. What was answered meanwhile stays as it is.
    """
    ticket = get(session, hop.ticket_id)
    session.refresh(hop)
    if hop.answer is not None:
        return hop
    named = named_for(session, ticket, hop.department, away)
    hop.staff_id = named.id if named else None
    if named is None and hop.told_up_at is None:
        hop.tell_up_at = at
    session.flush()
    session.expire(hop, ["staff"])
    add_event(
        session, ticket.id, EventType.ASKED, at=at,
        data={"department": hop.department, "of": hop.staff_id, "hop": hop.place},
        # whoever left may have come back: the same name is a question anew
        once_key=f"hop/{ticket.id}/{hop.place}/{hop.staff_id}/{at.timestamp():.0f}",
    )  # fmt: skip
    return hop


def named_for(session: Session, ticket: Ticket, department: str, away: Collection[int]) -> Staff | None:
    """Who is asked: that department's supervisor, else the manager."""
    if department:
        return supervisor_of(session, ticket, department, away)
    # a manager who is away is asked as well, where there is no other: the question has a name
    return _of_role(session, ticket, Role.MANAGER, away=away) or _of_role(session, ticket, Role.MANAGER)


def supervisor_of(session: Session, ticket: Ticket, department: str, away: Collection[int] = ()) -> Staff | None:
    """The supervisor of that department for a ticket's project, who is not away."""
    return _of_role(session, ticket, Role.SUPERVISOR, department, away)


def _of_role(
    session: Session, ticket: Ticket, role: Role, department: str = "", away: Collection[int] = ()
) -> Staff | None:  # fmt: skip
    """Somebody of the ticket's project, else of the whole company; of that department, if one is given.

    Whoever has no department speaks for any, where it has nobody of its own.
    """
    query = select(Staff).where(
        Staff.role == role,
        Staff.is_active,
        (Staff.project_id == ticket.project_id) | Staff.project_id.is_(None),
        Staff.id.not_in(away),
    )
    if department:
        query = query.where(Staff.department.in_((department, ""))).order_by(Staff.department == "")
    return session.scalars(query.order_by(Staff.project_id.is_(None), Staff.id).limit(1)).first()
