"""What the owner will be told when a ticket is resolved, or why nobody can be told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.masks import masked
from console.words import say
from messages.wording import segments
from outreach.actions.reach import reach_of
from outreach.actions.results import LONGEST_RESULT, result_findings, result_text
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class AnswerToOwner:
    """The very text, its language and cost; or, where `nobody` says why, no text at all.

    `warnings`: what its owner had better not read in it.
    """

    text: str = ""
    language: str = ""
    number: str = ""
    units: int = 0
    segments: int = 0
    nobody: str = ""
    warnings: tuple[str, ...] = ()


def too_long(result: str, language: str) -> str:
    """What is wrong with a `result` that no text can carry, in the reader's language; empty where one can."""
    over = len(result) - LONGEST_RESULT
    return say("fault.resolve.long", language, most=LONGEST_RESULT, over=over) if over > 0 else ""


def answer_to_owner(session: Session, ticket: Ticket, result: str, *, at: datetime, language: str) -> AnswerToOwner:
    """What whoever called is told with this `result`; `language` is the reader's, the text is in the owner's."""
    reach = reach_of(session, ticket.caller_number, at=at, looks_only=True)
    if reach is None:
        return AnswerToOwner(nobody=say("answer.withheld", language))
    if reach.no_text is not None:
        return AnswerToOwner(nobody=say(f"answer.no_text.{reach.no_text}", language, number=masked(reach.number)))
    if fault := too_long(result.strip(), language):
        return AnswerToOwner(nobody=fault)
    text = result_text(ticket, result)
    cost = segments(text)
    warnings = tuple(one.told(language) for one in result_findings(ticket, result))
    return AnswerToOwner(text, ticket.language, masked(reach.number), cost.units, cost.count, warnings=warnings)
