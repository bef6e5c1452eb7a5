"""Whom a campaign comes to, and the very messages: worked out by reading, written down in pieces, frozen."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from base.errors import Conflict
from base.rows import insert, table_of
from messages.ledger import batches
from messages.ledger.plan import Draft
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach import lifecycle
from outreach.actions import blocks, further, people, progress, routes, rungs, samples, sequence, unheard, waving
from outreach.actions.bodies import Bodies
from outreach.actions.drafting import Drafting
from outreach.actions.plans import Piece, Plan
from outreach.audience import Filter, Left, Recipient, one_by_one
from outreach.latercalls import fared, may_wake
from outreach.lifecycle import FURTHER, CampaignMove, CampaignState
from outreach.models import Campaign, DayChange, LeftOut

UNSETTLED = "unsettled"
"""Why a message failed that may have arrived after all: such a one never goes again."""
PLANNER_LEASE = timedelta(minutes=1)
"""How long a planner that shows no life keeps a campaign to itself."""

FAILED = (
    MessageState.FAILED, MessageState.UNDELIVERED, MessageState.BUSY, MessageState.NO_ANSWER, MessageState.EXPIRED,
)  # fmt: skip
"""States of a message that nobody got, and that may be tried again."""
_LEFT_OUT = insert(table_of(LeftOut)).on_conflict_do_nothing(index_elements=["campaign_id", "person_id"])


def work_out(session: Session, campaign_id: int, *, at: datetime) -> Plan | None:
    """Everything a campaign comes to; reads only, as long as its pieces are taken. None when it is planned already."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.state is not CampaignState.PLANNING:
        return None
    drafting = Drafting(campaign, Bodies(session, campaign, at=at), at=at)
    if (first_id := campaign.audience.get("again_of")) is not None:
        return _once_more(session, campaign, first_id, drafting)
    if campaign.questionnaire is None:
        return Plan(campaign.id, campaign.batch_id, _audience(session, campaign, at), drafting.draft)
    audience, interviews = waving.audience_of(session, campaign, at=at)
    return Plan(campaign.id, campaign.batch_id, audience, drafting.draft, interviews)


def write_piece(session: Session, campaign_id: int, piece: Piece, *, at: datetime) -> None:
    """Write one piece of a plan; written twice it changes nothing. Raises `Conflict` once it is frozen, or is another's
    since it was given another day.
    """
    campaign = session.get_one(Campaign, campaign_id)
    if piece.drafts:
        _check_its_own(campaign, piece.drafts[0].batch_id)
    batch_id, campaign.planner_until_at = campaign.batch_id, at + PLANNER_LEASE
    batches.plan_into(session, batch_id, piece.drafts, at=at)
    if piece.left_out:
        session.execute(_LEFT_OUT, piece.left_out)
    waving.write_interviews(session, piece.interviews)


