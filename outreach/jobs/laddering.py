"""Climb the ladders of emergencies: found by the clock, each rung once."""

import structlog

from base.clock import now
from base.database import reading, transaction
from base.trail import about
from outreach.actions import laddering
from outreach.jobs.planning import plan

log = structlog.get_logger(__name__)


def climb_due() -> None:
    """Every rung that is due. One that fails does not keep the others waiting."""
    with reading() as session:
        waiting = laddering.due(session, at=now())
    for campaign_id in waiting:
        with about(campaign=campaign_id):
            try:
                _climb(campaign_id)
            except Exception:
                log.exception("ladder_left_for_the_next_look")


def _climb(campaign_id: int) -> None:
    with reading() as session:
        found = laddering.look(session, campaign_id, at=now())
    if found is None:
        return
    with transaction() as session:
        rung_id = laddering.climb(session, found, at=now())
    if rung_id is not None:
        plan(rung_id)
