"""The code of a ticket whose caller stays unnamed: made once, found again, kept nowhere, and never guessed.

It follows from SECRET_KEY and the ticket; the database has only its mark, from which nobody comes back to the code.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from base.keyed import keyed
from hotline.models import Call, CallEvent
from tickets import actions as tickets
from tickets.models import EventType, TicketEvent

DIGITS = 8
KEY = "code/"
"""What stands before the mark of a code in the key of its fact, which no page and no program is told."""
LONGEST_CALL = timedelta(hours=5)
"""The carrier ends a call after four: older ones hold no guess of this hour."""
GUESSES_AN_HOUR = 5
"""Wrong codes from one number, or from all that show none, before no code counts there for the rest of the hour."""
WRONG, RIGHT = "a wrong code", "a code"
"""What the list of a call's events says instead of the digits."""
_TOLD = select(TicketEvent.once_key).where(
    TicketEvent.ticket_id == bindparam("ticket_id"), TicketEvent.type == EventType.CODE_TOLD
)
_HIDDEN = re.compile(r"\[code of ([0-9]+)\]")


def code_of(session: Session, ticket_id: int, *, at: datetime) -> str:
    """The code of a ticket. That it was read out is a fact of the ticket, whose key is the code's mark.

    Where another ticket has that code already, the next one is this ticket's; after a change of SECRET_KEY it is a new
    one.
    """
    told, nth = set(session.scalars(_TOLD, {"ticket_id": ticket_id})), 0
    while True:
        code = _made(ticket_id, nth)
        key = _key(code)
        if key in told or tickets.add_event(session, ticket_id, EventType.CODE_TOLD, at=at, once_key=key):
            return code
        nth += 1


def has_code(session: Session, ticket_id: int) -> bool:
    """Whether this ticket is told by its code, and by nothing else."""
    return session.scalar(_TOLD.limit(1), {"ticket_id": ticket_id}) is not None


def spelled(code: str) -> str:
    """A code as it is read out, digit by digit."""
    return " ".join(code)


def hidden(answer: str, ticket_id: int, code: str) -> str:
    """An answer as it is kept: with the ticket it is of in place of the code."""
    return answer.replace(spelled(code), f"[code of {ticket_id}]")


def shown(session: Session, answer: str, *, at: datetime) -> str:
    """The answer that was kept so, as it was given."""
    return _HIDDEN.sub(lambda found: spelled(code_of(session, int(found[1]), at=at)), answer)


def ticket_of(session: Session, code: str, call: Call, *, at: datetime) -> int | None:
    """The ticket of a code, for whoever has not guessed too often. None: there is none, or it is not told."""
    if _guesses(session, call, at) >= GUESSES_AN_HOUR:
        return None
    return session.scalar(select(TicketEvent.ticket_id).where(TicketEvent.once_key == _key(code)))


def _made(ticket_id: int, nth: int) -> str:
    return f"{int(keyed(f'code of {ticket_id}, {nth}'), 16) % 10**DIGITS:0{DIGITS}}"


def _key(code: str) -> str:
    return KEY + keyed(f"mark of {code}")


def _guesses(session: Session, call: Call, at: datetime) -> int:
    since_at = at - timedelta(hours=1)
    here = Call.from_number == call.from_number if call.from_number else Call.from_number.is_(None)
    return session.scalars(
        select(func.count(CallEvent.id))
        .join(Call, Call.id == CallEvent.call_id)
        .where(CallEvent.heard == WRONG, CallEvent.at > since_at, Call.began_at > at - LONGEST_CALL, here)
    ).one()
