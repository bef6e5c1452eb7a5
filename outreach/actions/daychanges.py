"""A campaign that waits for approval is given another day: planned anew, so that what is approved is what goes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, Conflict, NotFound
from base.queue import Lane, enqueue
from base.wiring import settings
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from messages.lifecycle import MessageClass
from messages.models import Batch
from outreach import daychanges, lifecycle
from outreach.actions import campaignchecks, campaigns, checking, occasions
from outreach.actions.campaigndraft import By, CampaignDraft
from outreach.actions.progress import first_at
from outreach.daychanges import TAKEN_BACK_WITHIN
from outreach.lifecycle import CampaignMove
from outreach.models import Campaign, DayChange, LeftOut

CHANGED = "刚刚有人改过日期，请看现在的日期再改。Somebody has just changed its day; look at it as it is now."


def refusal(campaign: Campaign) -> str:
    """Why it keeps its day, in both languages; empty: it may have another."""
    return daychanges.refusal(
        campaign.state, campaign.message_class, is_of_incident=campaign.incident_id is not None,
        is_again="again_of" in campaign.audience,
    )  # fmt: skip


def change_day(
    session: Session, campaign_id: int, by: By, *, seen_at: datetime | None, send_at: datetime, at: datetime
) -> DayChange:
    """From now on it goes at `send_at`, once it is planned anew and approved; `seen_at` is when it was to go before.

    What an approver has read is void. Raises `Conflict` where it keeps its day or somebody was quicker, `BadInput` for
    a moment that no such message goes at, and `NotAllowed`.
    """
    campaign = campaigns.get(session, campaign_id, by)
    campaignchecks.check_walls(campaign.project_id, by)
    if why := refusal(campaign):
        raise Conflict(why)
    if campaign.send_at != seen_at:
        raise Conflict(CHANGED)
    if send_at == campaign.send_at:
        raise BadInput("它本来就在这个时间发。That is when it goes already.")
    campaignchecks.check_not_too_far("send_at", send_at, at)
    _check_its_own_day(campaign.message_class, send_at)
    occasion = occasions.occasion_of(campaign.kind, send_at).key
    daychanges.check_occasion(campaign.occasion, occasion)
    if campaign.message_class is MessageClass.CARE:
        campaignchecks.check_day(session, send_at)
    until_at = campaign.valid_until_at
    if until_at is not None:
        until_at = until_at + (send_at - campaign.send_at) if campaign.send_at is not None else None
    _, until_at = campaignchecks.times(_as_draft(campaign, send_at, until_at), at)
    made = _written(campaign, by, send_at, at)
    _give(session, campaign, made, until_at=until_at, occasion=occasion)
    return made


def may_be_taken_back(session: Session, by: By, *, at: datetime) -> Sequence[DayChange]:
    """The days that somebody has just given to campaigns that still wait, the newest first."""
    query = (
        select(DayChange)
        .join(Campaign, Campaign.id == DayChange.campaign_id)
        .where(DayChange.by_id == by.staff_id, DayChange.changed_at >= at - TAKEN_BACK_WITHIN)
        .where(DayChange.takes_back_id.is_(None), DayChange.taken_back_at.is_(None))
        .order_by(DayChange.id.desc())
    )
    return [one for one in session.scalars(query) if _stands(one) and not refusal(one.campaign)]


def take_back(session: Session, change_id: int, by: By, *, at: datetime) -> DayChange:
    """It goes when it was to go before. Twice is once. Raises `Conflict` when it is too late, and `NotFound`."""
    written = session.get(DayChange, change_id)
    if written is None:
        raise NotFound("没有这次改动。There is no such change.")
    campaign = campaigns.get(session, written.campaign_id, by)
    session.refresh(written)
    if written.taken_back_at is not None:
        return written
    if written not in may_be_taken_back(session, by, at=at):
        raise Conflict(
            "已经批准、又改过，或者超过 15 分钟，不能撤销；请再改一次。"
            "It was approved, changed again, or given that day more than 15 minutes ago: change it once more instead."
        )
    _, until_at = campaignchecks.times(_as_draft(campaign, written.from_at, written.from_until_at), at)
    occasion = occasions.occasion_of(campaign.kind, written.from_at or at).key
    daychanges.check_occasion(campaign.occasion, occasion)
    made = _written(campaign, by, written.from_at, at)
    made.takes_back_id, written.taken_back_at = written.id, at
    _give(session, campaign, made, until_at=until_at, occasion=occasion)
    return made


def _check_its_own_day(message_class: MessageClass, send_at: datetime) -> None:
    """Raises `BadInput` for a moment at night from which it would wait for another day."""
    zone = settings().timezone
    goes_at = first_at(message_class, send_at)
    if local(goes_at, zone).date() != local(send_at, zone).date():
        asked, goes = local(send_at, zone), local(goes_at, zone)
        raise BadInput(
            f"{asked:%H:%M} 是休息时间，要等到 {goes:%m-%d %H:%M} 才发，请改早一些或换一天。"
            f"Nothing goes at {asked:%H:%M}: it would wait until {goes:%m-%d %H:%M}. Choose an earlier time or day."
        )


def _as_draft(campaign: Campaign, send_at: datetime | None, until_at: datetime | None) -> CampaignDraft:
    return CampaignDraft(
        kind=campaign.kind, message_class=campaign.message_class, title=campaign.title, text_zh=campaign.text_zh,
        text_en=campaign.text_en, send_at=send_at, valid_until_at=until_at,
    )  # fmt: skip


def _written(campaign: Campaign, by: By, to_at: datetime | None, at: datetime) -> DayChange:
    return DayChange(
        campaign_id=campaign.id, by_id=by.staff_id, changed_at=at, from_at=campaign.send_at,
        from_until_at=campaign.valid_until_at, to_at=to_at, left_batch_id=campaign.batch_id,
    )  # fmt: skip


def _give(session: Session, campaign: Campaign, made: DayChange, *, until_at: datetime, occasion: str) -> None:
    """Its messages are written anew into another batch: what stands in the old one was read, and never leaves."""
    campaign.state = lifecycle.after(CampaignMove.CHANGE_DAY, campaign.state)
    old = campaign.batch
    batch = Batch(title=old.title, lane=old.lane, message_class=old.message_class, planned_at=made.changed_at)
    session.add_all([batch, made])
    session.flush()
    campaign.batch_id = batch.id
    campaign.send_at, campaign.valid_until_at, campaign.occasion = made.to_at, until_at, occasion
    campaign.numbers = campaign.people = campaign.homes = campaign.texts = campaign.calls = campaign.segments = 0
    campaign.left_out, campaign.cost, campaign.routes, campaign.samples = {}, None, None, None
    campaign.planner_until_at = None
    session.execute(delete(LeftOut).where(LeftOut.campaign_id == campaign.id))
    session.flush()
    session.expire(campaign, ["batch", "day_changes"])
    checking.check_day(session, campaign, at=made.changed_at)
    write_down(
        session, staff_id=made.by_id, what=AuditWhat.CHANGED_DAY, about=f"campaign:{campaign.id}", at=made.changed_at,
        project_id=campaign.project_id,
    )  # fmt: skip
    enqueue(session, Lane.NORMAL, campaigns.PLAN_JOB, campaign.id)


def _stands(change: DayChange) -> bool:
    """Whether it is the last that was done to the day of its campaign."""
    return change.campaign.day_changes[-1].id == change.id
