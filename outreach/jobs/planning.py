"""Plan a campaign in pieces, and put away the messages of one that was withdrawn."""

import time

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from base.clock import now, ticks_s
from base.database import database, reading, transaction
from base.errors import Conflict
from base.trail import about
from messages.ledger import batches
from outreach.actions import laddering, people, planning
from outreach.lifecycle import CampaignState
from outreach.models import Campaign

log = structlog.get_logger(__name__)

PAUSE_S = 0.02
"""Between two pieces others may write: on SQLite a caller's webhook waits for each."""
SMALL = 2000
"""Contacts of an audience that is planned while whoever wrote it waits."""
PATIENT_S = 5.0
"""How long somebody waits for the plan of a small audience that a job was quicker to begin."""
LOOK_S = 0.05
AGAIN_S = 0.5
"""Between two tries of a script to take over a plan that another process is at."""


def plan(campaign_id: int) -> None:
    """Work out and write down everything of a campaign, and freeze it. Told twice, it is done once."""
    at = now()
    put_away_withdrawn()  # they hold once keys that this one may need
    with transaction() as session:
        if not planning.take(session, campaign_id, at=at):
            return
    try:
        with reading() as looking:
            found = planning.work_out(looking, campaign_id, at=at)
            if found is None:
                return
            for piece in found.pieces():
                with transaction() as session:
                    planning.write_piece(session, campaign_id, piece, at=now())
                if database().is_sqlite:
                    time.sleep(PAUSE_S)
        with transaction() as session:
            laddering.let_go(session, planning.freeze(session, campaign_id, found), at=now())
    except Conflict:
        log.info("plan_given_up", campaign=campaign_id)


def plan_if_small(campaign_id: int) -> bool:
    """Plan it here and now, if that takes no longer than somebody waits for a page; says whether it did."""
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        if not people.is_small(session, planning.filter_of(campaign), SMALL):
            return False
    plan(campaign_id)
    return True


def plan_now(campaign_id: int) -> bool:
    """Plan it while somebody waits, if its audience is small; says whether its plan is there.

    Where a job was quicker, this waits until that is done. It is written down: whatever fails or takes too long
    here, the clock has it planned.
    """
    try:
        if not plan_if_small(campaign_id):
            return False
        until_s = ticks_s() + PATIENT_S
        while is_waiting := _is_being_planned(campaign_id):
            if ticks_s() > until_s:
                break
            time.sleep(LOOK_S)
    except OperationalError as error:
        log.warning("not_planned_at_once", campaign=campaign_id, error=type(error).__name__)
        return False
    return not is_waiting


def plan_to_the_end(campaign_id: int) -> None:
    """Plan it however long that takes. Where a job was quicker this waits, and goes on if that job dies."""
    plan(campaign_id)
    while _is_being_planned(campaign_id):
        time.sleep(AGAIN_S)
        plan(campaign_id)


def _is_being_planned(campaign_id: int) -> bool:
    with reading() as session:
        state = session.scalars(select(Campaign.state).where(Campaign.id == campaign_id)).one()
    return state is CampaignState.PLANNING


def plan_unfinished() -> None:
    """Every campaign whose planning was begun and not finished. One that fails does not keep the others waiting."""
    with reading() as session:
        waiting = planning.to_be_planned(session, at=now())
    for campaign_id in waiting:
        with about(campaign=campaign_id):
            try:
                plan(campaign_id)
            except Exception:
                log.exception("plan_left_for_the_next_look")


def put_away(campaign_id: int) -> None:
    """Cancel the messages of a withdrawn campaign, so that another may greet the same people."""
    with reading() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or campaign.state is not CampaignState.WITHDRAWN:
            return
        batch_id = campaign.batch_id
    _put_away(batch_id)


def put_away_withdrawn() -> None:
    """Every withdrawn campaign that still has messages planned, and what one left behind that was given another day."""
    with reading() as session:
        waiting, left = planning.withdrawn(session), planning.left_behind(session)
    for campaign_id in waiting:
        put_away(campaign_id)
    for batch_id in left:
        _put_away(batch_id)


def _put_away(batch_id: int) -> None:
    is_more = True
    while is_more:
        with transaction() as session:
            is_more = batches.put_away(session, batch_id, at=now())
        time.sleep(PAUSE_S)
