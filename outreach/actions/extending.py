"""What an owner is told when their matter needs more time: by when it is done."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions.reach import reach_of
from outreach.actions.results import matter, may_tell_at
from tickets.models import EventType
from tickets.promisemodels import Extension
from tickets.promises import by


def tell_extended(session: Session, granted: Extension, *, at: datetime) -> None:
    """Plan the text with the new moment, once; to nobody of a rehearsal, nor where it would come after that moment."""
    ticket = granted.ticket
    reach = reach_of(session, ticket.caller_number, at=at)
    if reach is None or not reach.can_read or ticket.is_drill:
        return
    due_at = may_tell_at(ticket, reach.number, at=at)
    if due_at >= granted.until_at:
        return
    when = by(granted.until_at, ticket.language, at=due_at, zone=settings().timezone)
    body = say(
        "extended", ticket.language, ref=ticket.ref, what=matter(ticket, ticket.language), time=when,
        hotline=settings().hotline,
    )  # fmt: skip
    message_id = messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body,
        once_key=f"ticket/{ticket.id}/extension/{granted.id}", about=f"ticket:{ticket.id}", at=at, due_at=due_at,
        valid_until_at=granted.until_at, language=ticket.language, is_demo=reach.is_demo,
    )  # fmt: skip
    tickets.actions.add_event(
        session, ticket.id, EventType.MESSAGE, at=at, text=messages.signed(reach.number, body, ticket.language),
        data={"what": "extended", "message": message_id, "due_at": due_at.isoformat()},
        once_key=f"extension-told/{granted.id}",
    )  # fmt: skip
