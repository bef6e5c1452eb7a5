"""After an all-clear a sample is drawn from whoever got it, once; and what its answers come to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.rows import insert
from directory import actions as directory
from directory.models import Contact, Home, Number, Person
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.actions import sequence
from outreach.actions.furthercalls import GOT
from outreach.actions.reach import reach_of
from outreach.lifecycle import CampaignState, NoticeStep
from outreach.models import Campaign
from outreach.spotchecks import ASKED_ABOUT, SpotState, in_order, rules_of_the_house
from outreach.surveymodels import IncidentSample
from tickets.actions.incidents import buildings_touched
from tickets.models import Incident

LOOK_AGAIN = timedelta(hours=1)
"""How often an all-clear is looked for that nobody has got yet."""


def begin(campaign: Campaign, *, at: datetime) -> None:
    """An all-clear was let go, or goes on after a stop: some hours later a sample of those who got it is asked."""
    is_first = campaign.step is NoticeStep.RESTORED and campaign.audience.get("again_of") is None
    if is_first and campaign.incident is not None and campaign.incident.kind in ASKED_ABOUT:
        campaign.sample_due_at = max(campaign.send_at or at, at) + rules_of_the_house().wait


def draws_due(session: Session, *, at: datetime, limit: int = 100) -> Sequence[int]:
    """All-clears of which a sample is to be drawn now. One look at a small partial index."""
    waiting = select(Campaign.id).where(Campaign.sample_due_at <= at).order_by(Campaign.sample_due_at)
    return session.scalars(waiting.limit(limit)).all()


def draw(session: Session, campaign_id: int, *, at: datetime) -> None:
    """Draw the sample, once an incident: one number a household, of those who may be asked and can answer."""
    sequence.lock_trouble(session, campaign_id)  # the rows of the sample hold it
    campaign = session.get(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    if campaign is None or campaign.sample_due_at is None or campaign.sample_due_at > at:
        return
    campaign.sample_due_at = None
    incident = campaign.incident
    if incident is None or campaign.state is not CampaignState.APPROVED:
        return
    if session.scalar(select(IncidentSample.id).where(IncidentSample.incident_id == incident.id).limit(1)):
        return
    homes = _homes_of(session, campaign, incident)
    if not homes and at < (campaign.approved_at or at) + rules_of_the_house().lasts:
        campaign.sample_due_at = at + LOOK_AGAIN  # it waits for a carrier, or for the morning
        return
    wanted = rules_of_the_house().how_many(len({home or number for number, (home, _) in homes.items()}))
    asked: set[int | str] = set()
    for number in in_order(incident.id, homes):
        home_id, language = homes[number]
        if len(asked) == wanted:
            break
        if (home_id or number) in asked or directory.refused(session, number, MessageClass.SURVEY.value):
            continue
        reach = reach_of(session, number, at=at)
        if reach is None or not reach.ways:
            continue
        asked.add(home_id or number)
        session.execute(
            insert(IncidentSample)
            .values(
                incident_id=incident.id, number=number, home_id=home_id, language=language, way=reach.ways[0],
                is_demo=reach.is_demo, state=SpotState.PLANNED, due_at=at, drawn_at=at, tries=0, reason="", key="",
            )
            .on_conflict_do_nothing(index_elements=["incident_id", "number"])
        )  # fmt: skip
    session.flush()


def counts(session: Session, incident_id: int) -> Counter[SpotState]:
    """How many of the sample stand where."""
    query = select(IncidentSample.state, func.count()).where(IncidentSample.incident_id == incident_id)
    return Counter(dict(session.execute(query.group_by(IncidentSample.state)).all()))


def _homes_of(session: Session, campaign: Campaign, incident: Incident) -> dict[str, tuple[int | None, str]]:
    """Who got it: each number with a home of its owner that the trouble touched, if it has any, and their language.

    Whoever owns others too, in another building or project, is asked about none of those.
    """
    got = select(Message.number).where(Message.batch_id == campaign.batch_id, Message.state.in_(GOT))
    found: dict[str, tuple[int | None, str]] = dict.fromkeys(session.scalars(got), (None, "zh"))
    there = (
        select(Contact.person_id, Contact.home_id)
        .join(Home, Home.id == Contact.home_id)
        .where(Contact.ended_at.is_(None), Home.building_id.in_(buildings_touched(session, incident)))
        .subquery()
    )
    rows = session.execute(
        select(Number.number, there.c.home_id, Person.language)
        .join(Person, Person.id == Number.person_id)
        .outerjoin(there, there.c.person_id == Person.id)
        .where(Number.number.in_(got), Number.extension == "")
        .order_by(Number.number, there.c.home_id.is_not(None), there.c.home_id.desc())
    )
    for number, home_id, language in rows:
        found[number] = (home_id, language.value)
    return found
