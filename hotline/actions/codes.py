"""The code of a ticket whose caller stays unnamed: made once, found again, and never guessed."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.models import Call, CallEvent
from tickets import actions as tickets
from tickets.models import EventType, TicketEvent

DIGITS = 8
KEY = "code/"
"""What stands before a code in the key of its fact, which no page and no program is told."""
LONGEST_CALL = timedelta(hours=5)
"""The carrier ends a call after four: older ones hold no guess of this hour."""
GUESSES_AN_HOUR = 5
"""Wrong codes from one number, or from all that show none, before no code counts there for the rest of the hour."""
WRONG, RIGHT = "a wrong code", "a code"
"""What the list of a call's events says instead of the digits."""


def code_of(session: Session, ticket_id: int, *, at: datetime) -> str:
    """The code of a ticket; its first reader makes it. That one was read out is a fact of the ticket, and its key."""
    if (known := _code(session, ticket_id)) is not None:
        return known
    while True:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if tickets.add_event(session, ticket_id, EventType.CODE_TOLD, at=at, once_key=KEY + code):
            return code


def has_code(session: Session, ticket_id: int) -> bool:
    """Whether this ticket is told by its code, and by nothing else."""
    return _code(session, ticket_id) is not None


def ticket_of(session: Session, code: str, call: Call, *, at: datetime) -> int | None:
    """The ticket of a code, for whoever has not guessed too often. None: there is none, or it is not told."""
    if _guesses(session, call, at) >= GUESSES_AN_HOUR:
        return None
    return session.scalar(select(TicketEvent.ticket_id).where(TicketEvent.once_key == KEY + code))


def _code(session: Session, ticket_id: int) -> str | None:
    told = select(TicketEvent.once_key).where(
        TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.CODE_TOLD
    )
    key = session.scalar(told.limit(1))
    return key.removeprefix(KEY) if key else None


def _guesses(session: Session, call: Call, at: datetime) -> int:
    since_at = at - timedelta(hours=1)
    here = Call.from_number == call.from_number if call.from_number else Call.from_number.is_(None)
    return session.scalars(
        select(func.count(CallEvent.id))
        .join(Call, Call.id == CallEvent.call_id)
        .where(CallEvent.heard == WRONG, CallEvent.at > since_at, Call.began_at > at - LONGEST_CALL, here)
    ).one()
