"""Jobs about survey waves: see whether questions left, remind, give up. May run twice."""

import structlog

from base.clock import now
from base.database import reading, transaction
from outreach.actions import askingon

log = structlog.get_logger(__name__)


def look_due() -> None:
    """Every interview that has to be looked at now. One that fails does not keep the others waiting."""
    with reading() as session:
        waiting = askingon.due(session, at=now())
    for interview_id in waiting:
        try:
            with transaction() as session:
                askingon.look(session, interview_id, at=now())
        except Exception:
            log.exception("interview_left_for_the_next_look", interview=interview_id)
