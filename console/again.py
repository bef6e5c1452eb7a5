"""A press that comes twice, as from a telephone that had no network: it was made already, and is not made again."""

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.door import language
from console.staff import Me
from console.words import say
from tickets.lifecycle import Move, may
from tickets.models import EventType, Ticket, TicketEvent

FACTS = {
    Move.ACKNOWLEDGE: EventType.ACKNOWLEDGED, Move.ARRIVE: EventType.ARRIVED, Move.RESOLVE: EventType.RESOLVED,
    Move.NOTE: EventType.NOTED,
}  # fmt: skip
ANEW = (EventType.REOPENED, EventType.RELEASED)
"""What was done before one of these has to be done again."""
LONGEST_WAIT_S = 12 * 3600


def was_made(session: Session, ticket: Ticket, move: Move, me: Me, text: str) -> bool:
    """Whether `me` made this move already, and it is only told again: by a form that says so, or one that is late.

    A note is the same one only where the form says that it comes again, and its words are the same.
    """
    if move not in FACTS or (may(move, ticket.status) and not request.form.get("again")):
        return False
    begun = select(func.coalesce(func.max(TicketEvent.id), 0)).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.type.in_(ANEW)
    )
    theirs = select(TicketEvent.id).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.type == FACTS[move], TicketEvent.staff_id == me.id,
        TicketEvent.id > begun.scalar_subquery(),
    )  # fmt: skip
    if move is Move.NOTE:
        theirs = theirs.where(TicketEvent.text == (text or say("photo.only", language())))
    return session.scalar(theirs.limit(1)) is not None


def waited_minutes() -> int:
    """How long a press waited for a network, as the telephone counted; 0 where it did not, or says nonsense."""
    said = request.form.get("waited", "")
    seconds = int(said) if said.isascii() and said.isdecimal() and len(said) < 7 else 0
    return round(seconds / 60) if seconds <= LONGEST_WAIT_S else 0
