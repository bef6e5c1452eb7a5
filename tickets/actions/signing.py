"""An owner signs a finished repair off by a short code that only they were told; whoever did it enters the code."""

import secrets
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict
from directory.models import Staff
from tickets.actions.following import resolution_of
from tickets.actions.timeline import add_event, get
from tickets.lifecycle import Kind, Move, Status, after
from tickets.models import EventType, Ticket, TicketEvent
from tickets.promisemodels import SignOff

MOST_WRONG = 5
"""So many wrong codes, and only a new result brings a new code."""
SIGNED = frozenset({Kind.REPAIR})
"""What is signed off: work in somebody's home."""


def is_signed_off(ticket: Ticket) -> bool:
    """Whether the owner of a ticket like this gets a code when it is done."""
    return ticket.kind in SIGNED and not ticket.is_drill


def code_for(session: Session, ticket: Ticket, result: TicketEvent) -> str:
    """The code of this result, the same one if asked again: four digits, told to its owner and nobody else."""
    known = session.scalar(select(SignOff).where(SignOff.result_id == result.id))
    if known is None:
        known = SignOff(ticket_id=ticket.id, result_id=result.id, code=f"{secrets.randbelow(10_000):04}")
        session.add(known)
        session.flush()
    return known.code


def sign_off_of(session: Session, ticket: Ticket) -> SignOff | None:
    """That of the newest result, while it stands; None where its owner was told no code."""
    if ticket.status not in {Status.RESOLVED, Status.CLOSED}:
        return None
    result = resolution_of(session, ticket.id)
    return None if result is None else session.scalar(select(SignOff).where(SignOff.result_id == result.id))


def sign_off(session: Session, ticket_id: int, by: Staff, code: str, *, at: datetime, how: str) -> bool:
    """Whether the code was right: then its owner has signed. A wrong one is counted.

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
    signing.signed_at, signing.entered_by_id = at, by.id
    session.flush()
    add_event(session, ticket_id, EventType.SIGNED_OFF, at=at, staff_id=by.id, data={"how": how})
    return True


def sign_off_by_text(session: Session, by: Staff, code: str, *, at: datetime) -> Ticket | None:
    """The ticket of theirs that this code signs off. With a wrong one all that wait for theirs have one try less."""
    query = (
        select(Ticket)
        .join(SignOff, SignOff.ticket_id == Ticket.id)
        .where(
            Ticket.assignee_id == by.id, Ticket.status.in_((Status.RESOLVED, Status.CLOSED)),
            SignOff.signed_at.is_(None), SignOff.wrong < MOST_WRONG,
        )
        .order_by(Ticket.id)
        .distinct()
    )  # fmt: skip
    waiting = [one for one in session.scalars(query) if _can_be(sign_off_of(session, one))]
    # the right one first: a code of one must not cost the others a try
    waiting.sort(key=lambda one: not _is_code(sign_off_of(session, one), code))
    if waiting and _is_code(sign_off_of(session, waiting[0]), code):
        waiting = waiting[:1]
    return next((one for one in waiting if sign_off(session, one.id, by, code, at=at, how="reply")), None)


def _can_be(signing: SignOff | None) -> bool:
    return signing is not None and signing.signed_at is None and signing.wrong < MOST_WRONG


def _is_code(signing: SignOff | None, code: str) -> bool:
    return signing is not None and compare_digest(signing.code, code)
