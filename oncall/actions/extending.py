"""Somebody asks for more time: a supervisor is told, and whoever asked hears the answer."""

from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from oncall import words
from oncall.actions.daytime import is_calm
from oncall.actions.duty import duty_of
from oncall.actions.pagewords import matter_of
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from tickets.extensions import ExtensionAnswer
from tickets.promisemodels import Extension
from tickets.promises import by


def tell_extension_asked(session: Session, asked: Extension, *, at: datetime) -> None:
    """Plan one text to each supervisor on duty, else manager, else director: never to whoever asked or has it."""
    duty, theirs = duty_of(session, asked.ticket, at=at), {asked.asked_by_id, asked.ticket.assignee_id}
    posts = ([one for one in post if one.id not in theirs] for post in (duty.supervisor, duty.manager, duty.director))
    for staff in next((found for found in posts if found), []):
        _tell(session, asked, staff, "extension_asked", at)


def tell_extension_answered(session: Session, asked: Extension, *, at: datetime) -> None:
    """Plan one text to whoever asked, and to whoever has the ticket."""
    key = "extension_granted" if asked.answer is ExtensionAnswer.GRANTED else "extension_refused"
    told = {staff.id: staff for staff in (asked.asked_by, asked.ticket.assignee) if staff is not None}
    for staff in told.values():
        if staff.is_active:
            _tell(session, asked, staff, key, at)


def _tell(session: Session, asked: Extension, staff: Staff, key: str, at: datetime) -> None:
    """Of what wakes nobody they hear when the desk opens, of anything else now."""
    ticket, language = asked.ticket, staff.language
    wakes = not is_calm(ticket)
    due_at = at if wakes else tickets.actions.telling_hours(session, ticket).opens_at(at)
    body = words.text(
        key, language, ref=ticket.ref, matter=matter_of(ticket, language), who=asked.asked_by.name,
        by=by(asked.until_at, language, at=due_at, zone=settings().timezone), reason=asked.reason[:60],
        words=asked.words[:60],
    )  # fmt: skip
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=body,
        once_key=f"extension/{asked.id}/{key}/{staff.id}", about=f"ticket:{ticket.id}", at=at, due_at=due_at,
        valid_until_at=due_at + TEXT_VALID, language=language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip
