"""What staff do to tickets, whatever door they come through: each act with all that follows from it."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from base.queue import Lane, enqueue
from console.words import say
from directory.models import Staff
from hotline.actions.reports import hint_ladder
from oncall import actions as oncall
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import HEADQUARTERS, Move, Status, may
from tickets.models import Ticket


def open_ticket(session: Session, draft: TicketDraft, *, at: datetime) -> Ticket:
    """A matter becomes a ticket, and whoever has to be woken for it is."""
    ticket = actions.open_ticket(session, draft, at=at)
    hint_ladder(session, ticket)
    return ticket


def refusal(ticket: Ticket, move: Move, language: str) -> str:
    """Why a ticket cannot be moved so, in one sentence; empty if nothing is in the way."""
    if may(move, ticket.status):
        return ""
    status = say(f"status.{ticket.status.value}", language)
    who = ticket.assignee.name if ticket.assignee else say("somebody", language)
    key = "conflict.taken" if move == Move.ACKNOWLEDGE and ticket.assignee else "conflict.illegal"
    return say(key, language, who=who, status=status, move=say(f"move.{move.value}", language))


def take(session: Session, ticket: Ticket, staff_id: int, *, at: datetime) -> None:
    """Take it: the ladder stops, and those already woken are told. Raises `Conflict` when somebody else was first."""
    if not isinstance(oncall.take_ticket(session, ticket.id, staff_id, how="click", at=at), oncall.Taken):
        raise Conflict("别人先接了。Somebody else was first.")


def arrive(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """Whoever is on site has taken it."""
    if ticket.status == Status.OPEN:
        take(session, ticket, staff_id, at=at)
    actions.arrive(session, ticket.id, staff_id, at=at, text=text)


def resolve(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """Nobody has to come any more: whoever was woken is told."""
    was_open = ticket.status == Status.OPEN
    actions.resolve(session, ticket.id, staff_id, at=at, text=text)
    if was_open:
        oncall.stand_down(session, ticket, by=None, at=at)


def reopen(session: Session, ticket: Ticket, staff_id: int, *, text: str, at: datetime) -> None:
    """It was not done after all; the ladder begins again."""
    actions.reopen(session, ticket.id, staff_id, at=at, text=text)
    enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)


def assign(session: Session, ticket: Ticket, staff_id: int, *, to_staff_id: int, at: datetime) -> None:
    """Hand it to somebody who works here and may see it. Raises `BadInput` for anybody else."""
    to = session.get(Staff, to_staff_id)
    if to is None or not to.is_active or not _is_theirs(ticket, to):
        raise BadInput("没有这位同事，或者这张工单不归他们管。There is no such colleague, or the ticket is not theirs.")
    actions.assign(session, ticket.id, staff_id, to_staff_id=to.id, at=at)


def _is_theirs(ticket: Ticket, staff: Staff) -> bool:
    """The company's people serve every project; of what was said to headquarters a project's hear nothing."""
    if staff.project_id is None:
        return True
    return ticket.owner_desk != HEADQUARTERS and ticket.project_id in {None, staff.project_id}
