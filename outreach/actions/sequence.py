"""The words about one trouble come in order: a newer one overtakes the older, and none follows the all-clear."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from messages.ledger import batches
from messages.lifecycle import MessageState
from messages.models import Message
from outreach import lifecycle
from outreach.lifecycle import AFTERWARDS, CampaignMove, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions import add_event
from tickets.actions.incidents import end_is_told, end_is_untold, incident_by_id, moving_tickets
from tickets.lifecycle import IncidentKind
from tickets.models import EventType, Incident

DRILL_ZH, DRILL_EN = "演练", "DRILL"
"""How whatever is said about a rehearsal begins."""
END_BEFORE = "end_before"
"""In the audience of a delay: the end that owners knew before it went."""


def lock_trouble(session: Session, campaign_id: int) -> Incident | None:
    """The trouble a campaign is about, locked, if it is about any.

    Whoever locks a word about a trouble has locked that first: in another order two could wait for each other.
    """
    incident_id = session.scalar(select(Campaign.incident_id).where(Campaign.id == campaign_id))
    return incident_by_id(session, incident_id) if incident_id is not None else None


def stop_earlier(session: Session, incident_id: int | None, *, but_id: int = 0) -> None:
    """What is not yet sent about a trouble is overtaken by its next word: nobody hears the old end afterwards."""
    earlier = select(Campaign).where(
        Campaign.incident_id == incident_id, Campaign.step.in_((NoticeStep.OPENING, NoticeStep.DELAY)),
        Campaign.state == CampaignState.APPROVED, Campaign.id != but_id,
    ).order_by(Campaign.id).with_for_update().execution_options(populate_existing=True)  # fmt: skip
    for one in session.scalars(earlier):  # locked: whoever stops one at this moment comes before or after
        one.state = lifecycle.after(CampaignMove.STOP, one.state)
        batches.stop(session, one.batch_id)


def newest_word(session: Session, campaign: Campaign, *, but_id: int = 0) -> Campaign:
    """What owners are told now of the trouble that `campaign` opened: the newest delay let go since, or itself."""
    delays = _approved_delays(campaign).where(Campaign.id != but_id).order_by(Campaign.id.desc()).limit(1)
    return session.scalars(delays).first() or campaign


def words_since(session: Session, campaign: Campaign) -> list[int]:
    """The batches of an opening and of each delay that was let go since."""
    return [campaign.batch_id, *(one.batch_id for one in session.scalars(_approved_delays(campaign)))]


def _approved_delays(campaign: Campaign) -> Select[Campaign]:
    """Delays that were let go since an opening, without what was sent again."""
    return select(Campaign).where(
        Campaign.incident_id == campaign.incident_id, Campaign.step == NoticeStep.DELAY, Campaign.id > campaign.id,
        Campaign.approved_at.is_not(None), Campaign.state != CampaignState.WITHDRAWN,
        Campaign.audience["again_of"].as_integer().is_(None),
    )  # fmt: skip


def said_end_at(session: Session, incident: Incident) -> datetime | None:
    """The end that owners and callers are told: a promise counts once the delay that gives it was let go.

    Where none was promised before, that waits for its approval too. Whatever goes with an opening is said at once.
    """
    if incident.told_end_at is not None or incident.promised_end_at is None:
        return incident.told_end_at
    delays = select(func.count(Campaign.id), func.count(Campaign.approved_at)).where(
        Campaign.incident_id == incident.id, Campaign.step == NoticeStep.DELAY
    )
    written, let_go = session.execute(delays).one()
    return incident.promised_end_at if let_go or not written else None


def tell_end(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """A delay or an all-clear goes: only now the alarm about the end that owners knew before is silent."""
    if _ends_promise(campaign) and campaign.incident_id is not None:
        before_at = end_is_told(session, campaign.incident_id, at=at)
        if before_at is not None:
            campaign.audience = campaign.audience | {END_BEFORE: before_at.isoformat()}


def untell_end(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """A delay or an all-clear was stopped: while some of it has not left, owners hold the end that they knew."""
    waits = select(Message.id).where(Message.batch_id == campaign.batch_id, Message.state == MessageState.PLANNED)
    if not _ends_promise(campaign) or campaign.incident_id is None or session.scalar(waits.limit(1)) is None:
        return
    before = campaign.audience.get(END_BEFORE)
    end_is_untold(session, campaign.incident_id, datetime.fromisoformat(before) if before else None, at=at)


def _ends_promise(campaign: Campaign) -> bool:
    is_word = campaign.step in {NoticeStep.DELAY, NoticeStep.RESTORED}
    return is_word and campaign.audience.get("again_of") is None


def leave_out_released(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """Whoever is told that it does not concern them gets no other word about it that still waits."""
    numbers = session.scalars(select(Message.number).where(Message.batch_id == campaign.batch_id)).all()
    others = select(Campaign.batch_id).where(
        Campaign.incident_id == campaign.incident_id, Campaign.id < campaign.id, Campaign.step != NoticeStep.RELEASED
    )
    batches.leave_out(session, session.scalars(others).all(), numbers, at=at)


def tell_tickets(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """Tickets of its trouble that still move say what was let go, and to how many."""
    if campaign.incident_id is None:
        return
    for ticket in moving_tickets(session, campaign.incident_id):
        add_event(
            session, ticket.id, EventType.MESSAGE, at=at, text=campaign.title,
            data={"campaign": campaign.id, "numbers": campaign.numbers}, once_key=f"campaign/{campaign.id}/{ticket.id}",
        )  # fmt: skip


def check_drill(session: Session, incident_id: int | None, text_zh: str, text_en: str) -> None:
    """Raises `BadInput` for words about a rehearsal that do not say so before anything else, read or heard."""
    if incident_id is None or incident_by_id(session, incident_id).kind is not IncidentKind.DRILL:
        return
    if not text_zh.lstrip().startswith(DRILL_ZH) or not text_en.lstrip().upper().startswith(DRILL_EN):
        raise BadInput(
            f"演练通知要以“{DRILL_ZH}”开头，英文以 {DRILL_EN} 开头，免得有人当真。"
            f"Words about a drill begin with {DRILL_EN} ({DRILL_ZH} in Chinese), so that nobody takes it for real."
        )


def _first_id(session: Session, campaign: Campaign) -> int:
    """Of what is sent again, the campaign whose words it repeats: they are as old as that."""
    first_id: int = campaign.id
    while (before := campaign.audience.get("again_of")) is not None:
        first_id, campaign = before, session.get_one(Campaign, before)
    return first_id


def check_lasts(session: Session, campaign: Campaign) -> None:
    """Of a trouble that is over only that, and what follows, is still told; of one that was put off no older promise.

    Raises `Conflict`. The incident is locked: whoever ends it at this moment comes before or after, and sees what was
    let go.
    """
    if campaign.incident_id is None:
        return
    incident = incident_by_id(session, campaign.incident_id)
    if incident.restored_at is not None and campaign.step not in AFTERWARDS:
        raise Conflict("事件已经恢复，不再发出。The trouble is over; this is not sent any more.")
    if campaign.step not in {NoticeStep.OPENING, NoticeStep.DELAY}:
        return
    since_id = _first_id(session, campaign)
    later = select(Campaign.id).where(
        Campaign.incident_id == incident.id, Campaign.step == NoticeStep.DELAY, Campaign.id > since_id,
        Campaign.state != CampaignState.WITHDRAWN,
    )  # fmt: skip
    if session.scalar(later.limit(1)) is not None:
        raise Conflict("后面已有延时通知，这一条是旧时间。A later notice gives another end than this one.")
