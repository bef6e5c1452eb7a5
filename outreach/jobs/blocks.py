"""Look again at who must not be greeted, just before greetings go."""

import structlog

from base.clock import now
from base.database import reading, transaction
from messages import actions as messages
from messages.lifecycle import MessageClass
from outreach.actions import blocks

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Put away the greetings that are about to go and must not any more; the others may."""
    at = now()
    with reading() as session:
        if not blocks.is_due(session, at=at):
            return
        # looked for before anything is locked: of a greeting to very many it takes seconds, and callers write meanwhile
        found = blocks.in_the_way(session, at=at)
    with transaction() as session:
        count = blocks.put_away(session, found, at=at)
        messages.hint(session, messages.LANE_OF[MessageClass.CARE])
    if count:
        log.info("greetings_put_away", count=count)
