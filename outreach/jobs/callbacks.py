"""Jobs about results and all-clears: tell owners, ask how it was, close what nobody objects to, ask whether it is over.

All may run twice.
"""

import tickets.actions
from base.clock import now
from base.database import reading, transaction
from base.inturn import in_turn
from outreach.actions import callbacks, spotasking, spotchecks


def follow_up(ticket_id: int) -> None:
    """The owner of one ticket that was just resolved, or opened again."""
    with transaction() as session:
        callbacks.follow_up(session, ticket_id, at=now())


def follow_due() -> None:
    """Every owner who has to be told, asked or left in peace now. One that fails does not keep the others waiting."""
    with reading() as session:
        ticket_ids = tickets.actions.follow_ups_due(session, at=now())
    in_turn(ticket_ids, callbacks.follow_up)
    with reading() as session:
        survey_ids = callbacks.surveys_due(session, at=now())
    in_turn(survey_ids, callbacks.look)


def check_all_clears() -> None:
    """Every sample to be drawn from whoever got an all-clear, and every household of one to be asked."""
    with reading() as session:
        campaign_ids = spotchecks.draws_due(session, at=now())
    in_turn(campaign_ids, spotchecks.draw)
    with reading() as session:
        sample_ids = spotasking.due(session, at=now())
    in_turn(sample_ids, spotasking.look)
