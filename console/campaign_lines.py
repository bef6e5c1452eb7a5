"""Campaigns as lines of a list: which somebody may see and let go, and what has become of their messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from console import facts
from console.campaign_titles import title_of
from console.staff import Me
from messages.ever import EVER
from messages.lifecycle import MessageClass, MessageState
from outreach.actions import verdicts
from outreach.actions.campaignchecks import changed_by
from outreach.actions.campaigndraft import By
from outreach.lifecycle import MAY_APPROVE, CampaignState, VerdictKind
from outreach.models import Campaign

MOST_SHOWN = 60
WATCHED = timedelta(days=2)
"""How long after it was let go a campaign's bar is counted for the list."""

SENT = frozenset({
    MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.ANSWERED, MessageState.NO_RECEIPT, MessageState.UNKNOWN,
})  # fmt: skip
ARRIVED = frozenset({MessageState.DELIVERED, MessageState.ANSWERED})
WAITS = frozenset({MessageState.PLANNED, MessageState.CLAIMED})
FAILED = frozenset({MessageState.FAILED, MessageState.UNDELIVERED, MessageState.BUSY, MessageState.NO_ANSWER})
FIRST = (CampaignState.PLANNED, CampaignState.PLANNING, CampaignState.APPROVED)
"""What somebody has to read comes before what moves, and that before what has ended."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What has become of the messages, in four parts that make up the whole; `arrived` is a part of `sent`."""

    sent: int = 0
    arrived: int = 0
    waiting: int = 0
    failed: int = 0
    unsent: int = 0

    @property
    def total(self) -> int:
        """All messages."""
        return self.sent + self.waiting + self.failed + self.unsent


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign in the list."""

    id: int
    title: str
    kind: str
    message_class: str
    state: str
    project: str
    author: str
    written_at: datetime
    numbers: int
    may_approve: bool
    needs_review: bool
    parts: Parts | None


def by_of(who: Me) -> By:
    """Who does it, as the campaigns know people."""
    return By(who.id, who.role, who.project_id)


def within(who: Me) -> ColumnElement[bool]:
    """The campaigns that `who` may see."""
    return true() if who.project_id is None else Campaign.project_id == who.project_id


def lines(session: Session, who: Me, *, at: datetime, language: str) -> list[Line]:
    """The campaigns that `who` may see: those to be approved first, then those that move, then the newest."""
    order = case({state: n for n, state in enumerate(FIRST)}, value=Campaign.state, else_=len(FIRST))
    found = session.scalars(
        select(Campaign)
        .where(within(who))
        .options(
            joinedload(Campaign.author),
            joinedload(Campaign.project),
            joinedload(Campaign.incident),
            selectinload(Campaign.verdicts),
            selectinload(Campaign.day_changes),
        )
        .order_by(order, Campaign.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    watched = [one.batch_id for one in found if one.approved_at is not None and one.approved_at > at - WATCHED]
    states = _states(session, watched)
    return [
        line_of(one, who, language, parts_of(states[one.batch_id], one.state) if one.batch_id in states else None)
        for one in found
    ]


def waiting_for(session: Session, who: Me, *, language: str) -> list[tuple[int, str, int]]:
    """Id, title (in `language`) and numbers of what `who` may let go now."""
    if who.role not in MAY_APPROVE:
        return []
    query = select(Campaign).where(within(who), Campaign.state == CampaignState.PLANNED).order_by(Campaign.id)
    return [(one.id, title_of(one, language), one.numbers) for one in session.scalars(query) if may_approve(one, who)]


def to_review(session: Session, who: Me, *, language: str) -> list[tuple[int, str]]:
    """Id and title of what went without a second person, which `who` is asked to be afterwards."""
    if who.role not in MAY_APPROVE:
        return []
    mine = Campaign.author_id != who.id
    query = select(Campaign).where(within(who), mine, verdicts.needs_review()).order_by(Campaign.id)
    return [(one.id, title_of(one, language)) for one in session.scalars(query)]


def may_approve(campaign: Campaign, who: Me) -> bool:
    """Whether `who` may let it go now, in an emergency of their own with a reason."""
    if campaign.state is not CampaignState.PLANNED or who.role not in MAY_APPROVE or not campaign.numbers:
        return False
    if (change := changed_by(campaign)) is not None and change.by_id == who.id:
        return False
    return campaign.author_id != who.id or campaign.message_class is MessageClass.EMERGENCY


def line_of(campaign: Campaign, who: Me, language: str, parts: Parts | None) -> Line:
    """A campaign in plain values."""
    return Line(
        id=campaign.id,
        title=title_of(campaign, language),
        kind=campaign.kind.value,
        message_class=campaign.message_class.value,
        state=campaign.state.value,
        project=facts.project_name(campaign.project, language) if campaign.project else "",
        author=campaign.author.name if campaign.author else "",
        written_at=campaign.written_at,
        numbers=campaign.numbers,
        may_approve=may_approve(campaign, who),
        needs_review=verdicts.is_unseconded(campaign) and verdicts.verdict_of(campaign, VerdictKind.REVIEWED) is None,
        parts=parts,
    )


def parts_of(by_state: dict[MessageState, int], state: CampaignState) -> Parts:
    """Four parts of the whole. While it is stopped, nothing of it waits: it does not go."""
    waiting = sum(by_state.get(one, 0) for one in WAITS)
    sent = sum(by_state.get(one, 0) for one in SENT)
    failed = sum(by_state.get(one, 0) for one in FAILED)
    unsent = sum(by_state.values()) - waiting - sent - failed
    arrived = sum(by_state.get(one, 0) for one in ARRIVED)
    if state is not CampaignState.APPROVED:
        waiting, unsent = 0, unsent + waiting
    return Parts(sent, arrived, waiting, failed, unsent)


def _states(session: Session, batch_ids: list[int]) -> dict[int, dict[MessageState, int]]:
    counted = select(EVER.batch_id, EVER.state, func.count()).where(EVER.batch_id.in_(batch_ids))
    found: dict[int, dict[MessageState, int]] = {}
    for batch_id, state, number in session.execute(counted.group_by(EVER.batch_id, EVER.state)):
        if batch_id is not None:
            found.setdefault(batch_id, {})[state] = number
    return found
