"""Incidents: opened, put off, over and explained; each word about one is a campaign."""

from typing import Annotated

from flask import url_for
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from console.api.campaign_shapes import BothTexts, Buildings
from console.api.door import Bearer, bearer, door
from console.api.operation import reads, writes
from console.api.paging import page
from console.api.places import building_names, buildings_called, narrowed, project_called
from console.api.shapes import Body, Moment, Page, SaidMoment, Shape, Short, Text
from console.api.sheets import AnyList
from console.campaign_lines import by_of
from console.incident_facts import incident_for, within
from outreach.actions import notices
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_WRITE, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions import incidents as actions
from tickets.actions.incidents import LONGEST_CAUSE, IncidentDraft
from tickets.lifecycle import IncidentKind, IncidentState
from tickets.models import Incident


class NoticeLine(Shape):
    """A word about an incident: the campaign it is."""

    campaign: int
    step: NoticeStep | None
    state: CampaignState
    hash: str | None


class IncidentTold(Shape):
    """A known trouble; no buildings: the whole project. `notices` are what owners were told, or are about to be."""

    id: int
    kind: IncidentKind
    state: IncidentState
    project: str
    buildings: list[str]
    cause: str
    opened_at: Moment
    promised_end_at: Moment | None
    restored_at: Moment | None
    notices: list[NoticeLine]


class IncidentPage(Page[IncidentTold]):
    """A page of incidents, newest first."""


class IncidentQuery(AnyList):
    """Which incidents."""

    state: IncidentState | None = None
    kind: IncidentKind | None = None
    project: Short | None = Field(None, description="项目名称 / name of a project")


class NewIncident(Body):
    """A trouble to be opened; nobody is told of it yet: that is a campaign."""

    kind: IncidentKind
    project: Short = Field(description="项目名称 / name of a project")
    buildings: Buildings = Field([], description="不写是整个项目 / none: the whole project")
    cause: Annotated[Text, StringConstraints(max_length=LONGEST_CAUSE)] = ""
    promised_end_at: SaidMoment | None = None


class Delay(Body):
    """Another promised end. Without a `text` of its own the notice says what is usual."""

    promised_end_at: SaidMoment
    text: BothTexts | None = None


class Scope(Body):
    """Another scope. Those newly affected are written the opening, those no longer affected that they are not."""

    buildings: Buildings = Field(description="空列表是整个项目 / an empty list: the whole project")


class Restore(Body):
    """It is over. Without a `text` of its own the notice says what is usual."""

    text: BothTexts | None = None


class FollowUp(Body):
    """What was done, and what to look at. Without a `text` of its own the notice says what is usual."""

    text: BothTexts | None = None


@door.get("/incidents")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(IncidentPage, query=IncidentQuery)
def incidents(session: Session, asked: IncidentQuery) -> IncidentPage:
    """The incidents somebody may see, newest first."""
    me = bearer().me
    plain = ((Incident.state, asked.state), (Incident.kind, asked.kind))
    wanted = narrowed(session, me, asked.project, Incident.project_id, *plain)
    query = select(Incident).where(within(me), *wanted).options(joinedload(Incident.project))
    found, after = page(session, query, Incident.id, asked, "incidents", newest_first=True)
    return IncidentPage(items=[_told(session, one) for one in found], next=after)


@door.post("/incidents")
@guarded_by(*MAY_WRITE)
@writes(
    IncidentTold, body=NewIncident, status=201, location=lambda made: url_for("api.incident", id=made.id)
)  # fmt: skip
def open_incident(session: Session, asked: NewIncident) -> IncidentTold:
    """Open a trouble."""
    me = bearer().me
    project = project_called(session, me, asked.project, "project")
    draft = IncidentDraft(
        kind=asked.kind, project_id=project.id, cause=asked.cause, promised_end_at=asked.promised_end_at,
        building_ids=buildings_called(session, project, asked.buildings, "buildings"),
    )  # fmt: skip
    return _told(session, actions.open_incident(session, draft, by_id=me.id, at=now()))


@door.get("/incidents/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(IncidentTold, refuses=(404,))
def incident(session: Session, id: int) -> IncidentTold:
    """One trouble, and what owners were told of it."""
    return _told(session, incident_for(session, bearer().me, id))


def planned(told: IncidentTold) -> IncidentTold:
    """The same, with the plan of the notice that was written about it."""
    for notice in told.notices:
        if notice.state is CampaignState.PLANNING:
            plan_now(notice.campaign)
    with reading() as session:
        return _told(session, session.get_one(Incident, told.id))


@door.post("/incidents/<id:id>/delay")
@guarded_by(*MAY_WRITE)
@writes(IncidentTold, body=Delay, refuses=(404, 409), then=planned)
def delay_incident(session: Session, asked: Delay, id: int) -> IncidentTold:
    """Promise another end, and write that to everybody the opening was for."""
    found = incident_for(session, bearer().me, id)
    notices.delay(
        session, id, by_of(bearer().me), promised_end_at=asked.promised_end_at, at=now(), **_texts(asked.text)
    )  # fmt: skip
    return _told(session, found)


@door.post("/incidents/<id:id>/scope")
@guarded_by(*MAY_WRITE)
@writes(IncidentTold, body=Scope, refuses=(404, 409), then=planned)
def rescope_incident(session: Session, asked: Scope, id: int) -> IncidentTold:
    """Say which buildings it touches."""
    found = incident_for(session, bearer().me, id)
    building_ids = buildings_called(session, found.project, asked.buildings, "buildings")
    notices.rescope(session, id, by_of(bearer().me), building_ids=building_ids, at=now())
    return _told(session, found)


@door.post("/incidents/<id:id>/restore")
@guarded_by(*MAY_WRITE)
@writes(IncidentTold, body=Restore, refuses=(404, 409), then=planned)
def restore_incident(session: Session, asked: Restore, id: int) -> IncidentTold:
    """It is over, and whoever got the opening is written that."""
    found = incident_for(session, bearer().me, id)
    notices.restore(session, id, by_of(bearer().me), at=now(), **_texts(asked.text))
    return _told(session, found)


@door.post("/incidents/<id:id>/follow-up")
@guarded_by(*MAY_WRITE)
@writes(IncidentTold, body=FollowUp, refuses=(404, 409), then=planned)
def follow_up_incident(session: Session, asked: FollowUp, id: int) -> IncidentTold:
    """Whoever got the all-clear is written what was done, and what to look at."""
    found = incident_for(session, bearer().me, id)
    notices.follow_up(session, id, by_of(bearer().me), at=now(), **_texts(asked.text))
    return _told(session, found)


def _texts(said: BothTexts | None) -> dict[str, str]:
    return {"text_zh": said.zh, "text_en": said.en} if said else {}


def _told(session: Session, incident: Incident) -> IncidentTold:
    return incident_told(session, bearer(), incident)


def incident_told(session: Session, who: Bearer, incident: Incident) -> IncidentTold:
    """An incident as the API tells it."""
    return IncidentTold(
        id=incident.id, kind=incident.kind, state=incident.state, project=incident.project.name,
        buildings=building_names(session, incident.building_ids) if incident.building_ids else [],
        cause=who.text(incident.cause), opened_at=incident.opened_at, promised_end_at=incident.promised_end_at,
        restored_at=incident.restored_at,
        notices=[_notice(one) for one in notices.campaigns_of(session, incident.id)],
    )  # fmt: skip


def _notice(campaign: Campaign) -> NoticeLine:
    return NoticeLine(
        campaign=campaign.id, step=campaign.step, state=campaign.state, hash=campaign.batch.hash or None
    )  # fmt: skip
