"""A campaign is written, read by a second person, let go, stopped and gone on with; what it has come to so far."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from base.access import Role
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.queue import Lane, enqueue
from base.wiring import settings
from directory.models import ContactRole
from messages import actions as messages
from messages import lint, pacing
from messages.ledger import batches
from messages.lifecycle import MessageClass
from messages.models import Batch
from outreach import lifecycle, templates
from outreach.actions import blocks, checking, days, laddering, occasions, people, progress, sequence, spotchecks
from outreach.actions.bodies import Bodies
from outreach.actions.progress import first_at
from outreach.audience import EVERYBODY, Filter
from outreach.lifecycle import CampaignKind, CampaignMove, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions.incidents import IncidentDraft, incident_by_id, open_incident
from tickets.lifecycle import IncidentKind

GREETING_VALID = timedelta(hours=24)
"""A festival is a day, wherever the recipient's day is."""
LATE = timedelta(minutes=1)
"""A moment this little in the past was meant as now."""
DAY_OVER = "这个节日已经过了，请重新拟稿。The day it was written for is over; write it anew."
PLAN_JOB = "outreach.jobs.planning.plan"


@dataclass(frozen=True, slots=True)
class By:
    """Who does it: a member of staff, with a role and, unless they serve all, a project."""

    staff_id: int
    role: Role
    project_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """A campaign before it is written down; the texts without 【signature】 and footer, which are ours to add.

    An emergency belongs to an incident: `incident_id`, or `trouble` that is opened with it, or one of no known kind.
    `again_of` names a campaign whose recipients this goes to (its failures, or those who got it), whatever `audience`.
    `written_from_id` is one that was taken or sent back, and is written anew; `template` the key and version of the
    template whose words it began with.
    """

    kind: CampaignKind
    message_class: MessageClass
    title: str
    text_zh: str
    text_en: str
    audience: Filter = EVERYBODY
    send_at: datetime | None = None
    valid_until_at: datetime | None = None
    incident_id: int | None = None
    trouble: IncidentDraft | None = None
    step: NoticeStep | None = None
    again_of: int | None = None
    written_from_id: int | None = None
    template: tuple[str, int] | None = None


def write(session: Session, draft: CampaignDraft, by: By, *, at: datetime) -> Campaign:
    """Write a campaign down and have its messages planned. Raises `BadInput` and `NotAllowed` in plain words."""
    lifecycle.check_kind(draft.kind)
    lifecycle.check_pair(draft.kind, draft.message_class)
    _check_walls(draft.audience.project_id, by)
    if draft.again_of is None and draft.message_class is MessageClass.EMERGENCY:
        _check_nobody_forgotten(draft.audience)
    _check_title(draft.title)
    send_at, valid_until_at = _times(draft, at)
    about = checking.about(session, draft.message_class, draft.audience, send_at or at)
    templates.check_text(draft.kind, draft.message_class, draft.text_zh, draft.text_en, about)
    occasion = occasions.occasion_of(draft.kind, send_at or at)
    if draft.message_class is MessageClass.CARE:
        _check_day(session, send_at or at)
    if occasion.is_for_elders:
        draft = replace(draft, audience=replace(draft.audience, is_on_care_list=True))
    if draft.again_of is None and not people.is_anybody(session, draft.audience):
        raise BadInput("这个范围里一个人也没有，请放宽条件。Nobody is in this audience; widen it.")
    if draft.message_class is MessageClass.CARE:
        check_care_sender()
    if draft.written_from_id is not None:
        _visible(session.get(Campaign, draft.written_from_id), by)
    incident_id = _incident(session, draft, by, at)
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
        incident_id=incident_id, step=step, occasion=occasion.key, batch_id=batch.id,
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
    campaign.state = lifecycle.after(CampaignMove.APPROVE, campaign.state)
    sequence.check_lasts(session, campaign)
    _check_in_time(campaign, at)
    if not campaign.numbers:
        raise Conflict("没有人可以发：请看未发原因。There is nobody to send it to; see why each is left out.")
    _check_cost(campaign)
    batches.approve(session, campaign.batch_id, seen, progress.terms(campaign))
    if campaign.step is NoticeStep.DELAY and campaign.audience.get("again_of") is None:
        sequence.stop_earlier(session, campaign.incident_id, but_id=campaign.id)
    if campaign.step is NoticeStep.RELEASED:
        sequence.leave_out_released(session, campaign, at=at)
    _sweep(session, campaign, at)
    campaign.approved_by_id, campaign.approved_at = by.staff_id, at
    campaign.emergency_reason = emergency_reason.strip()[:200]
    session.flush()
    laddering.begin(session, campaign, at=at)
    spotchecks.begin(campaign, at=at)
    sequence.tell_tickets(session, campaign, at=at)
    messages.hint(session, campaign.batch.lane)
    return campaign


