"""What the owner will be told when a ticket is resolved, or why nobody can be told."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.log import mask
from console.words import say
from directory.models import Number
from messages.wording import segments
from outreach.actions.results import result_text
from telephony.numbers import NumberKind, ReadNumber, read_number, sms_capable
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class AnswerToOwner:
    """The very text, its language and cost; or, where `nobody` says why, no text at all."""

    text: str = ""
    language: str = ""
    number: str = ""
    units: int = 0
    segments: int = 0
    nobody: str = ""


def answer_to_owner(session: Session, ticket: Ticket, result: str, language: str) -> AnswerToOwner:
    """What whoever called is told with this `result`; `language` is the reader's, the text is in the owner's."""
    number = ticket.caller_number
    if not number:
        return AnswerToOwner(nobody=say("answer.withheld", language))
    if not sms_capable(kind_of(session, number)):
        return AnswerToOwner(nobody=say("answer.landline", language, number=mask(number)))
    text = result_text(ticket, result)
    cost = segments(text)
    return AnswerToOwner(text, ticket.language, mask(number), cost.units, cost.count)


def kind_of(session: Session, number: str) -> NumberKind:
    """As the directory knows it (a carrier may have taught us), else as it reads."""
    known = session.scalars(select(Number.kind).where(Number.number == number).order_by(Number.id)).all()
    if known:
        return NumberKind.MOBILE if NumberKind.MOBILE in known else known[0]
    read = read_number(number)
    return read.kind if isinstance(read, ReadNumber) else NumberKind.OTHER
