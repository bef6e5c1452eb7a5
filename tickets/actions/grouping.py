"""Calls of one sort from one building become a group: found, led by its first ticket, and asked about at the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from base.rows import kept_as, table_of
from base.wiring import settings
from directory.models import Building, Home
from tickets import triage
from tickets.actions.incidents import buildings_touched, lasting
from tickets.actions.membership import can_be_held, link, make_group, stop_ladder, under_incident
from tickets.actions.timeline import lock
from tickets.groups import (
    GROUPED,
    Call,
    ProposalState,
    goes_on,
    group_of,
    homes_needed,
    is_known,
    lasts,
)  # fmt: skip
from tickets.lifecycle import HEADQUARTERS, MOVING, IncidentState, Kind, Status
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket

COUNTED = frozenset({Kind.REPAIR, Kind.EMERGENCY})

_LINKS, _PROPOSALS = table_of(ProposalTicket), table_of(Proposal)
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
        Home.building_id, _LINKS.c.ticket_id.label("grouped_id"), _LEADER.status.label("leader_status"),
        _LAST_CALL_AT.label("last_call_at"), *(column.label(f"newest_{column.name}") for column in _PROPOSALS.c),
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
        stop_ladder(session, ticket)
    take_place(session, ticket, around, at=at)


def lock_to_group(
    session: Session, ticket_id: int, *, category: str | None = None, home_id: int | None = None, at: datetime
) -> Ticket:
    """A ticket that is about to be known better, locked with whatever it may become a group with then (`lock`)."""
    known = session.get(Ticket, ticket_id)
    sort, home = (category or known.category, home_id or known.home_id) if known is not None else ("", None)
    others: list[int] = []
    if home is not None and sort in GROUPED:
        building = select(Home.building_id).where(Home.id == home).scalar_subquery()
        here = _calls(at).where(Home.building_id == building, Ticket.category == sort)
        others = list(session.scalars(here.with_only_columns(Ticket.id)))
    return lock(session, ticket_id, *others)[ticket_id]


def look_around(session: Session, ticket: Ticket, *, at: datetime) -> Around | None:
    """The first look, also for a ticket that is not written yet; None where there is nothing to do."""
    if not _counts(ticket):
        return None
    session.flush()
    here = session.connection().execute(_HERE, {
        "ticket_id": ticket.id, "home_id": ticket.home_id, "category": ticket.category,
    }).one_or_none()  # fmt: skip
    if here is None or here.grouped_id is not None:
        return None
    newest = None if here.newest_id is None else kept_as(session, Proposal, here[-len(_PROPOSALS.c) :])
    is_led = here.leader_status in MOVING
    is_joined = newest is not None and _goes_on(session, newest, here.last_call_at, here.leader_status, at)
    is_held = is_joined and is_led and can_be_held(ticket)
    return Around(here.building_id, newest, is_joined, is_held)


def take_place(session: Session, ticket: Ticket, around: Around, *, at: datetime) -> None:
    """Put a ticket that is written into its group, or make the group of which it was the last. The ladder of one that
    is held has to be stopped as well.
    """
    newest = around.newest
    if newest is not None and around.is_joined:
        link(session, newest, ticket, is_held=around.is_held, at=at)
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
    make_group(session, building_id, category, group, at=at)


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


def _counts(ticket: Ticket) -> bool:
    """Whether a ticket is counted with others of its building."""
    if ticket.category not in GROUPED or ticket.kind not in COUNTED or ticket.home_id is None or ticket.is_drill:
        return False
    if ticket.status not in MOVING or ticket.incident_id is not None or ticket.owner_desk == HEADQUARTERS:
        return False
    return ticket.project_id is not None


def _goes_on(
    session: Session, proposal: Proposal, last_call_at: datetime | None, leader: Status | None, at: datetime
) -> bool:
    """Whether a call still belongs to a group: because of those before it, or because it is an outage that lasts."""
    if proposal.state is ProposalState.ACCEPTED and proposal.incident_id is not None:
        if session.get_one(Incident, proposal.incident_id).state is not IncidentState.OPEN:
            return False
    elif proposal.state is not ProposalState.OPEN:
        return False
    is_decided = proposal.state is ProposalState.ACCEPTED
    return goes_on(last_call_at, within=_within(), at=at) or lasts(
        proposal.category, is_decided=is_decided, leader=leader, found_at=proposal.found_at, at=at
    )


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
