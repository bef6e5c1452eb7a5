"""An estate with everybody on duty, and what the tests of this folder ask about it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from directory.models import Project, Staff
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall.ladder import Post
from oncall.models import Page
from tests.make import a_member_of_staff, a_project, a_shift
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket, TicketEvent

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
"""02:30 at night in Shanghai."""


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


@dataclass
class Estate:
    project: Project
    first: Staff
    second: Staff
    supervisor: Staff
    manager: Staff
    director: Staff


def an_estate(session: Session) -> Estate:
    """A project with somebody at every post; the director serves the whole company."""
    project = a_project(session, "幸福花园")
    roles = {
        "first": ("王强", Role.TECHNICIAN), "second": ("赵刚", Role.TECHNICIAN),
        "supervisor": ("孙丽", Role.SUPERVISOR), "manager": ("钱伟", Role.MANAGER),
        "director": ("周敏", Role.DIRECTOR),
    }  # fmt: skip
    staff = {}
    for place, (post, (name, role)) in enumerate(roles.items(), start=1):
        home = None if post == "director" else project
        staff[post] = a_member_of_staff(session, name, f"+86139000000{place:02d}", role, home)
        a_shift(session, project, staff[post], Post(post), AT)
    return Estate(project, **staff)


def a_stuck_lift(session: Session, estate: Estate | None, **more: object) -> Ticket:
    values: dict[str, object] = {
        "kind": Kind.EMERGENCY, "category": "lift_trapped", "channel": Channel.CALL, "place": "3号楼2单元",
        "project_id": estate.project.id if estate else None, "caller_number": "+8613800138000",
    }  # fmt: skip
    at = more.pop("at", AT)
    assert isinstance(at, datetime)
    return tickets.actions.open_ticket(session, TicketDraft(**values | more), at=at)  # type: ignore[arg-type]


def pages(session: Session, ticket: Ticket) -> list[tuple[int, str, str]]:
    """(step, name, state) of every page, in order."""
    found = session.scalars(select(Page).where(Page.ticket_id == ticket.id).order_by(Page.id))
    return [(page.step, page.staff.name, page.state.value) for page in found]


def page_of(session: Session, ticket: Ticket, staff: Staff) -> Page:
    """The newest page of somebody about a ticket."""
    page = session.scalars(
        select(Page).where(Page.ticket_id == ticket.id, Page.staff_id == staff.id).order_by(Page.id.desc())
    ).first()
    assert page is not None
    return page


def texts_to(session: Session, staff: Staff) -> list[str]:
    """Every text planned to somebody and not taken back, oldest first."""
    found = select(Message.body).where(
        Message.number == staff.number, Message.way == Way.TEXT, Message.state != MessageState.CANCELLED
    )
    return list(session.scalars(found.order_by(Message.id)))


def calls_to(session: Session, staff: Staff) -> list[str]:
    """The state of every call planned to somebody, oldest first."""
    found = select(Message.state).where(Message.number == staff.number, Message.way == Way.CALL)
    return [state.value for state in session.scalars(found.order_by(Message.id))]


def has_left(session: Session, staff: Staff, state: MessageState = MessageState.ACCEPTED) -> None:
    """Everything planned to somebody was handed to the carrier."""
    for message in session.scalars(
        select(Message).where(Message.number == staff.number, Message.state == MessageState.PLANNED)
    ):
        message.state, message.sid = state, f"SM{message.id:032x}"
    session.flush()


def call_ended(session: Session, staff: Staff, state: MessageState, at: datetime) -> None:
    """The newest call to somebody came to its end in this state."""
    call = session.scalars(
        select(Message).where(Message.number == staff.number, Message.way == Way.CALL).order_by(Message.id.desc())
    ).first()
    assert call is not None
    call.state, call.final_at = state, at
    session.flush()


def timeline(session: Session, ticket: Ticket, *types: EventType) -> list[str]:
    """The words of a ticket's timeline, of these types, in order."""
    found = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.at, TicketEvent.id)
    )
    chosen = [event for event in found if not types or event.type in types]
    return [f"{event.staff.name if event.staff else '-'}: {event.text}" for event in chosen]
