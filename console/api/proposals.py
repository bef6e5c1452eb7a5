"""Calls that may be one trouble: listed, made an incident, or said to be none."""

from typing import Annotated

from flask import url_for
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from console.api.door import bearer, door
from console.api.operation import reads, writes
from console.api.paging import page
from console.api.places import narrowed
from console.api.shapes import Body, Moment, Page, Paged, SaidMoment, Shape, Short, Text
from console.campaign_new import USUAL_END
from console.proposal_facts import likely_kind, proposal_for
from console.scope import visible
from outreach.lifecycle import MAY_WRITE
from tickets.actions import proposing, tickets_of_group
from tickets.actions.proposing import LONGEST_REASON
from tickets.groups import ProposalState
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket
from tickets.proposalmodels import Proposal, ProposalTicket


class ProposalTold(Shape):
    """Several calls of one sort from one building. `kind` is what they would most likely be as an incident."""

    id: int
    state: ProposalState
    project: str
    building: str
    category: str
    kind: IncidentKind
    leader: str = Field(description="为这一组呼叫值班人员的工单 / the ticket whose ladder is climbed for all of them")
    tickets: list[str]
    found_at: Moment
    decided_at: Moment | None
    reason: str
    incident: int | None


class ProposalPage(Page[ProposalTold]):
    """A page of proposals, newest first."""


class ProposalQuery(Paged):
    """Which proposals."""

    state: ProposalState | None = None
    project: Short | None = Field(None, description="项目名称 / name of a project")


class Accept(Body):
    """They are one trouble. Without `kind` it is the likely one; without an end it is promised in two hours."""

    kind: IncidentKind | None = None
    promised_end_at: SaidMoment | None = None


class Refuse(Body):
    """They are several matters; say why."""

    reason: Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_REASON)]


@door.get("/proposals")
@guarded_by(*EVERYBODY_ON_STAFF)
@reads(ProposalPage, query=ProposalQuery)
def proposals(session: Session, asked: ProposalQuery) -> ProposalPage:
    """What somebody may see of them, newest first."""
    me = bearer().me
    wanted = narrowed(session, me, asked.project, Proposal.project_id, (Proposal.state, asked.state))
    if me.project_id is not None:
        wanted.append(Proposal.project_id == me.project_id)
    found, after = page(session, select(Proposal).where(*wanted), Proposal.id, asked, "proposals", newest_first=True)
    return ProposalPage(items=[_told(session, one) for one in found], next=after)


@door.post("/proposals/<id:id>/accept")
@guarded_by(*MAY_WRITE)
@writes(
    ProposalTold, body=Accept, status=201, refuses=(404, 409),
    location=lambda made: url_for("api.incident", id=made.incident),
)  # fmt: skip
def accept_proposal(session: Session, asked: Accept, id: int) -> ProposalTold:
    """Make them an incident of their building."""
    me = bearer().me
    found = proposal_for(session, me, id)
    kind = asked.kind or likely_kind(session, found, tickets_of_group(session, id))
    proposing.accept(
        session, id, kind=kind, promised_end_at=asked.promised_end_at or now() + USUAL_END, by_id=me.id, at=now()
    )
    return _told(session, found)


@door.post("/proposals/<id:id>/refuse")
@guarded_by(*MAY_WRITE)
@writes(ProposalTold, body=Refuse, refuses=(404, 409))
def refuse_proposal(session: Session, asked: Refuse, id: int) -> ProposalTold:
    """Say that they are none."""
    found = proposal_for(session, bearer().me, id)
    proposing.refuse(session, id, reason=asked.reason, by_id=bearer().me.id, at=now())
    return _told(session, found)


def _told(session: Session, proposal: Proposal) -> ProposalTold:
    under = select(ProposalTicket.ticket_id).where(ProposalTicket.proposal_id == proposal.id)
    seen = select(Ticket.ref).where(Ticket.id.in_(under), visible(bearer().me)).order_by(Ticket.id)
    return ProposalTold(
        id=proposal.id, state=proposal.state, project=proposal.project.name, building=proposal.building.name,
        category=proposal.category, kind=likely_kind(session, proposal, tickets_of_group(session, proposal.id)),
        leader=proposal.leader.ref, tickets=list(session.scalars(seen)), found_at=proposal.found_at,
        decided_at=proposal.decided_at, reason=bearer().text(proposal.reason), incident=proposal.incident_id,
    )  # fmt: skip
