"""Campaigns as their pages show them: lines of the list, and everything of one that its page shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session, joinedload

from base.log import mask
from base.wiring import settings
from console import facts
from console.staff import Me
from console.words import say, say_or
from directory.models import Building, Contact, Home
from directory.places import place_text
from messages.actions import SENDER_OF
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach import lifecycle
from outreach.actions import campaigns, people, planning
from outreach.actions.campaigns import By
from outreach.lifecycle import MAY_APPROVE, CampaignMove, CampaignState
from outreach.models import Campaign, LeftOut
from telephony import refusals

MOST_SHOWN = 60
MOST_PEOPLE = 300
WATCHED = timedelta(days=2)
"""How long after it was let go a campaign's bar is counted for the list."""

SENT = frozenset({
    MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.ANSWERED, MessageState.NO_RECEIPT, MessageState.UNKNOWN,
})  # fmt: skip
ARRIVED = frozenset({MessageState.DELIVERED, MessageState.ANSWERED})
WAITS = frozenset({MessageState.PLANNED, MessageState.CLAIMED})
FAILED = frozenset({MessageState.FAILED, MessageState.UNDELIVERED, MessageState.BUSY, MessageState.NO_ANSWER})
ALL_MOVES = (CampaignMove.APPROVE, CampaignMove.WITHDRAW, CampaignMove.STOP, CampaignMove.RESUME)
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
    parts: Parts | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A message exactly as it shall leave; the number is masked."""

    number: str
    way: str
    body: str
    segments: int


@dataclass(frozen=True, slots=True)
class Why:
    """Messages that did not go or did not arrive, for one reason."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything of one campaign that its page shows."""

    line: Line
    tag: str
    hash: str
    is_author: bool
    is_emergency: bool
    incident_id: int | None
    approved_by: str
    approved_at: datetime | None
    emergency_reason: str
    send_at: datetime | None
    valid_until_at: datetime | None
    homes: int
    people: int
    texts: int
    calls: int
    segments: int
    seconds: float
    rate: float
    left_out: dict[str, int]
    text_zh: str
    text_en: str
    samples: tuple[Sample, ...]
    planned: int
    expected: int
    left_s: float | None
    whys: tuple[Why, ...]
    moves: frozenset[str]

    @property
    def parts(self) -> Parts:
        """What has become of its messages so far."""
        return self.line.parts or Parts()

    @property
    def left_out_people(self) -> int:
        """People who get nothing."""
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who gets nothing; the number is masked."""

    name: str
    place: str
    number: str
    reason: str


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
        .options(joinedload(Campaign.author), joinedload(Campaign.project))
        .order_by(order, Campaign.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    watched = [one.batch_id for one in found if one.approved_at is not None and one.approved_at > at - WATCHED]
    states = _states(session, watched)
    return [
        line_of(one, who, language, parts_of(states[one.batch_id], one.state) if one.batch_id in states else None)
        for one in found
    ]


def waiting_for(session: Session, who: Me) -> list[tuple[int, str, int]]:
    """Id, title and numbers of what `who` may let go now."""
    if who.role not in MAY_APPROVE:
        return []
    query = select(Campaign).where(within(who), Campaign.state == CampaignState.PLANNED).order_by(Campaign.id)
    return [(one.id, one.title, one.numbers) for one in session.scalars(query) if may_approve(one, who)]


def may_approve(campaign: Campaign, who: Me) -> bool:
    """Whether `who` may let it go now, in an emergency of their own with a reason."""
    if campaign.state is not CampaignState.PLANNED or who.role not in MAY_APPROVE or not campaign.numbers:
        return False
    return campaign.author_id != who.id or campaign.message_class is MessageClass.EMERGENCY


def line_of(campaign: Campaign, who: Me, language: str, parts: Parts | None) -> Line:
    """A campaign in plain values."""
    return Line(
        id=campaign.id,
        title=campaign.title,
        kind=campaign.kind.value,
        message_class=campaign.message_class.value,
        state=campaign.state.value,
        project=facts.project_name(campaign.project, language) if campaign.project else "",
        author=campaign.author.name if campaign.author else "",
        written_at=campaign.written_at,
        numbers=campaign.numbers,
        may_approve=may_approve(campaign, who),
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


def read_campaign(session: Session, campaign: Campaign, who: Me, *, language: str) -> Seen:
    """Everything about `campaign` that its page shows."""
    progress = campaigns.progress(session, campaign)
    is_planning = campaign.state is CampaignState.PLANNING
    parts = None if is_planning else parts_of(progress.by_state, campaign.state)
    return Seen(
        line=line_of(campaign, who, language, parts),
        tag=_tag(campaign, progress.by_state, progress.by_reason, language),
        hash=campaign.batch.hash,
        is_author=campaign.author_id == who.id,
        is_emergency=campaign.message_class is MessageClass.EMERGENCY,
        incident_id=campaign.incident_id,
        approved_by=campaign.approved_by.name if campaign.approved_by else "",
        approved_at=campaign.approved_at,
        emergency_reason=campaign.emergency_reason,
        send_at=campaign.send_at,
        valid_until_at=campaign.valid_until_at,
        homes=campaign.homes,
        people=campaign.people,
        texts=campaign.texts,
        calls=campaign.calls,
        segments=campaign.segments,
        seconds=campaigns.seconds_to_send(campaign),
        rate=float(getattr(settings(), f"sms_rate_{SENDER_OF[campaign.message_class]}")),
        left_out=dict(sorted(campaign.left_out.items())),
        text_zh=campaign.text_zh,
        text_en=campaign.text_en,
        samples=() if is_planning else _samples(session, campaign),
        planned=sum(progress.by_state.values()),
        expected=people.size_of(session, planning.filter_of(campaign))[2] if is_planning else campaign.numbers,
        left_s=progress.left_s,
        whys=() if is_planning else _whys(progress.by_reason, language),
        moves=_moves(campaign, who),
    )


def absent(session: Session, campaign: Campaign, reason: str, language: str) -> tuple[list[Absent], int]:
    """People of a campaign who get nothing, of one reason or of all, and how many there are beyond those."""
    query = select(LeftOut).where(LeftOut.campaign_id == campaign.id)
    if reason:
        query = query.where(LeftOut.reason == reason)
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = session.scalars(query.options(joinedload(LeftOut.person)).order_by(LeftOut.id).limit(MOST_PEOPLE)).all()
    places = _places(session, campaign, [one.person_id for one in found], language)
    shown = [
        Absent(one.person.name, places.get(one.person_id, ""), mask(one.number) if one.number else "", one.reason)
        for one in found
    ]
    return shown, count - len(shown)


def _moves(campaign: Campaign, who: Me) -> frozenset[str]:
    """What both its state and the role allow; whoever may write may also stop."""
    moves = {move.value for move in ALL_MOVES if lifecycle.may(move, campaign.state)}
    if not may_approve(campaign, who):
        moves.discard(CampaignMove.APPROVE)
    if who.role not in MAY_APPROVE:
        moves.discard(CampaignMove.RESUME)
    return frozenset(moves)


def _tag(campaign: Campaign, by_state: dict[MessageState, int], by_reason: dict[str, int], language: str) -> str:
    counts = [f"{state}{number}" for state, number in sorted(by_state.items())]
    return ".".join([str(campaign.version), *counts, str(sum(by_reason.values())), language])


def _states(session: Session, batch_ids: list[int]) -> dict[int, dict[MessageState, int]]:
    counted = select(Message.batch_id, Message.state, func.count()).where(Message.batch_id.in_(batch_ids))
    found: dict[int, dict[MessageState, int]] = {}
    for batch_id, state, number in session.execute(counted.group_by(Message.batch_id, Message.state)):
        if batch_id is not None:
            found.setdefault(batch_id, {})[state] = number
    return found


def _samples(session: Session, campaign: Campaign) -> tuple[Sample, ...]:
    """The first few, and at least one call if there is any: it is spoken otherwise than it is written."""
    some = campaigns.samples(session, campaign, limit=3)
    if campaign.calls and not any(one.way is Way.CALL for one in some):
        of_batch = select(Message).where(Message.batch_id == campaign.batch_id, Message.way == Way.CALL)
        some += session.scalars(of_batch.order_by(Message.id).limit(1)).all()
    return tuple(Sample(mask(one.number), one.way.value, one.body, one.segments) for one in some)


def _whys(by_reason: dict[str, int], language: str) -> tuple[Why, ...]:
    ordered = sorted(by_reason.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Why(reason, why_words(reason, language), number) for reason, number in ordered)


def why_words(reason: str, language: str) -> str:
    """A reason of the ledger, or a code of the carrier, in words."""
    known = say_or(f"campaign.why.{reason.replace(' ', '_')}", language)
    if known:
        return known
    fact = refusals.fact(reason)
    return say_or(f"campaign.why.{fact.value}", language) or say(
        "campaign.why.code" if reason.isdecimal() else "campaign.why.other", language, code=reason
    )


def _places(session: Session, campaign: Campaign, person_ids: list[int], language: str) -> dict[int, str]:
    query = (
        select(Contact.person_id, Building.name, Home.unit, Home.name)
        .join(Home, Home.id == Contact.home_id)
        .join(Building, Building.id == Home.building_id)
        .where(Contact.person_id.in_(person_ids), Contact.ended_at.is_(None))
        .order_by(Contact.place.desc(), Contact.id.desc())
    )
    if campaign.project_id is not None:
        query = query.where(Building.project_id == campaign.project_id)
    return {
        person_id: place_text(building, unit, home, language)
        for person_id, building, unit, home in session.execute(query)
    }
