"""Jobs about entering empty homes: ring the next who may let us in. May run twice."""

import structlog

from base.clock import now
from base.database import reading, transaction
from outreach.actions import entering

log = structlog.get_logger(__name__)


def look_due() -> None:
    """Every question that has to be looked at now; one that fails does not keep the others waiting."""
    with reading() as session:
        ids = entering.due(session, at=now())
    for id in ids:
        try:
            with transaction() as session:
                entering.look(session, id, at=now())
        except Exception:
            log.exception("left_for_the_next_look", entry=id)
