"""Several calls that may be one trouble: made an incident, said to be none, and what is held for them looked after."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotFound
from tickets.actions.grouping import lead, under_incident
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.actions.leading import tickets_of_group
from tickets.actions.moving import acknowledge
from tickets.actions.paging import set_page_due
from tickets.actions.timeline import add_event, get
from tickets.actions.watching import first_page_at
from tickets.actions.writing import write_down
from tickets.groups import ProposalState
from tickets.lifecycle import MOVING, IncidentKind, Level, Status
from tickets.models import EventType, Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket

LONGEST_REASON = 200
GROUP = "group"
"""How a ticket was taken whose group somebody took."""


def accept(
    session: Session, proposal_id: int, *, kind: IncidentKind, promised_end_at: datetime | None, by_id: int,
    at: datetime,
) -> Incident:  # fmt: skip
    """They are one trouble: it is opened for their building, they are its tickets, their callers hear how it goes on.

    Raises `Conflict` where somebody decided before, `BadInput` for an end in the past.
    """
    proposal = _undecided(session, proposal_id)
    draft = IncidentDraft(
        kind=kind, project_id=proposal.project_id, building_ids=(proposal.building_id,), promised_end_at=promised_end_at
    )
    incident = open_incident(session, draft, by_id=by_id, at=at)
    proposal.state, proposal.incident_id = ProposalState.ACCEPTED, incident.id
    _decided(proposal, by_id, at)
    those = [one for one in tickets_of_group(session, proposal_id) if one.status in MOVING and one.incident_id is None]
    under_incident(session, incident.id, those, by_id=by_id, at=at)
    session.flush()
    return incident


def refuse(session: Session, proposal_id: int, *, reason: str, by_id: int, at: datetime) -> Proposal:
    """They are several matters: each that was held wakes its own people, and the first has its own level again.

    Raises `BadInput` without a reason, `Conflict` where somebody decided before.
    """
    if not reason.strip():
        raise BadInput("请写明为什么不是同一事件。Say why they are not one incident.")
    proposal = _undecided(session, proposal_id)
    proposal.state, proposal.reason = ProposalState.REFUSED, reason.strip()[:LONGEST_REASON]
    _decided(proposal, by_id, at)
    for ticket in tickets_of_group(session, proposal_id):
        add_event(
            session, ticket.id, EventType.AMENDED, at=at, staff_id=by_id, text=proposal.reason,
            data={"ungrouped": proposal.id},
        )  # fmt: skip
    release(session, proposal, at=at)
    leader = get(session, proposal.leader_id)
    if proposal.raised_from is not None and leader.status is Status.OPEN and leader.level is Level.P1:
        told = {"from": leader.level.value, "ungrouped": str(proposal.id)}
        write_down(session, leader, {"level": proposal.raised_from}, told, at=at, staff_id=by_id)
    session.flush()
    return proposal


def release(session: Session, proposal: Proposal, *, at: datetime) -> None:
    """Whatever is held goes up its own ladder now, if nobody has it."""
    for held in _held(session, proposal.id):
        held.held_at = None
        ticket = get(session, held.ticket_id)
        if ticket.status is Status.OPEN and ticket.page_due_at is None:
            due_at = first_page_at(session, ticket.level, ticket.project, began_at=ticket.opened_at, at=at)
            set_page_due(session, ticket.id, due_at=due_at)
    session.flush()


def undecided(session: Session) -> Sequence[Proposal]:
    """Groups of which nobody has said yet whether they are one trouble, and of which a ticket still moves."""
    moves = select(ProposalTicket.proposal_id).join(Ticket, Ticket.id == ProposalTicket.ticket_id)
    return session.scalars(
        select(Proposal)
        .where(Proposal.state == ProposalState.OPEN, Proposal.id.in_(moves.where(Ticket.status.in_(MOVING))))
        .order_by(Proposal.id)
    ).all()


def proposal_by_id(session: Session, proposal_id: int) -> Proposal:
    """One group, locked until the end of the transaction. Raises `NotFound`."""
    found = session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"没有这个提示：{proposal_id}。There is no proposal {proposal_id}.")
    return found


def groups_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Groups whose leader was taken or ended while others are held, and those that somebody has to be told of."""
    left = (
        select(ProposalTicket.proposal_id)
        .join(Proposal, Proposal.id == ProposalTicket.proposal_id)
        .join(Ticket, Ticket.id == Proposal.leader_id)
        .where(
            ProposalTicket.held_at.is_not(None), Ticket.status != Status.OPEN,
        )
    )  # fmt: skip
    told = select(Proposal.id).where(Proposal.tell_due_at <= at)
    return session.scalars(left.union(told)).all()


def keep_group(session: Session, proposal_id: int, *, at: datetime) -> None:
    """Whoever takes the leader has what is held for it; where the leader ended, the next of them leads."""
    proposal = proposal_by_id(session, proposal_id)
    leader = get(session, proposal.leader_id)
    if leader.status not in MOVING:
        following = next((one for one in tickets_of_group(session, proposal_id) if one.status in MOVING), None)
        if following is None:
            release(session, proposal, at=at)
            return
        _led_by(session, proposal, get(session, following.id), at)
        return
    if leader.status is Status.OPEN:
        return
    if leader.assignee_id is None:
        release(session, proposal, at=at)
        return
    for held in _held(session, proposal_id):
        held.held_at = None
        acknowledge(session, held.ticket_id, leader.assignee_id, at=at, how=GROUP)
    session.flush()


def _led_by(session: Session, proposal: Proposal, leader: Ticket, at: datetime) -> None:
    held = session.get_one(ProposalTicket, leader.id)
    if not lead(session, proposal, leader, at=at):
        proposal.tell_due_at = at
    if held.held_at is not None and leader.status is Status.OPEN:
        set_page_due(session, leader.id, due_at=at)
    held.held_at = None
    session.flush()


def _held(session: Session, proposal_id: int) -> Sequence[ProposalTicket]:
    """What is held and still waits to be taken; what is not open any more is forgotten."""
    held = session.scalars(
        select(ProposalTicket)
        .where(ProposalTicket.proposal_id == proposal_id, ProposalTicket.held_at.is_not(None))
        .order_by(ProposalTicket.ticket_id)
    ).all()
    for one in held:
        if session.get_one(Ticket, one.ticket_id).status is not Status.OPEN:
            one.held_at = None
    return [one for one in held if one.held_at is not None]


def _undecided(session: Session, proposal_id: int) -> Proposal:
    proposal = proposal_by_id(session, proposal_id)
    if proposal.state is not ProposalState.OPEN:
        raise Conflict("这个提示已经有人处理过了。Somebody has decided about this already.")
    return proposal


def _decided(proposal: Proposal, by_id: int, at: datetime) -> None:
    proposal.decided_by_id, proposal.decided_at, proposal.tell_due_at = by_id, at, None
