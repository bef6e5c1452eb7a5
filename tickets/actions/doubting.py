"""A trouble was declared over, and several homes of one building say that it is not: that is one matter again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from directory.models import Home
from tickets.actions.grouping import COUNTED
from tickets.actions.incidents import buildings_touched, lasting
from tickets.actions.membership import can_be_held, link, make_group, stop_ladder, under_incident
from tickets.groups import GROUPED, Call, ProposalState, sorts_like
from tickets.lifecycle import HEADQUARTERS, MOVING, IncidentState
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket
from tickets.triage import wakes


def witnesses(
    session: Session, incident: Incident, home: Home, category: str, *, told: Collection[int]
) -> Sequence[int]:  # fmt: skip
    """Tickets of this building that say as well that it is not over, and that belong to no group yet.

    They were `told` us after a question, or called about it since: of that sort, under way, under no other trouble.
    Whoever calls about a sort that says nothing of this trouble (other repairs, after a fire) is no witness.
    """
    called = and_(Ticket.incident_id.is_(None), Ticket.opened_at >= incident.restored_at)
    said = Ticket.id.in_(told)
    says_so = or_(said, called) if incident.kind in GROUPED.get(category, ()) else said
    return session.scalars(
        select(Ticket.id)
        .join(Home, Home.id == Ticket.home_id)
        .outerjoin(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
        .where(
            Home.building_id == home.building_id, Ticket.category.in_(sorts_like(category, incident.kind)),
            Ticket.kind.in_(COUNTED), Ticket.status.in_(MOVING), ~Ticket.is_drill, Ticket.owner_desk != HEADQUARTERS,
            ProposalTicket.ticket_id.is_(None), says_so,
        )
        .order_by(Ticket.id)
    ).all()  # fmt: skip


def doubt(
    session: Session, incident: Incident, home: Home, ticket: Ticket, others: Sequence[int], *, needed: int,
    at: datetime,
) -> Proposal | None:  # fmt: skip
    """One more ticket says so, beside these locked `others` (`witnesses`): of `needed` homes they are a group, led by
    the first, whatever its level; the desk says whether it is a trouble anew, and whoever opened the incident is told.

    Where they are one already, or the trouble is known to be back, it is part of that. The group, if this made it.
    """
    if session.get(ProposalTicket, ticket.id) is not None:
        return None
    back = _lasts_again(session, incident, home)
    if back is not None:
        under_incident(session, back.id, [ticket], by_id=None, at=at)
        return None
    group = _group_that_stands(session, home, sorts_like(ticket.category, incident.kind))
    if group is not None:
        _joins(session, group, ticket, at)
        return None
    those = [session.get_one(Ticket, id) for id in others] + [ticket]
    calls = [Call(one.id, one.home_id or home.id, one.opened_at, wakes(one.level)) for one in those]
    if len({call.home_id for call in calls}) < needed:
        return None
    calls.sort(key=lambda call: (call.opened_at, call.ticket_id))
    made = make_group(session, home.building_id, ticket.category, calls, at=at)
    if made is not None:
        made.tell_due_at = at
        session.flush()
    return made


def _lasts_again(session: Session, incident: Incident, home: Home) -> Incident | None:
    here = [one for one in lasting(session, incident.project_id) if one.kind is incident.kind]
    return next((one for one in here if home.building_id in buildings_touched(session, one)), None)


def _group_that_stands(session: Session, home: Home, sorts: Collection[str]) -> Proposal | None:
    return session.scalar(
        select(Proposal)
        .outerjoin(Incident, Incident.id == Proposal.incident_id)
        .where(
            Proposal.building_id == home.building_id, Proposal.category.in_(sorts),
            or_(Proposal.state == ProposalState.OPEN, Incident.state == IncidentState.OPEN),
        )
        .order_by(Proposal.id.desc())
        .limit(1)
    )  # fmt: skip


def _joins(session: Session, group: Proposal, ticket: Ticket, at: datetime) -> None:
    is_held = session.get_one(Ticket, group.leader_id).status in MOVING and can_be_held(ticket)
    if is_held:
        stop_ladder(session, ticket)
    link(session, group, ticket, is_held=is_held, at=at)
    if group.incident_id is not None:
        under_incident(session, group.incident_id, [ticket], by_id=None, at=at)
