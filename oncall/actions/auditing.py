"""The auditor reads what the watch owes at a moment, and has it judged."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from base.database import Moment
from base.queue import Lane
from base.wiring import owed_above, settings
from directory.models import Project
from messages.lifecycle import MessageClass, MessageState
from messages.models import IS_MOVING, Message
from oncall.actions.duty import held_everywhere
from oncall.actions.reminding import OPEN as WAITING_REMINDERS
from oncall.audit import LATE, UNSENT, Facts, Fault, Finding, Standing, judge, night_ends
from oncall.models import Page, Reminder
from oncall.rota import Gap, gaps
from tickets.actions import clock_table
from tickets.complaintmodels import ComplaintHop
from tickets.lifecycle import Level, Status
from tickets.models import EventType, Incident, Ticket, TicketEvent
from tickets.proposalmodels import Proposal

WATCHED = (Level.P0, Level.P1, Level.C2)
"""Levels that wake people: of these somebody must have taken each in time."""
BEGINS = (EventType.OPENED, EventType.REOPENED, EventType.RELEASED)
"""Since then nobody has had it."""
MOST = 100
IN_THE_HOUSE = (MessageState.PLANNED, MessageState.CLAIMED)


def audit(session: Session, *, at: datetime) -> list[Finding]:
    """Everything that is wrong with the watch at `at`; empty when it is kept. It only reads."""
    facts = Facts(
        due=(*_due_steps(session, at), *_due_alarms(session, at)),
        other_steps=_due_here(session, at - LATE) | _due_above(session, at - LATE),
        not_taken={level: _not_taken(session, level) for level in WATCHED},
        unsent=_unsent(session, at),
        gaps=gaps_tonight(session, at),
    )
    return judge(facts, at=at, table=clock_table())


def _due_steps(session: Session, at: datetime) -> tuple[Standing, ...]:
    found = session.execute(
        select(Ticket.ref, Ticket.project_id, Ticket.page_due_at)
        .where(Ticket.page_due_at.is_not(None), Ticket.page_due_at < at - LATE, Ticket.status == Status.OPEN)
        .order_by(Ticket.page_due_at)
        .limit(MOST)
    )
    return tuple(Standing(ref, project_id, due_at) for ref, project_id, due_at in found if due_at is not None)


def _due_alarms(session: Session, at: datetime) -> tuple[Standing, ...]:
    """Troubles whose promise passes without anybody having been told; also where an all-clear waits for approval."""
    found = session.execute(
        select(Incident.project_id, Incident.alarm_due_at).where(Incident.alarm_due_at < at - LATE).limit(MOST)
    )
    return tuple(Standing("", project_id, due_at) for project_id, due_at in found if due_at is not None)


def _due_here(session: Session, before_at: datetime) -> dict[Fault, tuple[Standing, ...]]:
    """Steps that were due before `before_at`, of what this room and the one below do beside the ladders."""
    hops = session.execute(
        select(Ticket.ref, Ticket.project_id, ComplaintHop.tell_up_at)
        .join(ComplaintHop.ticket)
        .where(ComplaintHop.tell_up_at < before_at)
        .order_by(ComplaintHop.tell_up_at)
        .limit(MOST)
    )
    not_put = session.execute(
        select(Ticket.ref, Ticket.project_id, Ticket.ask_due_at)
        .where(Ticket.ask_due_at < before_at)
        .order_by(Ticket.ask_due_at)
        .limit(MOST)
    )
    groups = session.execute(
        select(Ticket.ref, Proposal.project_id, Proposal.tell_due_at)
        .join(Proposal.leader)
        .where(Proposal.tell_due_at < before_at)
        .order_by(Proposal.tell_due_at)
        .limit(MOST)
    )
    reminders = session.execute(
        select(Reminder.project_id, Reminder.due_at)
        .where(Reminder.due_at < before_at, Reminder.state.in_(WAITING_REMINDERS))
        .order_by(Reminder.due_at)
        .limit(MOST)
    )
    return {
        Fault.COMPLAINT: (*_standing(hops), *_standing(not_put)),
        Fault.REMINDER: _standing(("", *row) for row in reminders),
        Fault.GROUP: _standing(groups),
    }


def _standing(rows: Iterable[Any]) -> tuple[Standing, ...]:
    return tuple(Standing(*row) for row in rows)


def _due_above(session: Session, before_at: datetime) -> dict[Fault, tuple[Standing, ...]]:
    """The same of the rooms above, which the application has hung up for us."""
    found: dict[Fault, tuple[Standing, ...]] = {}
    for owed in owed_above():
        found |= owed(session, before_at)
    return found


def _not_taken(session: Session, level: Level) -> tuple[Standing, ...]:
    """Open tickets of a level, each since its ladder began last; of a rehearsal nobody is in danger.

    What is held for the first of its group is nobody's either, until somebody took that.
    """
    anew = (TicketEvent.type == EventType.AMENDED) & (TicketEvent.data["ladder"].as_string() == "anew")
    began_at = (
        select(func.max(TicketEvent.at))
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.type.in_(BEGINS) | anew)
        .scalar_subquery()
    )
    found = session.execute(
        select(Ticket.ref, Ticket.project_id, func.coalesce(began_at, Ticket.opened_at, type_=Moment))
        .where(Ticket.status == Status.OPEN, Ticket.level == level, ~Ticket.is_drill)
        .order_by(Ticket.id)
        .limit(MOST)
    )
    return tuple(Standing(*row) for row in found)


def _unsent(session: Session, at: datetime) -> tuple[Standing, ...]:
    """Pages that were planned and still are in the house, each ticket once."""
    abouts = session.execute(
        select(Message.about, Message.planned_at)
        .where(
            IS_MOVING, Message.lane == Lane.URGENT, Message.state.in_(IN_THE_HOUSE),
            Message.message_class == MessageClass.STAFF, Message.planned_at < at - UNSENT,
            Message.due_at < at, Message.about.startswith("page:"),
            # one that was planned for later is late from then on
            or_(Message.attempts > 0, Message.due_at <= Message.planned_at, Message.due_at < at - UNSENT),
        )
        .order_by(Message.planned_at)
        .limit(MOST)
    ).all()  # fmt: skip
    since = {int(about.split(":")[1]): planned_at for about, planned_at in reversed(abouts)}
    tickets = session.execute(
        select(Page.id, Ticket.ref, Ticket.project_id).join(Page.ticket).where(Page.id.in_(since)).order_by(Page.id)
    )
    first = {ref: Standing(ref, project_id, since[page_id]) for page_id, ref, project_id in tickets}
    return tuple(first.values())


def gaps_tonight(session: Session, at: datetime) -> dict[int, tuple[Gap, ...]]:
    """By project the stretches without anybody first on duty until its desk opens again; only where there are any."""
    ends = {
        project.id: night_ends(at, project.day_starts, settings().timezone)
        for project in session.scalars(select(Project).order_by(Project.id))
    }
    turns = held_everywhere(session, at, max(ends.values(), default=at))
    found = {id: tuple(gaps(turns.get(id, ()), at, until_at)) for id, until_at in ends.items()}
    return {project_id: holes for project_id, holes in found.items() if holes}
