"""Calls of one sort from one building become a group: found, led by its first ticket, and asked about at the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, bindparam, case, func, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from base.rows import insert, table_of
from base.wiring import settings
from directory.models import Building, Home
from tickets import triage
from tickets.actions.incidents import attach, buildings_touched, join, lasting
from tickets.actions.timeline import add_event, lock
from tickets.actions.writing import write_down
from tickets.groups import (
    GROUPED,
    Call,
    ProposalState,
    goes_on,
    group_of,
    homes_needed,
    is_known,
    leader_of,
    may_be_held,
)  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Around:
    """What there is of a ticket's sort in its building: the newest group, whether it goes on (`is_joined`), and whether
    it stops this ticket's own ladder (`is_held`).
    """

    building_id: int
    newest: Proposal | None
    is_joined: bool
    is_held: bool


def look_for_group(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Whether this ticket belongs to a group of its building, or is the one that makes it a group.

    1. One that is counted already, or cannot be, changes nothing.
    2. While the calls of a group go on it joins that: under the incident, where somebody made one of it.
    3. Else it may be the last that was missing.
    """
    around = look_around(session, ticket, at=at)
    if around is None:
        return
    if around.is_held:
        _stop_ladder(session, ticket)
    take_place(session, ticket, around, at=at)


def look_around(session: Session, ticket: Ticket, *, at: datetime) -> Around | None:
    """The first look, also for a ticket that is not written yet; None where there is nothing to do."""
    if not _counts(ticket):
        return None
    here = session.execute(_HERE, {
        "ticket_id": ticket.id, "home_id": ticket.home_id, "category": ticket.category,
    }).one_or_none()  # fmt: skip
    if here is None or here.grouped_id is not None:
        return None
    newest: Proposal | None = here.Proposal
    is_joined = newest is not None and _goes_on(session, newest, here.last_call_at, at)
    is_held = is_joined and here.leader_status in MOVING and _may_be_held(ticket)
    return Around(here.building_id, newest, is_joined, is_held)


def take_place(session: Session, ticket: Ticket, around: Around, *, at: datetime) -> None:
    """Put a ticket that is written into its group, or make the group of which it was the last. The ladder of one that
    is held has to be stopped as well.
    """
    newest = around.newest
    if newest is not None and around.is_joined:
        _link(session, newest, ticket, is_held=around.is_held, at=at)
        if newest.incident_id is not None:
            under_incident(session, newest.incident_id, [ticket], by_id=None, at=at)
    elif newest is None or newest.state is not ProposalState.OPEN:
        find_group(session, around.building_id, ticket.category, at=at)


def find_group(session: Session, building_id: int, category: str, *, at: datetime) -> None:
    """Propose what was called about lately in a building, where it is enough and nobody knows of it yet.

    The first that still moves leads, of those whose level wakes somebody; if none does, the group's does. The others
    leave waking to it.
    """
    here = _calls(at).where(Home.building_id == building_id, Ticket.category == category)
    rows = session.execute(here.with_only_columns(Ticket.id, Home.id, Ticket.opened_at, Ticket.level))
    calls = [Call(id, home_id, opened_at, triage.wakes(level)) for id, home_id, opened_at, level in rows]
    group = group_of(category, calls, usual=settings().group_calls, within=_within())
    if not group or _is_known(session, building_id, category):
        return
    locked = lock(session, *(call.ticket_id for call in group))
    leader = locked[leader_of(group).ticket_id]
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
    for ticket in (locked[call.ticket_id] for call in group):
        is_held = ticket is not leader and _may_be_held(ticket)
        _link(session, proposal, ticket, is_held=is_held, at=at)
        if is_held:
            _stop_ladder(session, ticket)
    if not lead(session, proposal, leader, at=at):
        proposal.tell_due_at = at
    session.flush()


def find_groups(session: Session, *, at: datetime) -> None:
    """Every group that no single call made: found by the clock. Before that whatever ended before somebody decided."""
    moves = select(ProposalTicket.proposal_id).join(Ticket, Ticket.id == ProposalTicket.ticket_id)
    gone = select(Proposal).where(
        Proposal.state == ProposalState.OPEN, Proposal.id.not_in(moves.where(Ticket.status.in_(MOVING)))
    )
    for proposal in session.scalars(gone.order_by(Proposal.id).with_for_update(key_share=True)):
        proposal.state, proposal.tell_due_at = ProposalState.LAPSED, None
    since = _calls(at).group_by(Home.building_id, Ticket.category)
    needed = case({one: homes_needed(one, settings().group_calls) for one in GROUPED}, value=Ticket.category)
    many = since.having(func.count(Ticket.home_id.distinct()) >= needed)
    found = session.execute(many.with_only_columns(Home.building_id, Ticket.category)).all()
    # of several groups all at once: one group after another is not the order of their numbers
    calls = _calls(at).with_only_columns(Ticket.id, Home.building_id, Ticket.category)
    lock(session, *(id for id, *sort in session.execute(calls) if tuple(sort) in set(map(tuple, found))))
    for building_id, category in found:
        find_group(session, building_id, category, at=at)


def lead(session: Session, proposal: Proposal, leader: Ticket, *, at: datetime) -> bool:
    """Have this ticket's ladder climbed for the whole group. True where somebody is woken by that, and told so."""
    proposal.leader_id = leader.id
    if triage.wakes(leader.level):
        return leader.status is Status.OPEN and leader.page_step == 0
    proposal.raised_from = leader.level
    told = {"from": leader.level.value, "group": str(proposal.id)}
    write_down(session, leader, {"level": Level.P1}, told, at=at)
    return leader.status is Status.OPEN


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


def _link(session: Session, proposal: Proposal, ticket: Ticket, *, is_held: bool, at: datetime) -> None:
    """A locked ticket is of this group. Its own ladder stops, or does not begin, while the leader's is climbed or
    somebody took that (`is_held`).
    """
    held_at = at if is_held else None
    session.connection().execute(_LINK, {"ticket_id": ticket.id, "proposal_id": proposal.id, "held_at": held_at})
    leads = ticket.id == proposal.leader_id
    add_event(session, ticket.id, EventType.AMENDED, at=at, data={"group": proposal.id, "leads": leads})


def _may_be_held(ticket: Ticket) -> bool:
    return ticket.status is Status.OPEN and may_be_held(ticket.level)


def _stop_ladder(session: Session, ticket: Ticket) -> None:
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
