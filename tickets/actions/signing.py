"""An owner signs a finished repair off by a short code that only they were told; whoever did it enters the code, or
the owner texts it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import Session

from base.errors import Conflict
from directory.models import Staff
from tickets.actions.following import resolution_of
from tickets.actions.timeline import add_event, get, lock
from tickets.lifecycle import Kind, Move, Status, after
from tickets.models import EventType, Ticket, TicketEvent
from tickets.promisemodels import SignOff

MOST_WRONG = 5
"""So many wrong codes, and only a new result brings a new code."""
SIGNED = frozenset({Kind.REPAIR})
"""What is signed off: work in somebody's home."""
OVER = frozenset({Status.RESOLVED, Status.CLOSED})
EXPECTED_FOR = timedelta(days=7)
"""So long after a result four digits from its owner's telephone are taken for the code, right or wrong."""


@dataclass(frozen=True, slots=True)
class OwnersCode:
    """What a code from an owner's telephone did: the ticket is signed off, or how many tries are left."""

    ticket: Ticket
    is_signed: bool
    tries_left: int = 0


def is_signed_off(ticket: Ticket) -> bool:
    """Whether the owner of a ticket like this gets a code when it is done."""
    return ticket.kind in SIGNED and not ticket.is_drill


def code_for(session: Session, ticket: Ticket, result: TicketEvent) -> str:
    """The code of this result, the same one if asked again: four digits, told to its owner and nobody else.

    Never 0000, by which somebody wants to be left alone.
    """
    known = session.scalar(select(SignOff).where(SignOff.result_id == result.id))
    if known is None:
        known = SignOff(ticket_id=ticket.id, result_id=result.id, code=f"{secrets.randbelow(9000) + 1000}")
        session.add(known)
        session.flush()
    return known.code


def sign_off_of(session: Session, ticket: Ticket) -> SignOff | None:
    """That of the newest result, while it stands; None where its owner was told no code."""
    if ticket.status not in OVER:
        return None
    result = resolution_of(session, ticket.id)
    return None if result is None else session.scalar(select(SignOff).where(SignOff.result_id == result.id))


def sign_off(session: Session, ticket_id: int, by: Staff | None, code: str, *, at: datetime, how: str) -> bool:
    """Whether the code was right: then its owner has signed. A wrong one is counted. `by` None: the owner texted it.

    Raises `Conflict` where there is no code, it is signed off already, or there were too many wrong ones.
    """
    ticket = get(session, ticket_id)
    after(Move.SIGN_OFF, ticket.status)
    signing = sign_off_of(session, ticket)
    if signing is None:
        raise Conflict("业主没有收到验收码，不用验收。Its owner was sent no code; there is nothing to sign off.")
    if signing.signed_at is not None:
        raise Conflict("已经验收过了。It is signed off already.")
    if signing.wrong >= MOST_WRONG:
        raise Conflict("验收码错了太多次，不能再试。There were too many wrong codes; no more are taken.")
    if not compare_digest(signing.code, code):
        signing.wrong += 1
        session.flush()
        return False
    staff_id = by.id if by is not None else None
    signing.signed_at, signing.entered_by_id = at, staff_id
    session.flush()
    add_event(session, ticket_id, EventType.SIGNED_OFF, at=at, staff_id=staff_id, data={"how": how})
    return True


def sign_off_by_text(session: Session, by: Staff, code: str, *, at: datetime) -> Ticket | None:
    """The ticket of theirs that this code signs off. With a wrong one all that wait for theirs have one try less."""
    query = (
        select(Ticket)
        .join(SignOff, SignOff.ticket_id == Ticket.id)
        .where(
            Ticket.assignee_id == by.id, Ticket.status.in_(OVER), SignOff.signed_at.is_(None),
            SignOff.wrong < MOST_WRONG,
        )
        .order_by(Ticket.id)
        .distinct()
    )  # fmt: skip
    waiting = [one for one in session.scalars(query) if _can_be(sign_off_of(session, one))]
    return _sign_one_of(session, waiting, by, code, at=at, how="reply")


def sign_off_by_owner(
    session: Session, number: str, code: str, *, at: datetime, is_named: bool = False
) -> OwnersCode | None:  # fmt: skip
    """What this code from an owner's telephone does to what was told to be done at that number; None: nothing.

    The right one signs off its ticket, and no other; again it changes nothing. A wrong one costs each that waits a try,
    the newest is named; it is one only within `EXPECTED_FOR` of a result, or where it was called a code (`is_named`).
    """
    may_be = or_(TicketEvent.at >= at - EXPECTED_FOR, SignOff.code == code, true() if is_named else false())
    told = (
        select(Ticket, SignOff)
        .join(SignOff, SignOff.ticket_id == Ticket.id)
        .join(TicketEvent, TicketEvent.id == SignOff.result_id)
        .where(Ticket.caller_number == number, Ticket.status.in_(OVER), may_be)
        .order_by(SignOff.id.desc())
        .execution_options(populate_existing=True)
    )
    lock(session, *session.scalars(told.with_only_columns(Ticket.id)))
    stand = [(ticket, own) for ticket, own in session.execute(told) if sign_off_of(session, ticket) is own]
    waiting = [ticket for ticket, own in stand if _can_be(own)]
    signed = _sign_one_of(session, waiting, None, code, at=at, how="owner")
    for ticket, own in stand:
        if ticket is signed or (own.signed_at is not None and _is_code(own, code)):
            return OwnersCode(ticket, is_signed=True)
    tries = [OwnersCode(ticket, False, MOST_WRONG - own.wrong) for ticket, own in stand if ticket in waiting]
    return tries[0] if tries else None


def _sign_one_of(
    session: Session, waiting: Sequence[Ticket], by: Staff | None, code: str, *, at: datetime, how: str
) -> Ticket | None:  # fmt: skip
    """The first whose code it is, signed off: the right code of one must not cost the others a try."""
    meant = next((one for one in waiting if _is_code(sign_off_of(session, one), code)), None)
    tried = waiting if meant is None else (meant,)
    done = [one for one in tried if sign_off(session, one.id, by, code, at=at, how=how)]
    return done[0] if done else None


def _can_be(signing: SignOff | None) -> bool:
    return signing is not None and signing.signed_at is None and signing.wrong < MOST_WRONG


def _is_code(signing: SignOff | None, code: str) -> bool:
    return signing is not None and compare_digest(signing.code, code)
