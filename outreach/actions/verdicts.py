"""What a second person says of a campaign: sent back before it goes, reviewed after it had to go at once."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from base.errors import Conflict
from base.queue import Lane, enqueue
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from outreach import lifecycle
from outreach.actions import campaigns
from outreach.actions.campaigndraft import By
from outreach.lifecycle import CampaignMove, VerdictKind
from outreach.models import Campaign, Verdict

REMEMBERED = timedelta(days=7)
"""How long somebody is told of a campaign of theirs that was sent back, unless they write it anew."""


def send_back(session: Session, campaign_id: int, by: By, *, words: str, at: datetime) -> Campaign:
    """Give it back to its author, who reads the `words` and may write it anew. Raises `Conflict` and `NotAllowed`."""
    campaign = campaigns.get(session, campaign_id, by)
    lifecycle.check_second(by.role, is_author=campaign.author_id == by.staff_id, words=words)
    campaign.state = lifecycle.after(CampaignMove.RETURN, campaign.state)
    _say(session, campaign, VerdictKind.RETURNED, by, words, at)
    enqueue(session, Lane.NORMAL, "outreach.jobs.planning.put_away", campaign.id)
    write_down(
        session, staff_id=by.staff_id, what=AuditWhat.RETURNED, about=f"campaign:{campaign.id}", reason=words.strip(),
        at=at, project_id=campaign.project_id,
    )  # fmt: skip
    return campaign


def review(session: Session, campaign_id: int, by: By, *, words: str, at: datetime) -> Campaign:
    """Note what a second person thinks of an emergency that its author let go. Raises `Conflict` and `NotAllowed`."""
    campaign = campaigns.get(session, campaign_id, by)
    lifecycle.check_second(by.role, is_author=campaign.author_id == by.staff_id, words=words)
    if not is_unseconded(campaign):
        raise Conflict("它是由第二个人批准的，不用复核。A second person approved it; there is nothing to review.")
    if verdict_of(campaign, VerdictKind.REVIEWED) is not None:
        raise Conflict("已经复核过了。It has been reviewed already.")
    _say(session, campaign, VerdictKind.REVIEWED, by, words, at)
    return campaign


def is_unseconded(campaign: Campaign) -> bool:
    """Whether nobody but its author let it go, and said why."""
    return bool(campaign.emergency_reason) and campaign.approved_by_id == campaign.author_id


def needs_review() -> ColumnElement[bool]:
    """The campaigns that went without a second person, and that none has reviewed since."""
    reviewed = select(Verdict.id).where(Verdict.campaign_id == Campaign.id, Verdict.kind == VerdictKind.REVIEWED)
    alone = (Campaign.emergency_reason != "") & (Campaign.approved_by_id == Campaign.author_id)
    return alone & ~reviewed.exists()


def verdict_of(campaign: Campaign, kind: VerdictKind) -> Verdict | None:
    """What was said of it, if it was."""
    return next((one for one in campaign.verdicts if one.kind is kind), None)


def returned_to(session: Session, staff_id: int, *, at: datetime) -> list[Campaign]:
    """Campaigns of this author that were sent back lately, and that they have not written anew."""
    anew = select(Campaign.written_from_id).where(Campaign.written_from_id.is_not(None))
    lately = (Verdict.kind == VerdictKind.RETURNED) & (Verdict.said_at > at - REMEMBERED)
    found = (
        select(Campaign)
        .join(Verdict, Verdict.campaign_id == Campaign.id)
        .where(lately, Campaign.author_id == staff_id, Campaign.id.not_in(anew))
        .options(joinedload(Campaign.incident))
        .order_by(Campaign.id)
    )
    return list(session.scalars(found))


def _say(session: Session, campaign: Campaign, kind: VerdictKind, by: By, words: str, at: datetime) -> None:
    session.add(Verdict(campaign_id=campaign.id, kind=kind, by_id=by.staff_id, said_at=at, words=words.strip()))
    session.flush()
    session.expire(campaign, ["verdicts"])
