"""Tells whoever reported a matter that was written down by hand its number, as the hotline does after a call."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.actions.telling import RECEIPTS, receipt_text
from messages import actions as messages
from messages.lifecycle import MessageClass
from outreach.actions.reach import reach_of
from outreach.actions.results import may_tell_at
from tickets.lifecycle import Channel
from tickets.models import Ticket

IS_THERE = frozenset({Channel.CALL, Channel.DESK, Channel.WALK_IN})
"""Doors at which whoever reports it stands, or holds the telephone."""


def tell_reporter(session: Session, ticket: Ticket, *, at: datetime, is_there: bool | None = None) -> None:
    """Plan the text with the ticket's number, what it is and what is promised; once a ticket.

    Only to what can read it, and to numbers nobody knows within bounds; without a number nobody is told. Whoever is
    not there while it is written down, and does not wait for help, is not woken for it; `is_there` None: as its channel
    says.
    """
    reach = reach_of(session, ticket.caller_number, at=at)
    if reach is None or not reach.can_read:
        return
    is_there = ticket.channel in IS_THERE if is_there is None else is_there
    due_at = at if is_there else may_tell_at(ticket, reach.number, at=at)
    body = receipt_text(session, ticket, RECEIPTS.get(ticket.kind, "receipt_matter"), ticket.language, at=due_at)
    messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body,
        once_key=f"ticket/{ticket.id}/opened/{reach.number}", about=f"ticket:{ticket.id}", at=at,
        due_at=due_at, language=ticket.language, is_demo=reach.is_demo,
    )  # fmt: skip
