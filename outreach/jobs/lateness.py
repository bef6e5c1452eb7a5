"""Promises that have passed: owners are told by ourselves, so that nobody hears nothing. May run twice."""

from base.clock import now
from base.database import reading
from base.inturn import in_turn
from outreach.actions import lateness


def tell_late() -> None:
    """Every owner whose promise has passed without a word. One that fails does not keep the others waiting."""
    with reading() as session:
        ticket_ids = lateness.late_words_due(session, at=now())
    in_turn(ticket_ids, lateness.tell_late)
