"""Promises that have passed: owners are told by ourselves, so that nobody hears nothing. May run twice."""

import structlog

from base.clock import now
from base.database import reading, transaction
from outreach.actions import lateness

log = structlog.get_logger(__name__)


def tell_late() -> None:
    """Every owner whose promise has passed without a word. One that fails does not keep the others waiting."""
    with reading() as session:
        ticket_ids = lateness.late_words_due(session, at=now())
    for ticket_id in ticket_ids:
        try:
            with transaction() as session:
                lateness.tell_late(session, ticket_id, at=now())
        except Exception:  # whatever is wrong with one of them, the others' turn comes
            log.exception("left_for_the_next_look", action="tell_late", id=ticket_id)
