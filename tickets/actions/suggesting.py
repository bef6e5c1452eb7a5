"""What a text may be about was suggested: somebody says yes, and it becomes that, or no."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict
from tickets import triage
from tickets.actions.grouping import lock_to_group, look_for_group
from tickets.actions.timeline import add_event, get
from tickets.actions.writing import write_down
from tickets.lifecycle import GRAVITY, MOVING
from tickets.models import EventType, Ticket, TicketEvent
from tickets.triagewords import Suggestion, decided, standing


def accept_suggestion(session: Session, ticket_id: int, staff_id: int, *, at: datetime) -> Ticket:
    """The ticket becomes what was suggested; its level is that category's, never a lower one, with its own ladder.

    Raises `Conflict` where nothing (any more) waits for an answer.
    """
    known = session.get(Ticket, ticket_id)
    hinted = _standing(session, known) if known is not None else None
    lock_to_group(session, ticket_id, category=hinted.category if hinted is not None else None, at=at)
    ticket, suggestion = _waiting(session, ticket_id)
    level = min(ticket.level, triage.level_of(suggestion.kind, suggestion.category), key=GRAVITY.index)
    given = {"kind": suggestion.kind, "category": suggestion.category, "level": level}
    write_down(session, ticket, given, decided(is_so=True), at=at, staff_id=staff_id)
    look_for_group(session, ticket, at=at)
    return ticket


def refuse_suggestion(session: Session, ticket_id: int, staff_id: int, *, at: datetime) -> None:
    """It is something else, and nothing is suggested any more. Raises `Conflict` where nothing waits for an answer."""
    ticket, _ = _waiting(session, ticket_id)
    add_event(session, ticket.id, EventType.AMENDED, at=at, staff_id=staff_id, data=decided(is_so=False))


def _waiting(session: Session, ticket_id: int) -> tuple[Ticket, Suggestion]:
    ticket = get(session, ticket_id)
    suggestion = _standing(session, ticket)
    if suggestion is None or ticket.status not in MOVING:
        raise Conflict("这张工单没有待确认的分类。No suggestion of this ticket waits for an answer.")
    return ticket, suggestion


def _standing(session: Session, ticket: Ticket) -> Suggestion | None:
    told = session.scalars(
        select(TicketEvent.data).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.at, TicketEvent.id)
    )
    return standing(ticket.kind, ticket.category, told)
