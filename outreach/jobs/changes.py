"""Owners are told what became of their tickets while they go on. May run twice."""

import structlog

from base.clock import now
from base.database import reading, transaction
from outreach.actions import changes

log = structlog.get_logger(__name__)


def tell_changes() -> None:
    """Every owner of whose ticket something changed that is to be told now. One that fails keeps no other waiting."""
    with reading() as session:
        ticket_ids = changes.changes_due(session, at=now())
    for ticket_id in ticket_ids:
        try:
            with transaction() as session:
                changes.tell_change(session, ticket_id, at=now())
        except Exception:  # whatever is wrong with one of them, the others' turn comes
            log.exception("left_for_the_next_look", action="tell_change", id=ticket_id)
