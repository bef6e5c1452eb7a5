"""A key that the end of its call has overtaken: the ticket which the end left is about what the key says."""

from collections.abc import Callable

from sqlalchemy import update

from base.errors import Conflict
from hotline.actions.endings import leave_ticket
from hotline.actions.telling import receipt_of, text_caller
from hotline.actions.turn import Answer, Turn
from hotline.intake import leaves_ticket, missed_report
from hotline.models import Recording
from messages import actions as messages
from tickets import actions as tickets
from tickets.lifecycle import Status
from tickets.models import Ticket


def told_late(turn: Turn, follow: Callable[[], Answer]) -> Answer:
    """Follow a key as if the call had no ticket yet, and make one ticket of what comes out and what the end left.

    1. What the key opens is the ticket of the end, written down anew; where it joins another, that one holds both.
    2. Where it opens nothing the call was broken off, as at its end, only later.
    3. A text that promises something else now is taken back if it has not left, and the true one follows.
    """
    missed = _left_by_the_end(turn)
    if missed is None:
        return follow()
    call, stood = turn.call, _stands(missed)
    call.ticket_id = call.ticket = None
    answer = follow()
    if call.ticket_id is None:
        call.ticket_id, call.ticket = missed.id, missed
        if leaves_ticket(turn.intake, has_ticket=False, is_staff=call.staff_id is not None):
            turn.intake = leave_ticket(turn.session, call, turn.intake, missed_report(turn.intake), at=turn.at)
        key = "receipt_missed"
    else:
        key = receipt_of(turn.intake, turn.session.get_one(Ticket, call.ticket_id))
        turn.remember(missed_id=0)
    ticket = turn.session.get_one(Ticket, call.ticket_id)
    if ticket is not missed:
        _become_part(turn, missed, ticket)
    if _stands(ticket) != stood:
        messages.cancel(turn.session, about=f"ticket:{missed.id}", at=turn.at)
        text_caller(turn.session, call, turn.intake, ticket, at=turn.at, key=key)
    return answer


def _become_part(turn: Turn, missed: Ticket, ticket: Ticket) -> None:
    """One ticket holds both; what must not become one, being of another desk or estate, stays beside it."""
    try:
        tickets.merge(turn.session, missed.id, into=ticket, at=turn.at)
    except Conflict:
        return
    said = update(Recording).where(Recording.ticket_id == missed.id)
    turn.session.execute(said.values(ticket_id=ticket.id))


def _left_by_the_end(turn: Turn) -> Ticket | None:
    """The ticket of the end, while nobody has taken it: what somebody is busy with does not become another matter."""
    if not turn.intake.missed_id:
        return None
    ticket = tickets.get(turn.session, turn.intake.missed_id)
    if ticket.status == Status.OPEN:
        return ticket
    turn.remember(missed_id=0)
    return None


def _stands(ticket: Ticket) -> tuple[object, ...]:
    """What a text to the caller depends on."""
    return ticket.id, ticket.level, ticket.caller_number
