"""What those say who were asked after an all-clear whether it is true, counted for the page of the incident."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from directory.places import in_language
from outreach.actions import spotchecks
from outreach.models import Campaign
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample
from tickets.actions import tickets_of_group
from tickets.groups import ProposalState
from tickets.models import Incident
from tickets.proposalmodels import Proposal, ProposalTicket


@dataclass(frozen=True, slots=True)
class Doubt:
    """So many homes of a building say that it is not over; `id` is the proposal that asks what that is, and `state` its
    answer: the trouble `incident_id`, where they are one again.
    """

    id: int
    state: ProposalState
    building: str
    homes: int
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """What a sample of those who got the all-clear say; `due_at` while it is still to be drawn.

    `doubts` are the buildings of which several homes say that it is not over.
    """

    due_at: datetime | None
    asked: int
    yes: int
    no: int
    silent: int
    waiting: int
    doubts: tuple[Doubt, ...]


def check_of(session: Session, incident: Incident, written: Iterable[Campaign], language: str) -> Check:
    """How it stands with the sample of an incident, about which these words were `written`."""
    found = spotchecks.counts(session, incident.id)
    yes, no, silent, opened = (
        found[state] for state in (SpotState.YES, SpotState.NO, SpotState.UNANSWERED, SpotState.OPEN)
    )
    due_at = next((one.sample_due_at for one in written if one.sample_due_at is not None), None)
    doubts = tuple(
        Doubt(
            one.id,
            one.state,
            in_language(one.building.name, language),
            _homes_in(session, one.id),
            one.incident_id,
        )
        for one in session.scalars(_doubts().where(IncidentSample.incident_id == incident.id).order_by(Proposal.id))
    )
    return Check(due_at, yes + no + silent + opened, yes, no, silent, opened + found[SpotState.PLANNED], doubts)


def doubted(session: Session, incident_ids: Collection[int]) -> set[int]:
    """Those of these troubles of which the end is doubted, and nobody has said yet what that is."""
    still = _doubts().where(Proposal.state == ProposalState.OPEN, IncidentSample.incident_id.in_(incident_ids))
    return set(session.scalars(still.with_only_columns(IncidentSample.incident_id)))


def tag_of_doubts(session: Session, incident_id: int) -> str:
    """Changes with the groups that deny the end of this trouble: with their homes, and with what is said of them."""
    its = _doubts().where(IncidentSample.incident_id == incident_id).order_by(Proposal.id)
    rows = session.execute(its.with_only_columns(Proposal.id, Proposal.state, Proposal.incident_id))
    return "-".join(f"{id}{state.value}{back or ''}:{_homes_in(session, id)}" for id, state, back in rows)


def _homes_in(session: Session, group_id: int) -> int:
    return len({ticket.home_id for ticket in tickets_of_group(session, group_id)})


def _doubts() -> Select[Proposal]:
    """Groups of which a ticket is the no of somebody who was asked."""
    return (
        select(Proposal)
        .join(ProposalTicket, ProposalTicket.proposal_id == Proposal.id)
        .join(IncidentSample, IncidentSample.ticket_id == ProposalTicket.ticket_id)
        .where(IncidentSample.state == SpotState.NO)
        .distinct()
    )