def stop(session: Session, campaign_id: int, by: By) -> Campaign:
    """Nothing more of it, nor of the rungs of its ladder, leaves from the next claim on. Raises `Conflict`."""
    campaign = get(session, campaign_id, by)
    campaign.state = lifecycle.after(CampaignMove.STOP, campaign.state)
    batches.stop(session, campaign.batch_id)
    for rung in laddering.rungs_of(session, campaign):
        if lifecycle.may(CampaignMove.STOP, rung.state):
            rung.state = lifecycle.after(CampaignMove.STOP, rung.state)
            batches.stop(session, rung.batch_id)
    session.flush()
    return campaign


def resume(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """The rest goes after all. Raises `Conflict`, also where it would come too late: its trouble or its day is over."""
    campaign = get(session, campaign_id, by)
    _check_may_approve(by)
    sequence.check_lasts(session, campaign)
    _check_in_time(campaign, at)
    campaign.state = lifecycle.after(CampaignMove.RESUME, campaign.state)
    batches.resume(session, campaign.batch_id)
    for rung in laddering.rungs_of(session, campaign):
        if lifecycle.may(CampaignMove.RESUME, rung.state):
            rung.state = lifecycle.after(CampaignMove.RESUME, rung.state)
            batches.resume(session, rung.batch_id)
    laddering.put_off(campaign, at=at)
    _sweep(session, campaign, at)
    session.flush()
    messages.hint(session, campaign.batch.lane)
    return campaign


def withdraw(session: Session, campaign_id: int, by: By) -> Campaign:
    """Take back what nobody has approved, or what was stopped; what has not left is put away. Raises `Conflict`."""
    campaign = get(session, campaign_id, by)
    campaign.state = lifecycle.after(CampaignMove.WITHDRAW, campaign.state)
    session.flush()
    enqueue(session, Lane.NORMAL, "outreach.jobs.planning.put_away", campaign.id)
    return campaign


def resend(session: Session, campaign_id: int, by: By, *, at: datetime) -> Campaign:
    """Write the same again for those whom it did not reach; it is planned and approved like any other."""
    first = _visible(session.get(Campaign, campaign_id), by)
    if occasions.is_over(first.kind, first.occasion, at):
        raise Conflict(DAY_OVER)
    if first.state not in {CampaignState.APPROVED, CampaignState.STOPPED}:
        raise Conflict("还没有发出，不能补发。It has not gone out yet; there is nothing to send again.")
    draft = CampaignDraft(
        kind=first.kind, message_class=first.message_class, title=first.title, text_zh=first.text_zh,
        text_en=first.text_en, audience=Filter(project_id=first.project_id), incident_id=first.incident_id,
        step=first.step, again_of=first.id,
    )  # fmt: skip
    return write(session, draft, by, at=at)


def get(session: Session, campaign_id: int, by: By) -> Campaign:
    """One campaign that `by` may see, locked until the end of the transaction. Raises `NotFound`."""
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


def _times(draft: CampaignDraft, at: datetime) -> tuple[datetime | None, datetime]:
    """From when and until when it may go. Raises `BadInput` for moments in the past or in the wrong order."""
    send_at = draft.send_at
    if send_at is not None and send_at < at - LATE:
        raise BadInput("发送时间已经过去，请改晚一些。send_at is in the past; give a later moment.")
    begins_at = max(send_at or at, at)
    until_at = draft.valid_until_at
    if until_at is None:
        greeting = draft.kind is CampaignKind.GREETING
        until_at = begins_at + GREETING_VALID if greeting else _usual_end(draft.message_class, begins_at)
    if until_at <= begins_at:
        raise BadInput(
            "有效时间早于发送时间，请改晚一些。valid_until is not after the moment it is sent; give a later one."
        )
    return send_at, until_at


def _sweep(session: Session, campaign: Campaign, at: datetime) -> None:
    """What has come in the way of greetings since they were planned; from here on the clock looks."""
    if campaign.message_class is MessageClass.CARE:
        session.flush()
        blocks.sweep(session, at=at)


def _usual_end(message_class: MessageClass, begins_at: datetime) -> datetime:
    """Until when it makes sense, where nobody said: what would end in the night has the next day for it."""
    until_at = pacing.valid_until(message_class, begins_at)
    morning_at = first_at(message_class, until_at)
    return until_at if morning_at == until_at else pacing.valid_until(message_class, morning_at)


def _check_day(session: Session, goes_at: datetime) -> None:
    """Raises `BadInput` for a day that somebody has marked as one on which nobody is greeted."""
    day = occasions.day_of(goes_at)
    if (name := days.mourning_on(session, day)) is not None:
        raise BadInput(
            f"{day} 是哀悼日{name and f'（{name}）'}，不发祝福。Nobody is greeted on {day}, a day of mourning."
        )


def _check_in_time(campaign: Campaign, at: datetime) -> None:
    """Raises `Conflict` for what could leave only when it makes no sense any more."""
    leaves_at = first_at(campaign.message_class, max(campaign.send_at or at, at))
    if campaign.valid_until_at is not None and campaign.valid_until_at <= leaves_at:
        raise Conflict("能发出时有效时间已过，请重新拟稿。When it could leave it is not valid any more; write it anew.")
    if occasions.is_over(campaign.kind, campaign.occasion, max(campaign.send_at or at, at)):
        raise Conflict(DAY_OVER)


def _check_cost(campaign: Campaign) -> None:
    """Raises `Conflict` where prices have changed since; what it costs is no reason to hold up an emergency."""
    costs = progress.cost(campaign)
    if costs != campaign.cost and campaign.message_class is not MessageClass.EMERGENCY:
        raise Conflict(
            f"价格变了：写的时候 {campaign.cost}，现在 {costs}，请撤回重写。"
            f"Prices have changed: it was {campaign.cost} and is {costs} now; withdraw it and write it anew."
        )


def _incident(session: Session, draft: CampaignDraft, by: By, at: datetime) -> int | None:
    is_emergency = draft.message_class is MessageClass.EMERGENCY
    is_of_incident = is_emergency or draft.step is NoticeStep.FOLLOW_UP
    if not is_of_incident and (draft.incident_id is not None or draft.trouble is not None):
        raise BadInput("只有紧急通知属于事件。Only an emergency notice belongs to an incident.")
    if draft.incident_id is not None:
        incident = incident_by_id(session, draft.incident_id)
        if draft.audience.project_id != incident.project_id:
            raise BadInput(
                "紧急通知要发给事件所在的项目。An emergency notice goes to the project of its incident; name it."
            )
        return incident.id
    if not is_emergency:
        return None
    if draft.trouble is not None:
        return open_incident(session, draft.trouble, by_id=by.staff_id, at=at).id
    chosen = draft.audience
    if chosen.project_id is None:
        raise BadInput("紧急通知要写明项目。An emergency notice needs its project.")
    trouble = IncidentDraft(kind=IncidentKind.OTHER, project_id=chosen.project_id, building_ids=chosen.building_ids,
                            cause=draft.title)  # fmt: skip
    return open_incident(session, trouble, by_id=by.staff_id, at=at).id


def _kept(draft: CampaignDraft) -> dict[str, object]:
    return draft.audience.kept() | ({"again_of": draft.again_of} if draft.again_of is not None else {})


def _check_nobody_forgotten(audience: Filter) -> None:
    """Whoever owns an empty home has the most to lose by a burst pipe: they hear of every emergency there."""
    is_narrow = audience.occupancy or audience.is_abroad or (audience.roles and ContactRole.OWNER not in audience.roles)
    without = (one.occupancy or one.is_abroad or ContactRole.OWNER in one.roles for one in audience.without)
    if is_narrow or any(without):
        raise BadInput(
            "紧急通知也要发给不在这里的业主（空置、未收楼、出租、境外），请不要按入住状态或境外筛选，也不要漏掉业主。"
            "An emergency is also for owners who are not there (vacant, not handed over, let, abroad): "
            "do not choose by occupancy or country, nor leave owners out."
        )


def _check_title(title: str) -> None:
    if not title.strip():
        raise BadInput("请写一个标题，同事靠它认出这次群发。Give it a title; colleagues know it by that.")
    if len(title.strip()) > 120:
        raise BadInput("标题最多 120 个字。The title has at most 120 characters.")


def _check_walls(project_id: int | None, by: By) -> None:
    if by.role not in lifecycle.MAY_WRITE:
        raise NotAllowed("您的岗位不能写群发。Your role may not write to many.")
    if by.project_id is not None and project_id != by.project_id:
        raise NotAllowed("只能发给您自己的项目。You may write to your own project only.")


def _check_may_approve(by: By) -> None:
    if by.role not in lifecycle.MAY_APPROVE:
        raise NotAllowed("这一步要主管或以上。This takes a supervisor or above.")


def check_care_sender() -> None:
    """An opt-out at the carrier silences a whole sender: greetings must not be able to silence emergencies.

    Raises `BadInput` in production while they share one.
    """
    here = settings()
    others = {here.sender("emergency"), here.sender("service")}
    if not here.is_development and here.sender("care") in others:
        raise BadInput(
            "祝福和通知共用一个发送号码，退订祝福会连紧急通知一起停掉；请先设置 SMS_FROM_CARE。"
            "Greetings share a sender with notices: opting out of one would stop both; set SMS_FROM_CARE first."
        )
