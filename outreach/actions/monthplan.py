"""What goes to many on the days of a month: each campaign on the day it leaves, whatever it is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from base.clock import local
from base.wiring import settings
from outreach.actions.progress import first_at
from outreach.actions.unheard import OF
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign

WAITING = (CampaignState.PLANNING, CampaignState.PLANNED)
A_NIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Going:
    """A campaign, and from when on it goes, went or would have gone, on the company's wall clock."""

    campaign: Campaign
    goes_at: datetime


def going(session: Session, first: date, last: date, project_id: int | None, *, at: datetime) -> list[Going]:
    """Everything to many that leaves on a day from `first` to `last`, in order; of one project, or of all.

    What nobody gave a moment leaves when it is approved: until then it stands on today, and a greeting on the day it
    was written for. The rungs of an emergency's ladder stand with the notice they follow.
    """
    zone = ZoneInfo(settings().timezone)
    here: ColumnElement[bool] = true() if project_id is None else Campaign.project_id == project_id
    begins_at = datetime.combine(first, time(), zone) - A_NIGHT
    ends_at = datetime.combine(last, time(), zone) + 2 * A_NIGHT
    moment_at = func.coalesce(Campaign.send_at, Campaign.approved_at, Campaign.written_at)
    waits = Campaign.state.in_(WAITING) & Campaign.send_at.is_(None)
    late = (Campaign.approved_at >= begins_at) & (Campaign.approved_at < ends_at)
    query = (
        select(Campaign)
        .where(here, Campaign.state != CampaignState.WITHDRAWN)
        .where(((moment_at >= begins_at) & (moment_at < ends_at)) | waits | late)
        .options(
            joinedload(Campaign.project),
            joinedload(Campaign.incident),
            selectinload(Campaign.day_changes),
        )
    )
    found = [
        Going(one, local(goes_at(one, at), settings().timezone))
        for one in session.scalars(query)
        if OF not in one.audience
    ]
    theirs = [one for one in found if first <= one.goes_at.date() <= last]
    return sorted(theirs, key=lambda one: (one.goes_at, one.campaign.id))


def goes_at(campaign: Campaign, at: datetime) -> datetime:
    """From when on it goes: not before it was let go, nor at night where it wakes people for nothing."""
    if campaign.state in WAITING:
        is_greeting = campaign.kind is CampaignKind.GREETING
        begins_at = campaign.send_at or (campaign.written_at if is_greeting else at)
    else:
        let_go_at = campaign.approved_at or campaign.written_at
        begins_at = max(campaign.send_at or let_go_at, let_go_at)
    return first_at(campaign.message_class, begins_at)
