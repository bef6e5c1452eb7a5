"""Why somebody got a campaign's message, or did not: every person and every campaign have an answer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from directory.models import Building, Contact, Home, Number
from messages.ever import EVER
from messages.models import Message
from outreach.actions import people
from outreach.actions.planning import filter_of
from outreach.actions.unheard import OF
from outreach.audience import Filter
from outreach.lifecycle import FURTHER, CampaignState
from outreach.models import Campaign, LeftOut

MOST = 12
NOT_TOLD, REACHED, LATER = "not_told", "reached", "later"
"""They never got the opening; the first try reached them; they came afterwards."""
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("project", ("project_id",)), ("buildings", ("building_ids",)), ("units", ("units",)),
    ("floors", ("lowest_floor", "highest_floor")), ("risers", ("risers",)), ("occupancy", ("occupancy",)),
    ("roles", ("roles",)), ("languages", ("languages",)), ("care", ("is_on_care_list",)), ("abroad", ("is_abroad",)),
    ("owes", ("owes_answer",)), ("list", ("person_ids",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Why:
    """What became of one campaign for one person: its message, or why there is none.

    `reason` is one of `audience.Reason` where they were left out, the part of the audience they are not in, or one
    of the words above.
    """

    campaign: Campaign
    message: Message | None
    reason: str = ""


def whys(session: Session, person_id: int, project_ids: Collection[int]) -> list[Why]:
    """The newest campaigns of these projects and of the whole company, each with what it was for this person."""
    query = select(Campaign).where(
        or_(Campaign.project_id.in_(project_ids), Campaign.project_id.is_(None)),
        Campaign.state != CampaignState.PLANNING,
        Campaign.audience[OF].as_integer().is_(None),  # a rung is told by the emergency it belongs to
    )
    newest = session.scalars(
        query.options(joinedload(Campaign.incident)).order_by(Campaign.id.desc()).limit(MOST)
    ).all()
    return [_why(session, campaign, person_id) for campaign in newest]


def _why(session: Session, campaign: Campaign, person_id: int) -> Why:
    numbers = session.scalars(select(Number.number).where(Number.person_id == person_id)).all()
    of_batch = EVER.batch_id == campaign.batch_id
    message = session.scalars(select(EVER).where(of_batch, EVER.number.in_(numbers)).order_by(EVER.id).limit(1)).first()
    if message is not None:
        return Why(campaign, message)
    left_out = select(LeftOut.reason).where(LeftOut.campaign_id == campaign.id, LeftOut.person_id == person_id)
    return Why(campaign, None, session.scalar(left_out) or _not_meant(session, campaign, person_id))


def _not_meant(session: Session, campaign: Campaign, person_id: int) -> str:
    if campaign.audience.get("again_of") is not None:
        return REACHED
    if campaign.step in FURTHER:
        return NOT_TOLD
    return _missed(session, filter_of(campaign), person_id)


def _missed(session: Session, chosen: Filter, person_id: int) -> str:
    """The first part of the audience, from the outside in, that none of their homes is in; `later` if all are now."""
    theirs = Contact.person_id == person_id
    for name, narrowed in _narrowing(chosen):
        if not people.has(session, narrowed, theirs):
            return name
    return LATER


def _narrowing(chosen: Filter) -> Iterator[tuple[str, Filter]]:
    narrowed = Filter()
    for name, parts in _PARTS:
        said = {part: getattr(chosen, part) for part in parts}
        if said != {part: getattr(narrowed, part) for part in parts}:
            narrowed = replace(narrowed, **said)
            yield name, narrowed


def projects_of_person(session: Session, person_id: int) -> set[int]:
    """The projects in which somebody has, or had, a home."""
    homes = (
        select(Building.project_id)
        .join(Home, Home.building_id == Building.id)
        .join(Contact, Contact.home_id == Home.id)
        .where(Contact.person_id == person_id)
    )
    return set(session.scalars(homes.distinct()))
