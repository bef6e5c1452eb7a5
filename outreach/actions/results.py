"""What an owner is told when their matter is done."""

from base.wiring import settings
from messages import actions as messages
from messages.wording import say
from tickets import triage
from tickets.models import Ticket


def result_text(ticket: Ticket, result: str) -> str:
    """The very text the owner of a resolved ticket gets, signed; `result` in the words of whoever did it."""
    language = ticket.language
    what = triage.category_words(ticket.category, language) or say("matter", language)
    words = result.strip().rstrip("。.")
    known = {"ref": ticket.ref, "what": what, "hotline": settings().hotline}
    body = say("result", language, result=words, **known) if words else say("result_wordless", language, **known)
    return messages.signed(ticket.caller_number or "", body, language)
