"""That a list waits to be checked or imported, told to the bulk lane."""

from sqlalchemy.orm import Session

from base.database import reading
from base.queue import Lane, enqueue, hints
from directory import rosterbook

JOB = "console.roster.jobs.work"
TAKES_S = 1800
"""A job of the largest list on a slow machine; RQ ends it then, and the page says so."""


def soon(session: Session) -> None:
    """After this transaction, have the list that waits worked at."""
    enqueue(session, Lane.BULK, JOB, once=True, takes_s=TAKES_S)


def if_any_waits() -> None:
    """For the clock: a hint that was lost is given again."""
    with reading() as session:
        is_waiting = rosterbook.is_waiting(session)
    if is_waiting:
        hints().push(Lane.BULK, JOB, once=True, takes_s=TAKES_S)
