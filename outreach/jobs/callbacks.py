"""Jobs about results and all-clears: tell owners, ask how it was, close what nobody objects to, ask whether it is over.

All may run twice.
"""

from collections.abc import Callable, Iterable

import structlog

import tickets.actions
from base.clock import now
from base.database import reading, transaction
from outreach.actions import callbacks, spotasking, spotchecks

log = structlog.get_logger(__name__)


def follow_up(ticket_id: int) -> None:
    """The owner of one ticket that was just resolved, or opened again."""
    with transaction() as session:
        callbacks.follow_up(session, ticket_id, at=now())


def follow_due() -> None:
    """Every owner who has to be told, asked or left in peace now. One that fails does not keep the others waiting."""
    with reading() as session:
        ticket_ids = tickets.actions.follow_ups_due(session, at=now())
    _each(ticket_ids, callbacks.follow_up)
    with reading() as session:
        survey_ids = callbacks.surveys_due(session, at=now())
    _each(survey_ids, callbacks.look)


def check_all_clears() -> None:
    """Every sample to be drawn from whoever got an all-clear, and every household of one to be asked."""
    with reading() as session:
        campaign_ids = spotchecks.draws_due(session, at=now())
    _each(campaign_ids, spotchecks.draw)
    with reading() as session:
        sample_ids = spotasking.due(session, at=now())
    _each(sample_ids, spotasking.look)


def _each(ids: Iterable[int], act: Callable[..., None]) -> None:
    """`act` on each in a transaction of its own."""
    for each in ids:
        try:
            with transaction() as session:
                act(session, each, at=now())
        except Exception:  # whatever is wrong with one of them, the others' turn comes
            log.exception("left_for_the_next_look", action=act.__name__, id=each)
