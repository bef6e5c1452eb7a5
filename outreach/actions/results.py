"""What an owner is told when their matter is done, and that it is told."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

import tickets.actions
from base.wiring import settings
from messages import actions as messages
from messages import pacing
from messages.lifecycle import MessageClass
from messages.lint import About, Finding, lint
from messages.wording import say
from outreach.actions.reach import Reach
from outreach.words import matter_of
from telephony.capabilities import MAINLAND, TAIWAN, two_way_text
from telephony.regions import zones
from tickets import triage
from tickets.lifecycle import Kind, Level
from tickets.models import EventType, Ticket, TicketEvent

LONGEST_RESULT = 1200
"""Characters of a result: with our words around it, in any language, the carrier still takes it as one text (1600)."""
TOLD_AT_ONCE = frozenset({Level.P0, Level.P1})
"""Levels whose owner waits for a word at any hour."""


HIDDEN = "****"
"""What stands on the desk in the place of a code that only an owner is told."""
_CODE = re.compile(r"(验收码|sign-off code )[0-9]{4}")


def result_text(ticket: Ticket, result: str) -> str:
    """The very text the owner of a resolved ticket gets, signed; `result` in the words of whoever did it.

    The code with which they sign it off is hidden.
    """
    return messages.signed(ticket.caller_number or "", _body(ticket, result, HIDDEN), ticket.language)


def result_findings(ticket: Ticket, result: str) -> list[Finding]:
    """What its owner had better not read in a `result`: words that blame, links, mobiles … Refuses nothing."""
    number = ticket.caller_number or MAINLAND
    about = About(
        MessageClass.SERVICE, is_mainland=number.startswith(MAINLAND), is_taiwan=number.startswith(TAIWAN)
    )  # fmt: skip
    return lint(result, ticket.language, about)


def hidden(body: str) -> str:
    """A text as staff may read it: without the code that its owner was told."""
    return _CODE.sub(rf"\1{HIDDEN}", body)


def tell_result(session: Session, ticket: Ticket, result: TicketEvent, reach: Reach, *, at: datetime) -> datetime:
    """Plan the text with the result, once a result; answers when it goes."""
    due_at = may_tell_at(ticket, reach.number, at=at)
    is_own = result.ticket_id == ticket.id  # not that of a ticket this one was merged into
    code = tickets.actions.code_for(session, ticket, result) if is_own and tickets.actions.is_signed_off(ticket) else ""
    message_id = messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=_body(ticket, result.text, code),
        once_key=f"ticket/{ticket.id}/resolved/{result.id}", about=about_result(result.id), at=at, due_at=due_at,
        language=ticket.language, is_demo=reach.is_demo,
    )  # fmt: skip
    tickets.actions.add_event(
        session, ticket.id, EventType.MESSAGE, at=at, text=result_text(ticket, result.text),
        data={"what": "result", "message": message_id, "due_at": due_at.isoformat()},
        once_key=f"result-told/{result.id}/{ticket.id}",
    )  # fmt: skip
    return due_at


def may_tell_at(ticket: Ticket, number: str, *, at: datetime) -> datetime:
    """When a text about a ticket may go to a number, from `at` on.

    At night only danger is told about; of anything else they hear in their own morning.
    """
    if ticket.level in TOLD_AT_ONCE or ticket.kind is Kind.EMERGENCY:
        return at
    return may_tell_by_day(number, at=at)


def may_tell_by_day(number: str, *, at: datetime) -> datetime:
    """When a text that can wait may go to a number, from `at` on: in no quiet hour of theirs."""
    return pacing.quiet_until(MessageClass.SERVICE, at, zones(number) or (settings().timezone,)) or at


def about_result(result_id: int) -> str:
    """The name under which the ledger keeps the text about a result: it is taken back if that does not hold."""
    return f"result:{result_id}"


def matter(ticket: Ticket, language: str) -> str:
    """What its owner came to us with, as they are told of it."""
    return matter_of(ticket.kind.value, triage.category_words(ticket.category, language), language)


def _body(ticket: Ticket, result: str, code: str) -> str:
    language = ticket.language
    words = result.strip().rstrip("。.")
    known = {"ref": ticket.ref, "what": matter(ticket, language), "hotline": settings().hotline_said}
    told = say("result", language, result=words, **known) if words else say("result_wordless", language, **known)
    if not code or not tickets.actions.is_signed_off(ticket):
        return told
    can_answer = two_way_text(ticket.caller_number or "", settings().two_way_countries)
    return told + say("sign_off_reply" if can_answer else "sign_off", language, code=code)
