"""Whoever works a lane for long sees to what else is asked of it.

In the urgent lane that is done here and now, beside the sending: what may plan a page must not wait until this job has
ended and the next has begun. In the others the process is given up, and RQ takes the next job.
"""

import threading

import structlog

from base.clock import ticks_s
from base.queue import Lane, hints

log = structlog.get_logger(__name__)

LOOK_S = {Lane.URGENT: 0.1, Lane.NORMAL: 2.0, Lane.BULK: 5.0}
"""How often the queue is looked at. In the urgent lane also after the first claim: what waits behind several of these
jobs does not wait for each of them."""
NEVER_S = 3600.0
"""When Redis is asked again that is away; this job will have ended by then."""


class Others:
    """Sees to the jobs of another kind than `work` that wait in a lane."""

    def __init__(self, lane: Lane, work: str) -> None:
        self.lane, self.work = lane, work
        self._next_s = ticks_s() + (0.0 if lane is Lane.URGENT else LOOK_S[lane])
        self._looking = threading.Lock()
        self._want_it = False

    def see_to_them(self) -> bool:
        """Look, and in the urgent lane do the first that waits; says whether this process has to be given up for them.

        Meant to be called between two claims, from any thread: what one job has planned is claimed before the next.
        """
        if not self._looking.acquire(blocking=False):
            return False  # another claimer is looking, or at their work
        try:
            if not self._want_it and ticks_s() >= self._next_s:
                self._want_it = self._see_to_the_first()
            return self._want_it
        finally:
            self._looking.release()

    def _see_to_the_first(self) -> bool:
        waiting = hints().others(self.lane, self.work)
        self._next_s = ticks_s() + (NEVER_S if waiting is None else LOOK_S[self.lane])
        if not waiting or self.lane is not Lane.URGENT:
            return bool(waiting)
        if len(waiting) > 1:
            self._next_s = ticks_s()
        return not _is_done(self.lane, waiting[0])


def _is_done(lane: Lane, job_id: str) -> bool:
    try:
        hints().do_here(lane, job_id)
    except Exception:
        log.exception("left_for_its_own_process", job=job_id)
        return False
    return True
