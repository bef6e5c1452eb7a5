"""What owners are told about a trouble: the opening, another promise, the all-clear; each a campaign of its own."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict
from messages.ledger import batches
from messages.lifecycle import MessageClass
from outreach import lifecycle, templates
from outreach.actions import campaigns, planning, wordings
from outreach.actions.campaigns import By, CampaignDraft
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, CampaignMove, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions import incidents
from tickets.models import Incident


def delay(
    session: Session, incident_id: int, by: By, *, promised_end_at: datetime, at: datetime, text_zh: str = "",
    text_en: str = "",
) -> Campaign | None:  # fmt: skip
    """Promise another end, and write it to everybody the opening was for. Raises `BadInput` and `Conflict`.

    Without words of its own it says what the template of this kind of trouble says. None where nobody was told yet:
    then what still waits for approval, and says the old end, is withdrawn and has to be written anew.
    """
    incident = incidents.delay(session, incident_id, promised_end_at=promised_end_at, at=at)
    if not told(session, incident_id):
        for one in campaigns_of(session, incident_id):
            if lifecycle.may(CampaignMove.WITHDRAW, one.state):
                campaigns.withdraw(session, one.id, by)
        return None
    return _write(session, incident, by, NoticeStep.DELAY, text_zh, text_en, at)


def rescope(
    session: Session, incident_id: int, by: By, *, building_ids: Collection[int], at: datetime
) -> list[Campaign]:
    """Another scope: an opening to those it touches now, and a word to those it does not touch any more.

    Both are planned and approved like any other. Where nobody was told yet there is nothing to write: an opening
    that waits for approval is for the old scope, so it is withdrawn and has to be written anew. Raises `BadInput` and
    `Conflict`.
    """
    before = incidents.rescope(session, incident_id, building_ids, at=at)
    incident = incidents.incident_by_id(session, incident_id)
    for one in campaigns_of(session, incident_id):
        if one.state in {CampaignState.PLANNING, CampaignState.PLANNED}:
            campaigns.withdraw(session, one.id, by)
    if not told(session, incident_id):
        return []
    after, written = incidents.buildings_touched(session, incident), []
    if new := after - before:
        said = _opening_of(session, incident_id)
        written.append(
            _write(session, incident, by, NoticeStep.OPENING, said.text_zh, said.text_en, at, tuple(sorted(new)))
        )
    if gone := before - after:
        numbers = session.scalars(planning.released(session, incident, gone)).all()
        batches.leave_out(session, [one.batch_id for one in campaigns_of(session, incident_id)], numbers, at=at)
        written.append(_write(session, incident, by, NoticeStep.RELEASED, "", "", at, tuple(sorted(gone))))
    return written


def restore(
    session: Session, incident_id: int, by: By, *, at: datetime, text_zh: str = "", text_en: str = ""
) -> Campaign | None:
    """It is over: write that to exactly those who got the opening. None where nobody was told of it.

    Once more where it is over already, and the all-clear was withdrawn, or not approved while it was valid. Raises
    `Conflict` where one stands.
    """
    incident = incidents.incident_by_id(session, incident_id)
    if incident.restored_at is None:
        incidents.restore(session, incident_id, at=at)
    elif is_cleared(campaigns_of(session, incident_id), at):
        raise Conflict("这个事件已经结束，恢复通知已写好。This incident is over, and its all-clear is written.")
    if not told(session, incident_id):
        return None
    return _write(session, incident, by, NoticeStep.RESTORED, text_zh, text_en, at)


def is_cleared(written: Iterable[Campaign], at: datetime) -> bool:
    """Whether an all-clear stands among these words about a trouble: else it is owed, or owed once more."""
    return any(one.step is NoticeStep.RESTORED and stands(one, at) for one in written)


def stands(campaign: Campaign, at: datetime) -> bool:
    """Whether it went, or may still be let go."""
    is_late = campaign.valid_until_at is not None and campaign.valid_until_at <= at
    return campaign.approved_at is not None or not is_late


def told(session: Session, incident_id: int) -> bool:
    """Whether any word about this trouble was let go."""
    return bool(session.scalar(
        select(Campaign.id)
        .where(
            Campaign.incident_id == incident_id, Campaign.approved_at.is_not(None),
            Campaign.message_class == MessageClass.EMERGENCY,
        )
        .limit(1)
    ))  # fmt: skip


def _opening_of(session: Session, incident_id: int) -> Campaign:
    """The newest opening that was let go: whoever is told now is told the same."""
    openings = select(Campaign).where(
        Campaign.incident_id == incident_id, Campaign.step == NoticeStep.OPENING, Campaign.approved_at.is_not(None)
    )
    return session.scalars(openings.order_by(Campaign.id.desc()).limit(1)).one()


def campaigns_of(session: Session, incident_id: int) -> list[Campaign]:
    """Every word about a trouble, in order, without what was withdrawn."""
    found = select(Campaign).where(Campaign.incident_id == incident_id, Campaign.state != CampaignState.WITHDRAWN)
    return list(session.scalars(found.order_by(Campaign.id)))


def _write(
    session: Session, incident: Incident, by: By, step: NoticeStep, text_zh: str, text_en: str, at: datetime,
    building_ids: tuple[int, ...] | None = None,
) -> Campaign:  # fmt: skip
    """To the buildings the trouble touches, or to those that are named."""
    is_released = step is NoticeStep.RELEASED
    current = wordings.wording(session, step.value if is_released else f"{incident.kind.value}_{step.value}")
    usual = current.template
    is_usual = text_zh in {"", usual.zh} and text_en in {"", usual.en}
    title = templates.template(usual.key).zh.partition("：")[0]
    draft = CampaignDraft(
        kind=CampaignKind.NOTICE, message_class=MessageClass.EMERGENCY, title=title,
        text_zh=text_zh or usual.zh, text_en=text_en or usual.en,
        audience=Filter(incident.project_id, tuple(incident.building_ids) if building_ids is None else building_ids),
        incident_id=incident.id, step=step, template=(usual.key, current.version) if is_usual else None,
    )  # fmt: skip
    return campaigns.write(session, draft, by, at=at)
