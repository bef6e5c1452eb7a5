"""A ticket is handed to somebody: they are told what is theirs now, and what to do."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.ladders import ladder_of
from oncall.actions.pagewords import matter_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from oncall.ladder import is_quiet
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket, TicketEvent


def tell_assignee(session: Session, ticket: Ticket, *, by: Staff, at: datetime) -> None:
    """Plan one text to whom `by` has just handed a ticket; once an assignment, and none to oneself.

    Of what wakes nobody they hear when the desk opens, of anything else now.
    """
    staff = ticket.assignee
    if staff is None or staff.id == by.id:
        return
    wakes = not is_quiet(ladder_of(ticket, at=at))
    due_at = at if wakes else tickets.actions.telling_hours(session, ticket).opens_at(at)
    handed = select(func.max(TicketEvent.id)).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.ASSIGNED
    )
    key = "handed_open" if ticket.status is Status.OPEN else "handed"
    known = {
        "by": by.name, "level": ticket.level.value, "ref": ticket.ref, "matter": matter_of(ticket, staff.language),
        "hotline": settings().hotline_said,
    }  # fmt: skip
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=words.text(key, staff.language, **known),
        once_key=f"handed/{session.scalar(handed)}/{staff.id}", about=f"ticket:{ticket.id}", at=at,
        due_at=due_at, valid_until_at=due_at + TEXT_VALID, language=staff.language, urgency=AFTER_PAGES,
        is_demo=staff.is_demo,
    )  # fmt: skip
