"""Several calls that may be one trouble: made an incident, said to be none, and what is held for them looked after."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.util import AliasedClass

from base.errors import BadInput, Conflict, NotFound
from directory.models import Home
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.actions.leading import GROUP, tickets_of_group
from tickets.actions.membership import lead, under_incident
from tickets.actions.moving import acknowledge
from tickets.actions.paging import set_page_due
from tickets.actions.timeline import add_event, get, lock
from tickets.actions.watching import first_page_at
from tickets.actions.writing import write_down
from tickets.groups import ALIKE, ProposalState, may_be_held
from tickets.lifecycle import HEADQUARTERS, MOVING, IncidentKind, IncidentState, Level, Status
from tickets.models import EventType, Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket
from tickets.triage import wakes

LONGEST_REASON = 200
_WAKE = [level for level in Level if wakes(level)]
_HELD = [level for level in Level if may_be_held(level)]


def accept(
    session: Session, proposal_id: int, *, kind: IncidentKind, promised_end_at: datetime | None, by_id: int,
    at: datetime,
) -> Incident:  # fmt: skip
    """They are one trouble: it is opened for their building, they are its tickets, their callers hear how it goes on.

    Raises `Conflict` where somebody decided before, `BadInput` for an end in the past.
    """
    proposal = _undecided(session, proposal_id)
    _lock_all(session, proposal)
    draft = IncidentDraft(
        kind=kind, project_id=proposal.project_id, building_ids=(proposal.building_id,), promised_end_at=promised_end_at
    )
    incident = open_incident(session, draft, by_id=by_id, at=at)
    proposal.state, proposal.incident_id = ProposalState.ACCEPTED, incident.id
    _decided(proposal, by_id, at)
    those = [one for one in tickets_of_group(session, proposal_id) if one.status in MOVING]
    under_incident(session, incident.id, [one for one in those if not _lasts(session, one)], by_id=by_id, at=at)
    session.flush()
    return incident


def refuse(session: Session, proposal_id: int, *, reason: str, by_id: int, at: datetime) -> Proposal:
    """They are several matters: each that was held wakes its own people, and the first has its own level again.

    Raises `BadInput` without a reason, `Conflict` where somebody decided before.
    """
    if not reason.strip():
        raise BadInput("请写明为什么不是同一事件。Say why they are not one incident.")
    proposal = _undecided(session, proposal_id)
    _lock_all(session, proposal)
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
        _let_go(session, held, at)
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
    """One group, locked until the end of the transaction; a ticket may still come to it. Raises `NotFound`."""
    found = session.get(Proposal, proposal_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(f"没有这个提示：{proposal_id}。There is no proposal {proposal_id}.")
    return found


def groups_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Groups in which something is held that has to be looked at, and those that somebody has to be told of.

    That is where the leader was taken or ended, wakes nobody (any more), or is about something else, and where what is
    held became danger to life, or about something else.
    """
    leader, its_home, held, home = aliased(Ticket), aliased(Home), aliased(Ticket), aliased(Home)
    left = (
        select(ProposalTicket.proposal_id)
        .join(Proposal, Proposal.id == ProposalTicket.proposal_id)
        .join(leader, leader.id == Proposal.leader_id)
        .outerjoin(its_home, its_home.id == leader.home_id)
        .join(held, held.id == ProposalTicket.ticket_id)
        .outerjoin(home, home.id == held.home_id)
        .where(
            ProposalTicket.held_at.is_not(None),
            or_(
                leader.status != Status.OPEN, leader.page_due_at.is_(None), leader.level.not_in(_WAKE),
                _strays(leader, its_home), held.level.not_in(_HELD), _strays(held, home),
            ),
        )
    )  # fmt: skip
    told = select(Proposal.id).where(Proposal.tell_due_at <= at)
    return session.scalars(left.union(told)).all()


