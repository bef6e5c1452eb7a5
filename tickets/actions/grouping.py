"""Calls of one sort from one building become a group: found, led by its first ticket, and asked about at the desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from base.rows import insert, table_of
from base.wiring import settings
from directory.models import Building, Home
from tickets import triage
from tickets.actions.incidents import attach, buildings_touched, join, lasting
from tickets.actions.timeline import add_event, lock
from tickets.actions.writing import write_down
from tickets.groups import GROUPED, Call, ProposalState, enough, goes_on, is_known, may_be_held
from tickets.lifecycle import HEADQUARTERS, MOVING, IncidentState, Kind, Level, Status
from tickets.models import EventType, Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket

COUNTED = frozenset({Kind.REPAIR, Kind.EMERGENCY})

_LINKS = table_of(ProposalTicket)
_LINK = insert(_LINKS)
_TICKETS = table_of(Ticket)
_STANDS = (
    update(_TICKETS)
    .where(_TICKETS.c.id == bindparam("held_id"))
    .values(page_due_at=None, version=_TICKETS.c.version + 1)
)
_LEADER = aliased(Ticket)
_LAST_CALL_AT = (
    select(Ticket.opened_at)
    .join(_LINKS, _LINKS.c.ticket_id == Ticket.id)
    .where(_LINKS.c.proposal_id == Proposal.id)
    .order_by(_LINKS.c.ticket_id.desc())
    .limit(1)
    .scalar_subquery()
)
"""Tickets are numbered as they come: the newest of a group is its last call, however many there are."""
_HERE = (
    select(
        Home.building_id, _LINKS.c.ticket_id.label("grouped_id"), Proposal, _LEADER.status.label("leader_status"),
        _LAST_CALL_AT.label("last_call_at"),
    )
    .select_from(Home)
    .outerjoin(_LINKS, _LINKS.c.ticket_id == bindparam("ticket_id"))
    .outerjoin(Proposal, and_(Proposal.building_id == Home.building_id, Proposal.category == bindparam("category")))
    .outerjoin(_LEADER, _LEADER.id == Proposal.leader_id)
    .where(Home.id == bindparam("home_id"))
    .order_by(Proposal.id.desc())
    .limit(1)
)  # fmt: skip
"""Where a ticket's home is, whether it is counted already, and the newest group of its sort in that building."""


