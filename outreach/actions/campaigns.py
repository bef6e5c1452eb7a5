"""A campaign is written, read by a second person, let go, stopped and gone on with; what it has come to so far."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotFound
from base.queue import Lane, enqueue
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from messages import actions as messages
from messages import lint
from messages.ledger import batches
from messages.lifecycle import MessageClass
from messages.models import Batch
from outreach import lifecycle, templates
from outreach.actions import (
    blocks,
    campaignchecks,
    checking,
    laddering,
    occasions,
    people,
    progress,
    rungs,
    sequence,
    spotchecks,
    waving,
)
from outreach.actions.bodies import Bodies
from outreach.actions.campaigndraft import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, CampaignMove, CampaignState, NoticeStep
from outreach.models import Campaign

__all__ = [
    "By", "CampaignDraft", "approve", "get", "is_visible", "resend", "resume", "stop", "withdraw", "write",
]  # fmt: skip

PLAN_JOB = "outreach.jobs.planning.plan"


def write(session: Session, draft: CampaignDraft, by: By, *, at: datetime) -> Campaign:
    """Write a campaign down and have its messages planned. Raises `BadInput` and `NotAllowed` in plain words."""
    lifecycle.check_pair(draft.kind, draft.message_class)
    made = None
    if draft.kind is CampaignKind.SURVEY:
        draft, made = waving.completed(session, draft, at=at)
    campaignchecks.check_walls(draft.audience.project_id, by)
    if draft.again_of is None and draft.message_class is MessageClass.EMERGENCY:
        campaignchecks.check_nobody_forgotten(draft.audience)
    campaignchecks.check_title(draft.title)
    send_at, valid_until_at = campaignchecks.times(draft, at)
    about = checking.about(session, draft.message_class, draft.audience, send_at or at)
    templates.check_text(draft.kind, draft.message_class, draft.text_zh, draft.text_en, about)
    occasion = occasions.occasion_of(draft.kind, send_at or at)
    if draft.message_class is MessageClass.CARE:
        campaignchecks.check_day(session, send_at or at)
    if occasion.is_for_elders:
        draft = replace(draft, audience=replace(draft.audience, is_on_care_list=True))
    if draft.again_of is None and not people.is_anybody(session, draft.audience):
        raise BadInput("这个范围里一个人也没有，请放宽条件。Nobody is in this audience; widen it.")
    if draft.message_class is MessageClass.CARE:
        campaignchecks.check_care_sender()
    if draft.written_from_id is not None:
        _visible(session.get(Campaign, draft.written_from_id), by)
    incident_id = campaignchecks.incident_of(session, draft, by, at)
    sequence.check_drill(session, incident_id, draft.text_zh, draft.text_en)
    step = draft.step or (NoticeStep.OPENING if incident_id is not None else None)
    if step is NoticeStep.RESTORED:  # it is over: nobody hears of it only now
        sequence.stop_earlier(session, incident_id)
    batch = Batch(
        title=draft.title.strip(), lane=messages.LANE_OF[draft.message_class], message_class=draft.message_class,
        planned_at=at,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    campaign = Campaign(
        kind=draft.kind, message_class=draft.message_class, title=draft.title.strip(), text_zh=draft.text_zh.strip(),
        text_en=draft.text_en.strip(), audience=_kept(draft), project_id=draft.audience.project_id,
        incident_id=incident_id, step=step, occasion=waving.occasion(send_at or at) if made else occasion.key,
        questionnaire=made and made.kept(), share=draft.share if made else None, batch_id=batch.id,
        send_at=send_at, valid_until_at=valid_until_at, author_id=by.staff_id, written_at=at,
        written_from_id=draft.written_from_id, template_key=draft.template and draft.template[0],
        template_version=draft.template and draft.template[1],
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    bodies = Bodies(session, campaign, at=at)
    if unknown := bodies.unknown():
        names = "、".join(f"{{{name}}}" for name in dict.fromkeys(unknown))
        raise BadInput(f"没有内容可填 {names}，请直接写明。Nothing is known to put for {names}; write it out.")
    lint.check(checking.findings(campaign, bodies, about))
    enqueue(session, Lane.NORMAL, PLAN_JOB, campaign.id)
    return campaign


def approve(
    session: Session, campaign_id: int, by: By, *, seen: str, at: datetime, emergency_reason: str = ""
) -> Campaign:
    """Let a campaign go, if it is still what was `seen` (its hash). Raises `Conflict` and `NotAllowed`.

    A second person does, or in an emergency its author with a reason. Whoever comes second is told so.
    """
    campaign = get(session, campaign_id, by)
    lifecycle.check_approver(
        by.role, is_author=campaign.author_id == by.staff_id, message_class=campaign.message_class,
        emergency_reason=emergency_reason,
    )  # fmt: skip
    campaignchecks.check_second_of_day(campaign, by)
    campaign.state = lifecycle.after(CampaignMove.APPROVE, campaign.state)
    sequence.check_lasts(session, campaign)
    campaignchecks.check_in_time(campaign, at)
    checking.check_day(session, campaign, at=at)
    if not campaign.numbers:
        raise Conflict("没有人可以发：请看未发原因。There is nobody to send it to; see why each is left out.")
    campaignchecks.check_cost(campaign)
    batches.approve(session, campaign.batch_id, seen, progress.terms(campaign))
    if campaign.step is NoticeStep.DELAY and campaign.audience.get("again_of") is None:
        sequence.stop_earlier(session, campaign.incident_id, but_id=campaign.id)
    if campaign.step is NoticeStep.RELEASED:
        sequence.leave_out_released(session, campaign, at=at)
    _sweep(session, campaign, at)
    campaign.approved_by_id, campaign.approved_at = by.staff_id, at
    campaign.emergency_reason = emergency_reason.strip()[:200]
    session.flush()
    sequence.tell_end(session, campaign, at=at)
    laddering.begin(session, campaign, at=at)
    waving.begin(session, campaign, at=at)
    spotchecks.begin(campaign, at=at)
    sequence.tell_tickets(session, campaign, at=at)
    messages.hint(session, campaign.batch.lane)
    _write_down(session, campaign, by, AuditWhat.APPROVED, at, reason=campaign.emergency_reason)
    return campaign


def stop(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """Nothing more of it, nor of the rungs of its ladder, leaves from the next claim on. Raises `Conflict`."""
    campaign = get(session, campaign_id, by)
    campaign.state = lifecycle.after(CampaignMove.STOP, campaign.state)
    waving.stop(session, campaign, at=at)  # before its batch: a claim, too, has messages first
    batches.stop(session, campaign.batch_id)
    for rung in rungs.saying(session, campaign):
        if lifecycle.may(CampaignMove.STOP, rung.state):
            rung.state = lifecycle.after(CampaignMove.STOP, rung.state)
            batches.stop(session, rung.batch_id)
    sequence.untell_end(session, campaign, at=at)
    _write_down(session, campaign, by, AuditWhat.STOPPED, at)
    return campaign


def resume(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """The rest goes after all. Raises `Conflict`, also where it would come too late: its trouble or its day is over."""
    campaign = get(session, campaign_id, by)
    campaignchecks.check_may_approve(by)
    sequence.check_lasts(session, campaign)
    campaignchecks.check_in_time(campaign, at)
    checking.check_day(session, campaign, at=at)
    campaign.state = lifecycle.after(CampaignMove.RESUME, campaign.state)
    batches.resume(session, campaign.batch_id)
    for rung in rungs.saying(session, campaign):
        if lifecycle.may(CampaignMove.RESUME, rung.state):
            rung.state = lifecycle.after(CampaignMove.RESUME, rung.state)
            batches.resume(session, rung.batch_id)
    sequence.tell_end(session, campaign, at=at)
    laddering.put_off(session, campaign, at=at)
    waving.resume(session, campaign, at=at)
    spotchecks.begin(campaign, at=at)
    _sweep(session, campaign, at)
    session.flush()
    messages.hint(session, campaign.batch.lane)
    _write_down(session, campaign, by, AuditWhat.RESUMED, at)
    return campaign


def withdraw(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """Take back what nobody has approved, or what was stopped; what has not left is put away. Raises `Conflict`."""
    campaign = get(session, campaign_id, by)
    campaign.state = lifecycle.after(CampaignMove.WITHDRAW, campaign.state)
    waving.withdraw(session, campaign, at=at)
    session.flush()
    enqueue(session, Lane.NORMAL, "outreach.jobs.planning.put_away", campaign.id)
    return campaign


def resend(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """Write the same again for those whom it did not reach; it is planned and approved like any other."""
    first = _visible(session.get(Campaign, campaign_id), by)
    waving.refuse_resend(first)
    if occasions.is_over(first.kind, first.occasion, at):
        raise Conflict(campaignchecks.DAY_OVER)
    if first.state not in {CampaignState.APPROVED, CampaignState.STOPPED}:
        raise Conflict("还没有发出，不能补发。It has not gone out yet; there is nothing to send again.")
    draft = CampaignDraft(
        kind=first.kind, message_class=first.message_class, title=first.title, text_zh=first.text_zh,
        text_en=first.text_en, audience=Filter(project_id=first.project_id), incident_id=first.incident_id,
        step=first.step, again_of=first.id,
    )  # fmt: skip
    return write(session, draft, by, at=at)


def get(session: Session, campaign_id: int, by: By) -> Campaign:
    """One campaign that `by` may see, locked with its trouble until the end of the transaction. Raises `NotFound`."""
    sequence.lock_trouble(session, campaign_id)
    known = session.identity_map.get(session.identity_key(Campaign, campaign_id))
    if known is not None:
        session.expire(known)  # whoever had the lock before may have changed what was read without it
    return _visible(session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True), by)


def _visible(campaign: Campaign | None, by: By) -> Campaign:
    if campaign is None or not is_visible(campaign, by):
        raise NotFound("没有这个群发，或者它不归您管。There is no such campaign, or it is not yours to see.")
    return campaign


def is_visible(campaign: Campaign, by: By) -> bool:
    """Whoever has a project sees what goes to that project."""
    return by.project_id is None or campaign.project_id == by.project_id


def _write_down(
    session: Session, campaign: Campaign, by: By, what: AuditWhat, at: datetime, *, reason: str = ""
) -> None:  # fmt: skip
    write_down(
        session, staff_id=by.staff_id, what=what, about=f"campaign:{campaign.id}", reason=reason, at=at,
        project_id=campaign.project_id,
    )  # fmt: skip


def _sweep(session: Session, campaign: Campaign, at: datetime) -> None:
    """What has come in the way of greetings since they were planned; from here on the clock looks."""
    if campaign.message_class is MessageClass.CARE:
        session.flush()
        blocks.sweep(session, at=at)


def _kept(draft: CampaignDraft) -> dict[str, object]:
    return draft.audience.kept() | ({"again_of": draft.again_of} if draft.again_of is not None else {})
