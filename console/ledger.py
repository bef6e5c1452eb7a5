"""Messages as the pages show them: what left the house, how it fared, and why, in words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from console.masks import masked
from console.words import say, say_or
from messages.ever import EVER
from messages.lifecycle import ARRIVED, NOT_ARRIVED, NOT_SENT, MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions.results import hidden
from outreach.surveymodels import Survey
from tickets.complaintmodels import ComplaintHop
from tickets.models import EventType, TicketEvent

MOST = 30
"""As many of one ticket, the newest, as anybody reads."""

_TONES = dict.fromkeys(NOT_ARRIVED, "bad") | dict.fromkeys(ARRIVED, "ok")
_TONES |= dict.fromkeys((MessageState.NO_RECEIPT, MessageState.UNKNOWN), "warn")


@dataclass(frozen=True, slots=True)
class Sent:
    """One message in plain values; the number is masked, `why` is empty where there is nothing to explain."""

    id: int
    at: datetime
    number: str
    message_class: MessageClass
    way: Way
    words: str
    state: MessageState
    tone: str
    why: str
    attempts: int
    is_doubtful: bool
    is_heard: bool


def sent(message: Message, language: str) -> Sent:
    """A row of the ledger, for a reader of `language`."""
    return Sent(
        message.id, message.planned_at, masked(message.number), message.message_class, message.way,
        hidden(message.body),
        message.state, _TONES.get(message.state, ""), why(message, language), message.attempts, message.is_doubtful,
        message.heard_at is not None,
    )  # fmt: skip


def sent_about(session: Session, names: Collection[str], language: str) -> tuple[Sent, ...]:
    """What was sent about these (`names_about` a ticket), newest first."""
    query = select(EVER).where(EVER.about.in_(names)).order_by(EVER.id.desc()).limit(MOST)
    return tuple(sent(message, language) for message in session.scalars(query))


def states_about(session: Session, names: Collection[str]) -> list[tuple[MessageState, str]]:
    """State and code of each, so that a page knows when to look again."""
    query = select(EVER.state, EVER.error_code).where(EVER.about.in_(names))
    return [(state, code) for state, code in session.execute(query.order_by(EVER.id.desc()).limit(MOST))]


def names_about(session: Session, ticket_id: int) -> tuple[str, ...]:
    """What messages about a ticket say that they are about: the ticket itself, its results, how it was, and whose a
    complaint is; pages of staff stand on its ladder.

    Read by themselves: the ledger and its archive are found by an index for names that are known, and read through
    where a question stands in their place.
    """
    kinds = (
        ("result", TicketEvent.id, (TicketEvent.ticket_id == ticket_id) & (TicketEvent.type == EventType.RESOLVED)),
        ("survey", Survey.id, Survey.ticket_id == ticket_id),
        ("hop", ComplaintHop.id, ComplaintHop.ticket_id == ticket_id),
    )
    found = session.execute(union_all(*(select(literal(kind), id).where(theirs) for kind, id, theirs in kinds)))
    return f"ticket:{ticket_id}", *(f"{kind}:{id}" for kind, id in found)


def why(message: Message, language: str) -> str:
    """Why a message stands where it stands: what the carrier said, or what we decided. A code never stands alone."""
    said = message.reason.replace(" ", "_")
    if message.error_code and message.state not in ARRIVED:
        return code_words(message.error_code, language)
    known = say_or(f"why.{said}", language) if said else ""
    if message.state == MessageState.UNKNOWN:
        return known or say("why.silence", language)
    return known or (say("why.other", language) if said and message.state in NOT_ARRIVED | NOT_SENT else "")


def code_words(code: str, language: str) -> str:
    """A code of the carrier in words, with the code behind them for whoever has to look it up."""
    means = say_or(f"refused.{code}", language, say("refused.other", language))
    return say("why.code", language, why=means[:1].upper() + means[1:], code=code)