def look_for_group(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Whether this ticket belongs to a group of its building, or is the one that makes it a group.

    1. One that is counted already, or cannot be, changes nothing.
    2. While the calls of a group go on it joins that: under the incident, where somebody made one of it.
    3. Else it may be the last that was missing.
    """
    if not _counts(ticket):
        return
    here = session.execute(_HERE, {
        "ticket_id": ticket.id, "home_id": ticket.home_id, "category": ticket.category,
    }).one_or_none()  # fmt: skip
    if here is None or here.grouped_id is not None:
        return
    newest: Proposal | None = here.Proposal
    if newest is not None and _goes_on(session, newest, here.last_call_at, at):
        _link(session, newest, ticket, leads_on=here.leader_status in MOVING, at=at)
        if newest.incident_id is not None:
            under_incident(session, newest.incident_id, [ticket], by_id=None, at=at)
    elif newest is None or newest.state is not ProposalState.OPEN:
        find_group(session, here.building_id, ticket.category, at=at)


def find_group(session: Session, building_id: int, category: str, *, at: datetime) -> None:
    """Propose what was called about lately in a building, where it is enough and nobody knows of it yet.

    The first that still moves leads: if its level wakes nobody, the group's does. The others leave waking to it.
    """
    here = _calls(at).where(Home.building_id == building_id, Ticket.category == category)
    rows = session.execute(here.with_only_columns(Ticket.id, Home.id, Ticket.opened_at))
    calls = [Call(id, home_id, opened_at) for id, home_id, opened_at in rows]
    group = enough(calls, needed=settings().group_calls, within=_within())
    if not group or _is_known(session, building_id, category):
        return
    locked = lock(session, *(call.ticket_id for call in group))
    leader = locked[group[0].ticket_id]
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
        return
    proposal = session.get_one(Proposal, made)
    for call in group:
        _link(session, proposal, locked[call.ticket_id], leads_on=True, at=at)
    if not lead(session, proposal, leader, at=at):
        proposal.tell_due_at = at
    session.flush()


def find_groups(session: Session, *, at: datetime) -> None:
    """Every group that no single call made: found by the clock. Also whatever ended before somebody decided."""
    since = _calls(at).group_by(Home.building_id, Ticket.category)
    many = since.having(func.count(Ticket.home_id.distinct()) >= settings().group_calls)
    for building_id, category in session.execute(many.with_only_columns(Home.building_id, Ticket.category)).all():
        find_group(session, building_id, category, at=at)
    moves = select(ProposalTicket.proposal_id).join(Ticket, Ticket.id == ProposalTicket.ticket_id)
    gone = select(Proposal).where(
        Proposal.state == ProposalState.OPEN, Proposal.id.not_in(moves.where(Ticket.status.in_(MOVING)))
    )
    for proposal in session.scalars(gone.with_for_update()):
        proposal.state, proposal.tell_due_at = ProposalState.LAPSED, None


def lead(session: Session, proposal: Proposal, leader: Ticket, *, at: datetime) -> bool:
    """Have this ticket's ladder climbed for the whole group. True where somebody is woken by that, and told so."""
    proposal.leader_id = leader.id
    if triage.wakes(leader.level):
        return leader.status is Status.OPEN and leader.page_step == 0
    proposal.raised_from = leader.level
    told = {"from": leader.level.value, "group": str(proposal.id)}
    write_down(session, leader, {"level": Level.P1}, told, at=at)
    return leader.status is Status.OPEN


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


def _counts(ticket: Ticket) -> bool:
    """Whether a ticket is counted with others of its building."""
    if ticket.category not in GROUPED or ticket.kind not in COUNTED or ticket.home_id is None or ticket.is_drill:
        return False
    if ticket.status not in MOVING or ticket.incident_id is not None or ticket.owner_desk == HEADQUARTERS:
        return False
    return ticket.project_id is not None


def _goes_on(session: Session, proposal: Proposal, last_call_at: datetime | None, at: datetime) -> bool:
    if proposal.state is ProposalState.ACCEPTED and proposal.incident_id is not None:
        if session.get_one(Incident, proposal.incident_id).state is not IncidentState.OPEN:
            return False
    elif proposal.state is not ProposalState.OPEN:
        return False
    return goes_on(last_call_at, within=_within(), at=at)


def under_incident(
    session: Session, incident_id: int, those: Iterable[Ticket], *, by_id: int | None, at: datetime
) -> None:
    """These tickets are about this trouble, and their callers hear how it goes on."""
    for ticket in those:
        attach(session, incident_id, ticket.id, by_id=by_id, at=at)
        if ticket.caller_number:
            join(session, incident_id, number=ticket.caller_number, language=ticket.language, call_id=None, at=at)


def _link(session: Session, proposal: Proposal, ticket: Ticket, *, leads_on: bool, at: datetime) -> None:
    """A locked ticket is of this group. Its own ladder stops, or does not begin, while the leader's is climbed or
    somebody took that (`leads_on`).
    """
    is_leader = ticket.id == proposal.leader_id
    is_held = leads_on and not is_leader and ticket.status is Status.OPEN and may_be_held(ticket.level)
    held_at = at if is_held else None
    session.execute(_LINK, {"ticket_id": ticket.id, "proposal_id": proposal.id, "held_at": held_at})
    add_event(session, ticket.id, EventType.AMENDED, at=at, data={"group": proposal.id, "leads": is_leader})
    if is_held:
        session.connection().execute(_STANDS, {"held_id": ticket.id})
        set_committed_value(ticket, "page_due_at", None)
        set_committed_value(ticket, "version", ticket.version + 1)


def _calls(at: datetime) -> Select[Ticket]:
    """Tickets of now that are counted, and belong to no group and no incident."""
    return (
        select(Ticket)
        .join(Home, Home.id == Ticket.home_id)
        .outerjoin(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
        .where(
            Ticket.opened_at >= at - _within(), Ticket.category.in_(GROUPED), Ticket.kind.in_(COUNTED),
            Ticket.status.in_(MOVING), Ticket.incident_id.is_(None), Ticket.project_id.is_not(None),
            ~Ticket.is_drill, Ticket.owner_desk != HEADQUARTERS, ProposalTicket.ticket_id.is_(None),
        )
    )  # fmt: skip


def _is_known(session: Session, building_id: int, category: str) -> bool:
    """Whether a trouble of that sort lasts in this building: whoever has to know knows."""
    here = lasting(session, session.get_one(Building, building_id).project_id)
    return is_known(category, (one.kind for one in here if building_id in buildings_touched(session, one)))


def _within() -> timedelta:
    return timedelta(minutes=settings().group_minutes)
