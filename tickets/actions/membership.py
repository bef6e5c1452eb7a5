"""What is in a group: its tickets, whose ladder is climbed for all of them, and the trouble they turned out to be."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from base.rows import insert, table_of
from tickets import triage
from tickets.actions.askers import join
from tickets.actions.incidents import attach
from tickets.actions.timeline import add_event, lock
from tickets.actions.writing import write_down
from tickets.groups import Call, ProposalState, leader_of, may_be_held
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket

_LINKS = table_of(ProposalTicket)
_LINK = insert(_LINKS).values({c.key: bindparam(f"link_{c.key}", type_=c.type) for c in _LINKS.c})
_TICKETS = table_of(Ticket)
_STANDS = (
    update(_TICKETS)
    .where(_TICKETS.c.id == bindparam("held_id"))
    .values(page_due_at=None, version=_TICKETS.c.version + 1)
)


def make_group(
    session: Session, building_id: int, category: str, calls: Sequence[Call], *, at: datetime
) -> Proposal | None:  # fmt: skip
    """These calls are proposed as one trouble, led by the first that wakes somebody; if none does, the group does.

    The others leave waking to it. None where somebody else proposes one of that sort for this building already.
    """
    locked = lock(session, *(call.ticket_id for call in calls))
    leader = locked[leader_of(calls).ticket_id]
    made = session.execute(
        insert(Proposal)
        .values(
            project_id=leader.project_id, building_id=building_id, category=category, leader_id=leader.id, found_at=at,
            state=ProposalState.OPEN, reason="",
        )
        .on_conflict_do_nothing()
        .returning(Proposal.id)
    ).scalar_one_or_none()  # fmt: skip
    if made is None:
        return None
    proposal = session.get_one(Proposal, made)
    for ticket in (locked[call.ticket_id] for call in calls):
        is_held = ticket is not leader and can_be_held(ticket)
        link(session, proposal, ticket, is_held=is_held, at=at)
        if is_held:
            stop_ladder(session, ticket)
    if not lead(session, proposal, leader, at=at):
        proposal.tell_due_at = at
    session.flush()
    return proposal


def lead(session: Session, proposal: Proposal, leader: Ticket, *, at: datetime) -> bool:
    """Have this ticket's ladder climbed for the whole group. True where somebody is woken by that, and told so."""
    proposal.leader_id = leader.id
    if triage.wakes(leader.level):
        return leader.status is Status.OPEN and leader.page_step == 0
    proposal.raised_from = leader.level
    told = {"from": leader.level.value, "group": str(proposal.id)}
    write_down(session, leader, {"level": Level.P1}, told, at=at)
    return leader.status is Status.OPEN


def under_incident(
    session: Session, incident_id: int, those: Iterable[Ticket], *, by_id: int | None, at: datetime
) -> None:
    """These tickets are about this trouble, and their callers hear how it goes on."""
    for ticket in those:
        attach(session, incident_id, ticket.id, by_id=by_id, at=at)
        if ticket.caller_number:
            join(session, incident_id, number=ticket.caller_number, language=ticket.language, call_id=None, at=at)


def link(session: Session, proposal: Proposal, ticket: Ticket, *, is_held: bool, at: datetime) -> None:
    """A locked ticket is of this group. Its own ladder stops, or does not begin, while the leader's is climbed or
    somebody took that (`is_held`).
    """
    held_at = at if is_held else None
    leads = ticket.id == proposal.leader_id
    add_event(
        session, ticket.id, EventType.AMENDED, at=at, data={"group": proposal.id, "leads": leads}, beside=_LINK,
        said={"link_ticket_id": ticket.id, "link_proposal_id": proposal.id, "link_held_at": held_at},
    )  # fmt: skip


def can_be_held(ticket: Ticket) -> bool:
    """Whether its ladder may leave waking people to that of another."""
    return ticket.status is Status.OPEN and may_be_held(ticket.level)


def stop_ladder(session: Session, ticket: Ticket) -> None:
    """Its own ladder is not climbed (any more)."""
    session.connection().execute(_STANDS, {"held_id": ticket.id})
    set_committed_value(ticket, "page_due_at", None)
    set_committed_value(ticket, "version", ticket.version + 1)