def freeze(session: Session, campaign_id: int, plan: Plan) -> Campaign:
    """Close the plan: counts and hash stand from now on. Raises `Conflict` as `write_piece` does."""
    sequence.lock_trouble(session, campaign_id)  # what is let go in the same transaction needs it
    campaign = session.get_one(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    _check_its_own(campaign, plan.batch_id)
    campaign.state = lifecycle.after(CampaignMove.FREEZE, campaign.state)
    going = routes.of_batch(session, campaign.batch_id)
    campaign.routes = routes.kept(going)
    campaign.texts, campaign.segments = routes.size(going, Way.TEXT)
    campaign.calls = routes.size(going, Way.CALL)[0]
    campaign.numbers = campaign.texts + campaign.calls
    campaign.people, campaign.homes, campaign.left_out = plan.people, len(plan.homes), dict(plan.reasons)
    campaign.cost = progress.cost(campaign)
    batches.freeze(session, campaign.batch_id, progress.terms(campaign))
    session.flush()
    campaign.samples = samples.chosen(session, campaign)
    session.flush()
    return campaign


def _check_its_own(campaign: Campaign, batch_id: int | None) -> None:
    """Raises `Conflict` for the plan of a day that is not the campaign's any more: its planner was held up."""
    if batch_id != campaign.batch_id:
        raise Conflict("日期改过了，这份计划作废。It was given another day; this plan is void.")


def take(session: Session, campaign_id: int, *, at: datetime) -> bool:
    """Begin or go on with planning a campaign, for the next minute. False: it is planned, or somebody is at it."""
    taken = (
        update(Campaign)
        .where(Campaign.id == campaign_id, _nobody_plans(at))
        .values(planner_until_at=at + PLANNER_LEASE)
        .returning(Campaign.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(taken).scalar_one_or_none() is not None


def to_be_planned(session: Session, *, at: datetime) -> list[int]:
    """Campaigns whose planning nobody is at: the hint was lost, or its process died."""
    return list(session.scalars(select(Campaign.id).where(_nobody_plans(at)).order_by(Campaign.id)))


def _nobody_plans(at: datetime) -> ColumnElement[bool]:
    until_at = Campaign.planner_until_at
    return (Campaign.state == CampaignState.PLANNING) & (until_at.is_(None) | (until_at <= at))


def withdrawn(session: Session) -> list[int]:
    """Withdrawn campaigns of which messages still wait."""
    waits = select(Message.id).where(Message.batch_id == Campaign.batch_id, Message.state == MessageState.PLANNED)
    return list(session.scalars(select(Campaign.id).where(Campaign.state == CampaignState.WITHDRAWN, waits.exists())))


def left_behind(session: Session) -> list[int]:
    """Batches of campaigns that were given another day since, in which messages still wait."""
    waits = select(Message.id).where(Message.batch_id == DayChange.left_batch_id, Message.state == MessageState.PLANNED)
    return list(session.scalars(select(DayChange.left_batch_id).where(waits.exists()).order_by(DayChange.id)))


def filter_of(campaign: Campaign) -> Filter:
    """The audience as it was asked for."""
    return Filter.of(campaign.audience)


def _audience(session: Session, campaign: Campaign, at: datetime) -> Iterable[Recipient | Left]:
    before = greeted(session, campaign.occasion, but=campaign.id)
    if (rung := rungs.audience_of(session, campaign)) is not None:
        return rung
    if campaign.step in FURTHER:
        return further.listeners(session, campaign)
    everybody = people.candidates(session, filter_of(campaign))
    wishes = people.wishes(session, campaign.message_class)
    barred = blocks.for_class(session, campaign.message_class, at=at, goes_at=campaign.send_at or at)
    return one_by_one(everybody, campaign.message_class, wishes, before, barred.why, people.is_alone(session))


def greeted(
    session: Session, occasion: str, *, but: int | None = None, among: Collection[str] | None = None
) -> frozenset[str]:  # fmt: skip
    """Numbers that a campaign, other than `but`, greets for this occasion, or tried to; `among` a few, or of all.

    What did not arrive is sent again from where it was tried: its once key stays there.
    """
    if not occasion:
        return frozenset()
    others = select(Campaign.batch_id).where(Campaign.occasion == occasion, Campaign.id != but)
    planned = select(Message.number).where(Message.batch_id.in_(others), Message.state != MessageState.CANCELLED)
    if among is not None:
        planned = planned.where(Message.number.in_(among))
    return frozenset(session.scalars(planned))


def _once_more(session: Session, campaign: Campaign, first_id: int, drafting: Drafting) -> Plan:
    """The very messages of another campaign that reached nobody, as they were, but for those tried again since.

    A telephone that nobody picked up is rung again by day only. Whoever heard of an emergency since, by a rung of its
    ladder, is left in peace.
    """
    first = session.get_one(Campaign, first_id)
    again = select(Campaign.batch_id).where(
        Campaign.audience["again_of"].as_integer() == first_id, Campaign.id != campaign.id,
        Campaign.state != CampaignState.WITHDRAWN,
    )  # fmt: skip
    tried = select(Message.number).where(Message.batch_id.in_(again), Message.state.not_in(FAILED))
    since = greeted(session, campaign.occasion, but=first_id)
    failed = select(Message).where(
        Message.batch_id == first.batch_id, Message.state.in_(FAILED), Message.reason != UNSETTLED,
        Message.number != "", Message.number.not_in(tried), further.is_still_theirs(Message.number, first.incident_id),
    )  # fmt: skip
    if first.message_class is MessageClass.EMERGENCY:
        since |= unheard.heard_since(session, first, failed.with_only_columns(Message.number))
    rows = {one.number: one for one in session.scalars(failed.order_by(Message.id)) if one.number not in since}

    def as_before(one: Recipient) -> Draft:
        return drafting.again(one, rows[one.number].body, rows[one.number].answer_path)

    found = [
        Recipient(one.number, one.way, "", "", one.is_demo, may_wake=may_wake(fared([(one.state, False)])))
        for one in rows.values()
    ]
    return Plan(campaign.id, campaign.batch_id, found, as_before)
