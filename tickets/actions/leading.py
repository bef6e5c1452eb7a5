"""What is in a group of calls, and whose ladder is climbed for all of it."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from tickets.groups import ProposalState
from tickets.lifecycle import MOVING, IncidentState, Level, Status
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket


def tickets_of_group(session: Session, proposal_id: int) -> Sequence[Ticket]:
    """All tickets of a group, in the order they came."""
    under = select(Ticket).join(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
    return session.scalars(under.where(ProposalTicket.proposal_id == proposal_id).order_by(Ticket.id)).all()


def group_led_by(session: Session, ticket_id: int) -> Proposal | None:
    """The group for which this ticket's ladder is climbed, unless somebody said that it is none."""
    led = Proposal.state.in_((ProposalState.OPEN, ProposalState.ACCEPTED))
    return session.scalar(select(Proposal).where(Proposal.leader_id == ticket_id, led).limit(1))


def led_with(session: Session, ticket: Ticket) -> Ticket | None:
    """The first ticket of its group, while whoever sees to that sees to this one as well; None: it is by itself.

    It is so while this one is held, or has the same assignee: until the first ends, somebody says that they are several
    matters, or the trouble they were made is over. Never where life is in danger, nor for what its owner refused.
    """
    if ticket.level is Level.P0 or ticket.refused_at is not None:
        return None
    leader = aliased(Ticket)
    lasts = or_(
        Proposal.state == ProposalState.OPEN,
        and_(Proposal.state == ProposalState.ACCEPTED, Incident.state == IncidentState.OPEN),
    )
    is_open = ticket.status is Status.OPEN
    is_same = ProposalTicket.held_at.is_not(None) if is_open else leader.assignee_id == ticket.assignee_id
    return session.scalar(
        select(leader)
        .join(Proposal, Proposal.leader_id == leader.id)
        .join(ProposalTicket, ProposalTicket.proposal_id == Proposal.id)
        .outerjoin(Incident, Incident.id == Proposal.incident_id)
        .where(
            ProposalTicket.ticket_id == ticket.id, leader.id != ticket.id, leader.status.in_(MOVING), lasts, is_same,
        )
    )  # fmt: skip
