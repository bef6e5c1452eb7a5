"""Who of the owners who are not there is due: put together anew, in pieces."""

import time

from base.clock import now
from base.database import reading, transaction
from outreach.actions import contactplans

PIECE = 500
PAUSE_S = 0.05
"""Between two pieces others may write."""


def refresh() -> None:
    """Go through everybody, a few at a time."""
    person_id = 0
    while True:
        with reading() as session:
            some = contactplans.people_after(session, person_id, PIECE)
        if not some:
            return
        with transaction() as session:
            contactplans.refresh(session, some, at=now())
        person_id = some[-1]
        time.sleep(PAUSE_S)
