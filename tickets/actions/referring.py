"""A ticket is referred: to a department, to another desk of ours, or to somebody outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from base.errors import Conflict, NotFound
from directory.models import Project
from tickets.actions.asking import put_anew
from tickets.actions.questions import rest_question, wake_question
from tickets.actions.timeline import add_event, get
from tickets.actions.watching import first_page_at, promise_of
from tickets.lifecycle import ANOTHER_DESK, HEADQUARTERS, Kind, Move, ReferTo, Status, after
from tickets.models import EventType, Ticket


@dataclass(frozen=True, slots=True)
class Referral:
    """Where to. `department` and `project_id` by their kinds; `name` and `contact` of whoever is outside."""

    to: ReferTo
    department: str = ""
    project_id: int | None = None
    name: str = ""
    contact: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What the timeline keeps of it."""
        known = {"department": self.department, "project": self.project_id, "name": self.name, "contact": self.contact}
        return {"to": self.to.value} | {key: value for key, value in known.items() if value}


def refer(session: Session, ticket_id: int, staff_id: int, *, to: Referral, at: datetime, text: str) -> Ticket:
    """Refer it, with the reason in `text`. Raises `Conflict` where it is over, or that desk's already, and `NotFound`.

    Headquarters takes complaints only: for anything else the people of the project are woken, who could not open it.

    To a department or to somebody outside is a note on the timeline: the ticket and its clocks stay with whoever has
    it. To headquarters or another project it moves: it is open again, and that desk is told in a round of pages of
    its own, also whoever was told of it here. Its ladder goes on from the next rung; where the owner said that it is
    not done it begins anew, now. What the owner was promised stays as it was.
    """
    ticket = get(session, ticket_id)
    after(Move.REFER, ticket.status)
    if to.to in ANOTHER_DESK:
        _move_to(session, ticket, to, at)
    add_event(session, ticket_id, EventType.REFERRED, at=at, staff_id=staff_id, text=text, data=to.facts)
    return ticket


def _move_to(session: Session, ticket: Ticket, to: Referral, at: datetime) -> None:
    is_above = to.to is ReferTo.HEADQUARTERS
    if ticket.owner_desk == HEADQUARTERS if is_above else _is_at(ticket, to.project_id):
        raise Conflict("工单已经在那边了。The ticket is at that desk already.")
    if is_above and ticket.kind is not Kind.COMPLAINT:
        raise Conflict("只有投诉可以转给总部。Only a complaint can be referred to headquarters.")
    project = ticket.project if is_above else session.get(Project, to.project_id)
    if project is None and not is_above:
        raise NotFound("没有这个项目。There is no such project.")
    began_at = promise_of(session, ticket, at=at).began_at
    if not is_above and ticket.project_id != to.project_id:
        ticket.project_id = to.project_id
    ticket.owner_desk = HEADQUARTERS if is_above else ""
    ticket.followed_by = HEADQUARTERS if is_above else ticket.followed_by  # and goes on being, if they send it back
    ticket.status, ticket.assignee_id, ticket.acknowledged_at = Status.OPEN, None, None
    ticket.is_alarming = False
    ticket.page_due_at = first_page_at(session, ticket.level, project, began_at=began_at, at=at)
    if ticket.refused_at is not None:  # its owner said it is not done: a supervisor of that desk hears at once
        ticket.page_due_at, ticket.page_step = at, 0
    put_anew(session, ticket, at=at)
    session.flush()
    if is_above:
        rest_question(session, ticket.id)
    else:
        wake_question(session, ticket.id, at=at)
    session.expire(ticket, ["project", "assignee"])  # another desk's hours, and nobody's yet


def _is_at(ticket: Ticket, project_id: int | None) -> bool:
    return ticket.project_id == project_id and ticket.owner_desk == ""
