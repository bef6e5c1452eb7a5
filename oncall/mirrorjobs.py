"""Jobs of the mirrors, by themselves: what a group channel makes of a line holds up no page and changes none."""

import structlog

from base.clock import now
from base.database import reading, transaction
from base.queue import Lane, hints
from base.wiring import settings
from oncall.actions import mirroring
from oncall.channels import tell_channel

log = structlog.get_logger(__name__)


def tell(place: int) -> None:
    """Send what waits for the channel at this place of the settings, in order, until one line is not taken.

    No connection of the database is held while the channel is spoken to.
    """
    mirrors = settings().mirrors
    while place < len(mirrors):
        mirror = mirrors[place]
        with transaction() as session:
            note = mirroring.claim_note(session, mirror.name, at=now())
        if note is None:
            return
        fault = tell_channel(mirror.url, note.line)
        with transaction() as session:
            mirroring.record_note(session, note.id, fault.value if fault else "", at=now())
        if fault:
            log.warning("mirror_not_told", channel=mirror.name, scheme=mirror.scheme, fault=fault.value)
            return


def tell_due() -> None:
    """Write down which troubles began or ended, and hint at every channel for which something waits."""
    with transaction() as session:
        mirroring.mirror_incidents(session, at=now())
        mirroring.forget_notes(session, at=now())
    with reading() as session:
        waiting = mirroring.channels_waiting(session, at=now())
    for place in waiting:
        hints().push(Lane.BULK, mirroring.JOB, place, once=True)
