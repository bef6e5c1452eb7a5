"""A complaint is put to whoever has to say whose it is, answered, and sent on."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict, NotAllowed
from directory.models import Staff
from tickets import triage
from tickets.actions.asking import claim_to_put
from tickets.actions.house import clock_table
from tickets.actions.naming import named_for, supervisor_of
from tickets.actions.timeline import add_event, get
from tickets.actions.watching import service_hours
from tickets.complaintmodels import ComplaintHop
from tickets.complaints import Hop, HopAnswer, due_at, is_last_word, may_answer, was_anothers
from tickets.lifecycle import HEADQUARTERS, MOVING, Kind, Move, after
from tickets.models import EventType, Ticket, TicketEvent

ONLY_OF_A_PROJECT = "只有项目的投诉要请主管认领。Only a complaint of a project is put to a supervisor."
TAKEN_BY = "taken_by"
"""Of an answer: the department that has the complaint after another refused it, as its owner is told."""
NO_SUPERVISOR = (
    "该部门没有主管，请另选部门或直接改派。That department has no supervisor: choose another, or hand it over."
)


def ask(session: Session, ticket_id: int, by: Staff, *, at: datetime) -> ComplaintHop:
    """Put a complaint to the supervisor of the department of whoever heard it, else of what it is about.

    Raises `Conflict` for what is no complaint of a project, and where it was put to somebody before.
    """
    ticket = get(session, ticket_id)
    after(Move.ASK, ticket.status)
    _is_of_project(ticket)
    if ticket.kind is not Kind.COMPLAINT:
        raise Conflict(ONLY_OF_A_PROJECT)
    if hops_of(session, ticket_id):
        raise Conflict("已经请主管认领了。It was put to a supervisor already.")
    ticket.ask_due_at = None
    return _put_first(session, ticket, by, at)


def put_by_itself(
    session: Session, ticket_id: int, *, at: datetime, away: Collection[int] = ()
) -> ComplaintHop | None:  # fmt: skip
    """Put a complaint whose standing order is due to a supervisor, as `ask` does: that of whoever of us wrote it
    down, else of what it is about. Whoever is `away` is passed over, for the manager where nobody else supervises.

    None where there is nothing to put (any more): of two clocks one does it.
    """
    ticket = get(session, ticket_id)
    if not claim_to_put(session, ticket, at=at) or hops_of(session, ticket_id):
        return None
    opened = select(TicketEvent.staff_id).where(
        TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.OPENED, TicketEvent.staff_id.is_not(None)
    )
    by_id = session.scalar(opened.limit(1))
    return _put_first(session, ticket, session.get(Staff, by_id) if by_id else None, at, away)


def answer(
    session: Session, ticket_id: int, by: Staff, *, what: HopAnswer, reason: str, at: datetime
) -> ComplaintHop | None:  # fmt: skip
    """It is ours, or not, with a reason, and goes to the manager; answers the next hop, if there is one.

    `outside`: it is nobody's here; whoever calls this tells its owner why, or who can help (`reason`). Raises
    `Conflict` where nothing (any more) is asked, `NotAllowed` for whoever is not, `BadInput` without a reason.
    """
    ticket = get(session, ticket_id)
    after(Move.ANSWER, ticket.status)
    _is_of_project(ticket)
    hop = _asked(session, ticket_id, by)
    if what is HopAnswer.SENT or (plain(hop).is_managers and what is not HopAnswer.OUTSIDE):
        raise Conflict("请经理指定部门。The manager names the department.")
    if what is not HopAnswer.OURS and not reason:
        raise BadInput("请写明原因。Say why.")
    told = {}
    if what is HopAnswer.OURS and was_anothers([plain(one) for one in hops_of(session, ticket_id)], hop.department):
        told = {TAKEN_BY: hop.department}
        _is_changed(session, ticket)
    _settle(session, hop, by, what, reason, at, told)
    return _put(session, ticket, "", by, at) if what is HopAnswer.NOT_OURS else None


def send(
    session: Session, ticket_id: int, by: Staff, *, department: str, reason: str, at: datetime
) -> ComplaintHop | None:  # fmt: skip
    """The manager puts it to the right department; after the second refusal that is an order, and nobody is asked.

    Answers the next hop, None where it was the last word. Raises `NotAllowed`, and `Conflict`, also where the last
    word would reach nobody.
    """
    ticket = get(session, ticket_id)
    after(Move.SEND, ticket.status)
    _is_of_project(ticket)
    hop = _asked(session, ticket_id, by)
    if not plain(hop).is_managers:
        raise Conflict("还在等部门主管答复。The supervisor has not answered yet.")
    is_last = is_last_word([plain(one) for one in hops_of(session, ticket_id)])
    named = supervisor_of(session, ticket, department)
    if is_last and named is None:
        raise Conflict(NO_SUPERVISOR)
    told = {"department": department}
    if named is None or not is_last:
        _settle(session, hop, by, HopAnswer.SENT, reason, at, told)
        return _put(session, ticket, department, by, at)
    _settle(session, hop, by, HopAnswer.SENT, reason, at, told | {TAKEN_BY: department})
    ticket.assignee_id = named.id
    session.flush()
    session.expire(ticket, ["assignee"])
    add_event(session, ticket_id, EventType.ASSIGNED, at=at, staff_id=by.id, data={"to": named.id})
    return None


def hops_of(session: Session, ticket_id: int) -> Sequence[ComplaintHop]:
    """The way of a complaint so far, in order."""
    return session.scalars(
        select(ComplaintHop).where(ComplaintHop.ticket_id == ticket_id).order_by(ComplaintHop.place)
    ).all()


def waiting_for(session: Session, by: Staff) -> list[ComplaintHop]:
    """What somebody has to answer, the most urgent first."""
    query = select(ComplaintHop).join(Ticket, Ticket.id == ComplaintHop.ticket_id)
    query = query.where(
        ComplaintHop.answer.is_(None), Ticket.status.in_(MOVING), Ticket.owner_desk != HEADQUARTERS
    ).order_by(ComplaintHop.due_at)
    if by.project_id is not None:
        query = query.where(Ticket.project_id == by.project_id)
    return [hop for hop in session.scalars(query) if may_answer(plain(hop), by.role, by.department)]


def overdue_hops(session: Session, *, at: datetime, limit: int = 100) -> Sequence[int]:
    """Questions that nobody answered in time, and of which those above are to be told. One look at a small index."""
    due = select(ComplaintHop.id).where(ComplaintHop.tell_up_at <= at).order_by(ComplaintHop.tell_up_at)
    return session.scalars(due.limit(limit)).all()


def claim_overdue(session: Session, hop_id: int, *, at: datetime) -> ComplaintHop | None:
    """The question, if those above are to be told now: of two clocks one gets it."""
    claimed = session.execute(
        update(ComplaintHop)
        .where(ComplaintHop.id == hop_id, ComplaintHop.tell_up_at <= at)
        .values(told_up_at=at, tell_up_at=None)
        .returning(ComplaintHop.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return session.get_one(ComplaintHop, claimed, populate_existing=True) if claimed is not None else None


def put_off_telling(session: Session, hop_id: int, *, until_at: datetime, at: datetime) -> None:
    """There is nobody to tell yet: it is looked at again then, and not before."""
    session.execute(
        update(ComplaintHop)
        .where(ComplaintHop.id == hop_id, ComplaintHop.tell_up_at <= at)
        .values(tell_up_at=until_at)
        .execution_options(synchronize_session=False)
    )


def plain(hop: ComplaintHop) -> Hop:
    """As the rules see it."""
    return Hop(hop.department, hop.answer)


def _is_of_project(ticket: Ticket) -> None:
    """What went to headquarters meanwhile is theirs alone, also where a question about it is open."""
    if ticket.owner_desk == HEADQUARTERS:
        raise Conflict(ONLY_OF_A_PROJECT)


def _asked(session: Session, ticket_id: int, by: Staff) -> ComplaintHop:
    hops = hops_of(session, ticket_id)
    if not hops or hops[-1].answer is not None:
        raise Conflict("没有待答复的归属。Nothing waits for an answer.")
    if not may_answer(plain(hops[-1]), by.role, by.department):
        raise NotAllowed("这一步要部门主管或经理答复。The supervisor of that department, or the manager, answers this.")
    return hops[-1]


def _is_changed(session: Session, ticket: Ticket) -> None:
    """Whoever watches tickets for what changed looks at it again."""
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id)
        .values(version=Ticket.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(ticket)


def _put_first(
    session: Session, ticket: Ticket, by: Staff | None, at: datetime, away: Collection[int] = ()
) -> ComplaintHop:  # fmt: skip
    department = (by.department if by is not None else "") or triage.department_of(ticket.category, ticket.department)
    if supervisor_of(session, ticket, department, away) is None:
        department = ""
    return _put(session, ticket, department, by, at, away)


def _put(
    session: Session, ticket: Ticket, department: str, by: Staff | None, at: datetime, away: Collection[int] = ()
) -> ComplaintHop:  # fmt: skip
    named = named_for(session, ticket, department, away)
    by_id = by.id if by is not None else None
    answered_by = due_at(ticket.level, at=at, hours=service_hours(session, ticket.project), table=clock_table())
    hop = ComplaintHop(
        ticket_id=ticket.id, place=len(hops_of(session, ticket.id)), department=department,
        staff_id=named.id if named else None, asked_by_id=by_id, asked_at=at,
        due_at=answered_by, tell_up_at=answered_by,
    )  # fmt: skip
    session.add(hop)
    session.flush()
    add_event(
        session, ticket.id, EventType.ASKED, at=at, staff_id=by_id,
        data={"department": department, "of": hop.staff_id, "hop": hop.place}, once_key=f"hop/{ticket.id}/{hop.place}",
    )  # fmt: skip
    return hop


def _settle(
    session: Session, hop: ComplaintHop, by: Staff, what: HopAnswer, reason: str, at: datetime,
    told: dict[str, str] | None = None,
) -> None:  # fmt: skip
    hop.answer, hop.answered_by_id, hop.answered_at, hop.reason, hop.tell_up_at = what, by.id, at, reason, None
    session.flush()
    add_event(
        session, hop.ticket_id, EventType.ANSWERED, at=at, staff_id=by.id, text=reason,
        data={"answer": what.value, "hop": hop.place, **(told or {})},
        once_key=f"hop-answer/{hop.ticket_id}/{hop.place}",
    )  # fmt: skip
