"""Tells whoever reported a matter that was written down by hand its number, as the hotline does after a call."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.actions.reports import RECEIPTS, receipt_text
from messages import actions as messages
from messages.lifecycle import MessageClass
from outreach.actions.reach import reach_of
from tickets.models import Ticket


def tell_reporter(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Plan the text with the ticket's number, what it is and what is promised; once a ticket.

    Only to what can read it, and to numbers nobody knows within bounds; without a number nobody is told.
    """
    reach = reach_of(session, ticket.caller_number, at=at)
    if reach is None or not reach.can_read:
        return
    body = receipt_text(session, ticket, RECEIPTS.get(ticket.kind, "receipt_matter"), ticket.language, at=at)
    messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body,
        once_key=f"ticket/{ticket.id}/opened/{reach.number}", about=f"ticket:{ticket.id}", at=at,
        language=ticket.language, is_demo=reach.is_demo,
    )  # fmt: skip
