"""Jobs of the outgoing webhooks: find what happened, tell it, forget what was told long ago."""

from datetime import timedelta

import structlog

from base.clock import now, ticks_s
from base.database import reading, transaction
from base.wiring import settings
from console.hooks import delivering, gathering, keeping
from console.hooks.facts import SOURCES
from console.hooks.sending import send_all

log = structlog.get_logger(__name__)

LONG_S = 5.0
"""After so long a job leaves the rest to the next one: others wait in its lane."""


def tell() -> None:
    """Write down what is to be told, and send what is due; the rest is found at the next look."""
    ends_s = ticks_s() + LONG_S
    for name in SOURCES:
        try:
            while _gather(name) and ticks_s() < ends_s:
                pass
        except Exception:
            # what is due to be sent again, and the other sources, do not wait for this one
            log.exception("webhook_source_failed", source=name)
    while _deliver() and ticks_s() < ends_s:
        pass


def forget() -> None:
    """What was told longer ago than is kept."""
    is_more, before_at = True, now() - timedelta(days=settings().webhooks_kept_days)
    while is_more:
        with transaction() as session:
            is_more = keeping.forget(session, before_at=before_at) > 0


def _gather(name: str) -> bool:
    """One look at a source; whether there may be more. What is told is put into words before anybody is kept waiting
    by a transaction that writes.
    """
    at = now()
    with reading() as session:
        found = gathering.look(session, name, at=at)
    if found is None:
        return False
    with transaction() as session:
        gathering.keep(session, name, found, at=at)
    return not found.is_all


def _deliver() -> bool:
    """Send a few of each system at once; whether there were any."""
    with transaction() as session:
        claimed = delivering.claim(session, at=now())
    if not claimed:
        return False
    replies = send_all([one.parcel for one in claimed], settings().webhooks_allowed)
    with transaction() as session:
        delivering.settle(session, list(zip(claimed, replies, strict=True)), at=now())
    return True
