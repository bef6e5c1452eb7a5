"""What a campaign must be before it is written down, and again before it goes: within walls, in time, for its price."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotAllowed
from base.wiring import settings
from directory.models import EMPTY, ContactRole, Occupancy
from messages import pacing
from messages.lifecycle import MessageClass
from outreach import lifecycle
from outreach.actions import days, occasions, progress
from outreach.actions.campaigndraft import By, CampaignDraft
from outreach.actions.progress import first_at
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, NoticeStep
from outreach.models import Campaign, DayChange
from outreach.waves import LASTS
from tickets.actions.incidents import IncidentDraft, incident_by_id, open_incident
from tickets.lifecycle import IncidentKind

GREETING_VALID = timedelta(hours=24)
"""A festival is a day, wherever the recipient's day is."""
LATE = timedelta(minutes=1)
"""A moment this little in the past was meant as now."""
FARTHEST: Final = timedelta(days=731)
"""Nobody plans a message to many two years ahead: what lies farther is a mistyped year."""
DAY_OVER = "这个节日已经过了，请重新拟稿。The day it was written for is over; write it anew."


def times(draft: CampaignDraft, at: datetime) -> tuple[datetime | None, datetime]:
    """From when and until when it may go. Raises `BadInput` for moments in the past or in the wrong order."""
    send_at = draft.send_at
    if send_at is not None and send_at < at - LATE:
        raise BadInput("发送时间已经过去，请改晚一些。send_at is in the past; give a later moment.")
    begins_at = max(send_at or at, at)
    check_not_too_far("send_at", begins_at, at)
    until_at = draft.valid_until_at
    if until_at is not None:
        check_not_too_far("valid_until", until_at, begins_at)
    if until_at is None:
        greeting = draft.kind is CampaignKind.GREETING
        until_at = begins_at + GREETING_VALID if greeting else _usual_end(draft.message_class, begins_at)
    if until_at <= begins_at:
        raise BadInput(
            "有效时间早于发送时间，请改晚一些。valid_until is not after the moment it is sent; give a later one."
        )
    return send_at, until_at


def check_not_too_far(name: str, moment_at: datetime, at: datetime) -> None:
    """Raises `BadInput` for a moment that only a mistyped year gives; `name` is what the API calls it."""
    if moment_at > at + FARTHEST:
        what = "发送时间" if name == "send_at" else "有效时间"
        raise BadInput(
            f"{what}（{moment_at.year} 年）太远了，请看年份有没有写错。"
            f"{name} is more than two years ahead ({moment_at.year}); check its year."
        )


def _usual_end(message_class: MessageClass, begins_at: datetime) -> datetime:
    """Until when it makes sense, where nobody said: what would end in the night has the next day for it."""
    until_at = pacing.valid_until(message_class, begins_at)
    morning_at = first_at(message_class, until_at)
    return until_at if morning_at == until_at else pacing.valid_until(message_class, morning_at)


def check_day(session: Session, goes_at: datetime) -> None:
    """Raises `BadInput` for a day that somebody has marked as one on which nobody is greeted."""
    day = occasions.day_of(goes_at)
    if (name := days.mourning_on(session, day)) is not None:
        raise BadInput(
            f"{day} 是哀悼日{name and f'（{name}）'}，不发祝福。Nobody is greeted on {day}, a day of mourning."
        )


def check_in_time(campaign: Campaign, at: datetime) -> None:
    """Raises `Conflict` for what could leave only when it makes no sense any more.

    A wave that was let go lasts: whoever has begun to answer is asked on, though nobody new is.
    """
    if campaign.questionnaire is not None and campaign.approved_at is not None and at < campaign.approved_at + LASTS:
        return
    leaves_at = first_at(campaign.message_class, max(campaign.send_at or at, at))
    if campaign.valid_until_at is not None and campaign.valid_until_at <= leaves_at:
        raise Conflict("能发出时有效时间已过，请重新拟稿。When it could leave it is not valid any more; write it anew.")
    is_wave = campaign.questionnaire is not None  # it is no greeting: its month may end meanwhile
    if not is_wave and occasions.is_over(campaign.kind, campaign.occasion, max(campaign.send_at or at, at)):
        raise Conflict(DAY_OVER)


