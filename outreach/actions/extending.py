"""What an owner, and whoever reported a part of it, is told when a matter needs more time: by when it is done."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions.reach import Reach
from outreach.actions.reporters import reporters
from outreach.actions.results import matter, may_tell_at
from tickets.models import EventType, Ticket
from tickets.promisemodels import Extension
from tickets.promises import by


def tell_extended(session: Session, granted: Extension, *, at: datetime) -> None:
    """Plan the texts with the new moment, each once; to nobody of a rehearsal, nor where it would come after that."""
    if granted.ticket.is_drill:
        return
    for told, reach in reporters(session, granted.ticket, at=at):
        _tell(session, told, reach, granted, at=at)


def _tell(session: Session, ticket: Ticket, reach: Reach, granted: Extension, *, at: datetime) -> None:
    due_at = may_tell_at(granted.ticket, reach.number, at=at)
    if due_at >= granted.until_at:
        return
    when = by(granted.until_at, ticket.language, at=due_at, zone=settings().timezone)
    body = say(
        "extended", ticket.language, ref=ticket.ref, what=matter(ticket, ticket.language), time=when,
        hotline=settings().hotline_said,
    )  # fmt: skip
    message_id = messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body,
        once_key=f"ticket/{ticket.id}/extension/{granted.id}", about=f"ticket:{ticket.id}", at=at, due_at=due_at,
        valid_until_at=granted.until_at, language=ticket.language, is_demo=reach.is_demo,
    )  # fmt: skip
    tickets.actions.add_event(
        session, ticket.id, EventType.MESSAGE, at=at, text=messages.signed(reach.number, body, ticket.language),
        data={"what": "extended", "message": message_id, "due_at": due_at.isoformat()},
        once_key=f"extension-told/{granted.id}/{ticket.id}",
    )  # fmt: skip
