"""Owners are told what became of their tickets while they go on. May run twice."""

from base.clock import now
from base.database import reading
from base.inturn import in_turn
from outreach.actions import changes


def tell_changes() -> None:
    """Every owner of whose ticket something changed that is to be told now. One that fails keeps no other waiting."""
    with reading() as session:
        ticket_ids = changes.changes_due(session, at=now())
    in_turn(ticket_ids, changes.tell_change)