def check_cost(campaign: Campaign) -> None:
    """Raises `Conflict` where prices have changed since; what it costs is no reason to hold up an emergency."""
    costs = progress.cost(campaign)
    if costs != campaign.cost and campaign.message_class is not MessageClass.EMERGENCY:
        raise Conflict(
            f"价格变了：写的时候 {campaign.cost}，现在 {costs}，请撤回重写。"
            f"Prices have changed: it was {campaign.cost} and is {costs} now; withdraw it and write it anew."
        )


def incident_of(session: Session, draft: CampaignDraft, by: By, at: datetime) -> int | None:
    """The trouble that an emergency belongs to, opened with it where none is named. Raises `BadInput`."""
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


def check_nobody_forgotten(audience: Filter) -> None:
    """Whoever owns an empty home has the most to lose by a burst pipe: they hear of every emergency there.

    Words for the empty homes alone are others (that we shall close their valve) and go to them as chosen. Raises
    `BadInput`.
    """
    is_without_owners = bool(audience.roles) and ContactRole.OWNER not in audience.roles
    is_narrow = _is_by_occupancy(audience) or _is_by_traits(audience) or is_without_owners
    without = (one.occupancy or _is_by_traits(one) or ContactRole.OWNER in one.roles for one in audience.without)
    if is_narrow or any(without):
        raise BadInput(
            "紧急通知也要发给不在这里的业主（空置、未收楼、出租、境外）：入住状态可以只选空置、未收楼，或者不选；"
            "请不要按境外、语言、关怀名单或未答回访筛选，也不要漏掉业主。"
            "An emergency is also for owners who are not there (vacant, not handed over, let, abroad): choose vacant "
            "and not handed over alone, or no occupancy; do not choose by country, language, care list or unanswered "
            "questions, nor leave owners out."
        )


def _is_by_occupancy(chosen: Filter) -> bool:
    """Whether it reaches some homes that are lived in, and leaves others out."""
    return not set(chosen.occupancy) <= EMPTY and set(chosen.occupancy) != set(Occupancy)


def _is_by_traits(chosen: Filter) -> bool:
    """Whether it chooses by what people are, not by where: some owner of the place may be none of them."""
    return bool(chosen.is_abroad or chosen.languages or chosen.is_on_care_list or chosen.owes_answer)


def check_title(title: str) -> None:
    """Raises `BadInput` for none, and for one that fits no list."""
    if not title.strip():
        raise BadInput("请写一个标题，同事靠它认出这次群发。Give it a title; colleagues know it by that.")
    if len(title.strip()) > 120:
        raise BadInput("标题最多 120 个字。The title has at most 120 characters.")


def check_walls(project_id: int | None, by: By) -> None:
    """Raises `NotAllowed` for whoever may not write to many, or not beyond their project."""
    if by.role not in lifecycle.MAY_WRITE:
        raise NotAllowed("您的岗位不能写群发。Your role may not write to many.")
    if by.project_id is not None and project_id != by.project_id:
        raise NotAllowed("只能发给您自己的项目。You may write to your own project only.")


def check_may_approve(by: By) -> None:
    """Raises `NotAllowed` for whoever may not let many messages go."""
    if by.role not in lifecycle.MAY_APPROVE:
        raise NotAllowed("这一步要主管或以上。This takes a supervisor or above.")


def changed_by(campaign: Campaign) -> DayChange | None:
    """Who gave it the day it has, and when; None where that is as it was written."""
    standing = [one for one in campaign.day_changes if one.takes_back_id is None and one.taken_back_at is None]
    return standing[-1] if standing else None


def check_second_of_day(campaign: Campaign, by: By) -> None:
    """Raises `NotAllowed` for whoever gave it its day: somebody else reads what has become of it."""
    change = changed_by(campaign)
    if change is not None and change.by_id == by.staff_id:
        raise NotAllowed("日期是您改的，请另一位来批。You gave it its day; ask somebody else to approve it.")


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
