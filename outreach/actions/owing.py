"""What this room owes by now, for the auditor of the watch: rungs of emergency notices, telephones of empty homes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.audit import Fault, Standing
from outreach.entries import EntryState
from outreach.entrymodels import EntryRequest
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from tickets.models import Ticket

MOST = 100


def owed(session: Session, before_at: datetime) -> dict[Fault, tuple[Standing, ...]]:
    """Steps that were due before `before_at` and were not taken, longest first. It only reads."""
    notices = session.execute(
        select(Campaign.project_id, Campaign.ladder_due_at)
        .where(Campaign.ladder_due_at < before_at, Campaign.state == CampaignState.APPROVED)
        .order_by(Campaign.ladder_due_at)
        .limit(MOST)
    )
    entries = session.execute(
        select(Ticket.ref, Ticket.project_id, EntryRequest.due_at)
        .join(EntryRequest.ticket)
        .where(EntryRequest.due_at < before_at, EntryRequest.state == EntryState.ASKING)
        .order_by(EntryRequest.due_at)
        .limit(MOST)
    )
    return {
        Fault.NOTICE: tuple(Standing("", project_id, due_at) for project_id, due_at in notices if due_at is not None),
        Fault.ENTRY: tuple(Standing(ref, id, due_at) for ref, id, due_at in entries if due_at is not None),
    }