def keep_group(session: Session, proposal_id: int, *, at: datetime) -> None:
    """Whoever takes the leader has what is held for it, and nothing that is held is lost.

    1. What turned out to be about something else, or elsewhere, is of the group no more, and goes up its own ladder.
    2. Where the leader ended or is of it no more, the next of them leads.
    3. Where the leader's ladder wakes nobody (any more), each goes up its own.
    """
    proposal = proposal_by_id(session, proposal_id)
    _lock_all(session, proposal)
    leader = get(session, proposal.leader_id)
    leads = _drop_strays(session, proposal, at) and leader.status in MOVING
    if not leads:
        moving = [one for one in tickets_of_group(session, proposal_id) if one.status in MOVING]
        # one whose ladder wakes somebody, as far as there is one: for that the others are held
        moving.sort(key=lambda one: (not wakes(one.level), one.status is not Status.OPEN))
        following = next(iter(moving), None)
        if following is None:
            release(session, proposal, at=at)
            return
        _led_by(session, proposal, get(session, following.id), at)
        return
    is_climbed = leader.page_due_at is not None and wakes(leader.level)
    if leader.status is Status.OPEN and is_climbed:
        return
    if leader.status is Status.OPEN or leader.assignee_id is None:
        release(session, proposal, at=at)
        return
    for held in _held(session, proposal_id):
        held.held_at = None
        acknowledge(session, held.ticket_id, leader.assignee_id, at=at, how=GROUP)
    session.flush()


def _lasts(session: Session, ticket: Ticket) -> bool:
    """Whether it is about a trouble that lasts; one that is over, and is doubted, is no reason to stay with that."""
    if ticket.incident_id is None:
        return False
    return session.get_one(Incident, ticket.incident_id).state is IncidentState.OPEN


def _lock_all(session: Session, proposal: Proposal) -> None:
    """A group that is locked, then all of its tickets, in the order of their numbers: before any of them changes."""
    theirs = select(ProposalTicket.ticket_id).where(ProposalTicket.proposal_id == proposal.id)
    lock(session, proposal.leader_id, *session.scalars(theirs))


def _drop_strays(session: Session, proposal: Proposal, at: datetime) -> bool:
    """Let go of what is not of this group any more, and of danger to life. Whether its leader still is of it."""
    strays = session.scalars(
        select(ProposalTicket)
        .join(Ticket, Ticket.id == ProposalTicket.ticket_id)
        .outerjoin(Home, Home.id == Ticket.home_id)
        .join(Proposal, Proposal.id == ProposalTicket.proposal_id)
        .where(ProposalTicket.proposal_id == proposal.id, Ticket.status.in_(MOVING), _strays(Ticket, Home))
        .order_by(ProposalTicket.ticket_id)
    ).all()
    for link in _held(session, proposal.id):
        if link in strays or not may_be_held(session.get_one(Ticket, link.ticket_id).level):
            _let_go(session, link, at)
    gone = {link.ticket_id for link in strays}
    for link in strays:
        session.delete(link)
    session.flush()
    return proposal.leader_id not in gone


def _strays(
    ticket: type[Ticket] | AliasedClass[Ticket], home: type[Home] | AliasedClass[Home]
) -> ColumnElement[bool]:  # fmt: skip
    """It became about something else than its group (`Proposal`), is of another building, or at another desk."""
    return or_(
        and_(
            ticket.category != Proposal.category, tuple_(Proposal.category, ticket.category).not_in(ALIKE),
        ),
        home.building_id.is_distinct_from(Proposal.building_id),
        ticket.owner_desk == HEADQUARTERS,
    )  # fmt: skip


def _let_go(session: Session, held: ProposalTicket, at: datetime) -> None:
    """It goes up its own ladder from now on, unless it does already."""
    held.held_at = None
    ticket = get(session, held.ticket_id)
    if ticket.status is Status.OPEN and ticket.page_due_at is None:
        due_at = first_page_at(session, ticket.level, ticket.project, began_at=ticket.opened_at, at=at)
        set_page_due(session, ticket.id, due_at=due_at)


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
