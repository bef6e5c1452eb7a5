"""What is in a group of calls, whose ladder is climbed for all of it, and what was taken with that."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from tickets.actions.timeline import lock
from tickets.groups import ProposalState
from tickets.lifecycle import MOVING, IncidentState, Level, Status
from tickets.models import EventType, Incident, Ticket, TicketEvent
from tickets.proposalmodels import Proposal, ProposalTicket

GROUP = "group"
"""How a ticket was taken whose group somebody took."""


def tickets_of_group(session: Session, proposal_id: int) -> Sequence[Ticket]:
    """All tickets of a group, in the order they came."""
    under = select(Ticket).join(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
    return session.scalars(under.where(ProposalTicket.proposal_id == proposal_id).order_by(Ticket.id)).all()


def denied_by(session: Session, proposal_id: int) -> Incident | None:
    """The trouble that was declared over, and that one of a group says is not; of several, that of the first."""
    return session.scalar(
        select(Incident)
        .join(Ticket, Ticket.incident_id == Incident.id)
        .join(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
        .where(ProposalTicket.proposal_id == proposal_id, Incident.state == IncidentState.RESTORED)
        .order_by(Ticket.id)
        .limit(1)
    )


def group_led_by(session: Session, ticket_id: int) -> Proposal | None:
    """The group for which this ticket's ladder is climbed, unless somebody said that it is none."""
    led = Proposal.state.in_((ProposalState.OPEN, ProposalState.ACCEPTED))
    return session.scalar(select(Proposal).where(Proposal.leader_id == ticket_id, led).limit(1))


def lock_led(session: Session, *ticket_ids: int) -> dict[int, Ticket]:
    """Lock these tickets and whatever is in a group that one of them leads, in the order of their numbers.

    What is held for the first of a group may be older than it: whoever locked that before the others would meet
    somebody who wants both (`lock`).
    """
    led = (
        select(ProposalTicket.ticket_id)
        .join(Proposal, Proposal.id == ProposalTicket.proposal_id)
        .where(Proposal.leader_id.in_(ticket_ids), Proposal.state.in_((ProposalState.OPEN, ProposalState.ACCEPTED)))
    )
    return lock(session, *ticket_ids, *session.scalars(led))


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


def is_with_its_first() -> ColumnElement[bool]:
    """Of tickets in a query: they were taken with the first of their group, which moves, and the same person has it."""
    leader = aliased(Ticket)
    has_its_first = (
        exists()
        .where(
            ProposalTicket.ticket_id == Ticket.id, Proposal.id == ProposalTicket.proposal_id,
            Proposal.state.in_((ProposalState.OPEN, ProposalState.ACCEPTED)), leader.id == Proposal.leader_id,
            leader.id != Ticket.id, leader.status.in_(MOVING), leader.assignee_id == Ticket.assignee_id,
        )
        .correlate(Ticket)
    )  # fmt: skip
    return and_(has_its_first, func.coalesce(_how_taken(), "") == GROUP)


def _how_taken() -> ScalarSelect[str]:
    """Of tickets in a query: by what they were taken last."""
    return (
        select(TicketEvent.data["how"].as_string())
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.type == EventType.ACKNOWLEDGED)
        .order_by(TicketEvent.id.desc())
        .limit(1)
        .correlate(Ticket)
        .scalar_subquery()
    )


def taken_with(session: Session, leader_id: int, staff_id: int) -> Sequence[ProposalTicket]:
    """What `staff_id` has only because they took the first of its group, in order; not what they took by itself."""
    return session.scalars(
        select(ProposalTicket)
        .join(Proposal, Proposal.id == ProposalTicket.proposal_id)
        .join(Ticket, Ticket.id == ProposalTicket.ticket_id)
        .where(
            Proposal.leader_id == leader_id, Proposal.state.in_((ProposalState.OPEN, ProposalState.ACCEPTED)),
            Ticket.id != leader_id, Ticket.status == Status.ACKNOWLEDGED, Ticket.assignee_id == staff_id,
            _how_taken() == GROUP,
        )
        .order_by(ProposalTicket.ticket_id)
    ).all()  # fmt: skip
