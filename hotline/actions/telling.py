"""What a caller is told of a ticket: in words on the line, and by the text with its number."""

from datetime import datetime

from sqlalchemy.orm import Session

from base.wiring import settings
from directory import actions as directory
from directory.actions import Whose
from hotline.actions.turn import Turn
from hotline.intake import Intake
from hotline.models import Call
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from telephony.numbers import ReadNumber, read_number, sms_capable
from tickets import actions as tickets
from tickets.lifecycle import Kind, Level
from tickets.models import Ticket
from tickets.promises import Promise, sentence, when

RECEIPTS = {
    Kind.REPAIR: "receipt_repair", Kind.COMPLAINT: "receipt_complaint", Kind.EMERGENCY: "receipt_emergency",
    Kind.SUGGESTION: "receipt_suggestion", Kind.ENQUIRY: "receipt_enquiry",
}  # fmt: skip
"""What somebody is told of a matter that was understood, by its kind."""
NO_TIME = frozenset({"receipt_joined", "receipt_spoken", "receipt_suggestion", "ring_back_tried"})
"""Texts that promise nothing by the clock."""
COMES = frozenset({Level.P0, Level.P1})
"""Levels for which somebody comes; for all others somebody calls or answers."""
UNNAMED_TAIL = "0000"
"""What stands for the last four digits of a telephone that a ticket does not know."""


def promised_words(turn: Turn, ticket: Ticket, promise: Promise) -> str:
    """What is promised; nobody is told that we will call who cannot be called."""
    if ticket.caller_number is None and promise.level not in COMES:
        return "" if turn.intake.is_anonymous else turn.words("number.none")
    return sentence(promise, turn.language, at=turn.at, zone=settings().timezone)


def number_of(call: Call, intake: Intake) -> str | None:
    """Where this caller is reached: the number they called from, else the one they keyed and confirmed."""
    return call.from_number or (intake.callback if not intake.is_withheld else "") or None


def text_caller(
    session: Session, call: Call, intake: Intake, ticket: Ticket, *, at: datetime, key: str,
    promise: Promise | None = None, once_key: str = "",
) -> bool:  # fmt: skip
    """Plan the text with the ticket's number and promise; whether one is on its way. Only to what can read it.

    One a call and level, unless `once_key` names it.
    """
    number = number_of(call, intake)
    read = read_number(number or "")
    if number is None or not isinstance(read, ReadNumber) or not sms_capable(read.kind):
        return False
    whose = Whose(True, intake.is_demo) if intake.is_known else directory.whose_number(session, number)
    # a number that was only keyed may be anybody's: whoever keyed it is a stranger to us
    is_stranger = not whose.is_known or call.from_number is None
    if is_stranger and not messages.may_text_stranger(session, number, at=at):
        return False
    messages.plan_text(
        session, number=number, message_class=MessageClass.SERVICE,
        body=receipt_text(session, ticket, key, call.language, at=at, promise=promise),
        # another level is another promise
        once_key=once_key or f"ticket/{ticket.id}/{ticket.level}/call/{call.id}/{number}",
        about=f"ticket:{ticket.id}", at=at, language=call.language, is_demo=whose.is_demo,
    )  # fmt: skip
    return True


def receipt_text(
    session: Session, ticket: Ticket, key: str, language: str, *, at: datetime, promise: Promise | None = None
) -> str:
    """The words with the ticket's number and, where the `key` tells of it, what is promised."""
    values: dict[str, object] = {"ref": ticket.ref, "hotline": settings().hotline_said}
    if key not in NO_TIME:
        promise = promise or tickets.promise_of(session, ticket, at=at)
        values["time"] = when(promise, language, at=at, zone=settings().timezone)
    return say(key, language, **values)


def kind_words(turn: Turn, ticket: Ticket) -> str:
    """What kind of matter it is."""
    return turn.words(f"main.kind_{ticket.kind.value}")


def status_words(turn: Turn, ticket: Ticket) -> str:
    """Where it stands."""
    return turn.words(f"main.status_{ticket.status.value}")


def receipt_of(intake: Intake, ticket: Ticket, *, has_spoken: bool = False) -> str:
    """Which text the caller gets about it. After a talk nothing is promised but what is still to come: help."""
    if intake.has_joined:
        return "receipt_joined"
    if has_spoken and ticket.kind != Kind.EMERGENCY:
        return "receipt_spoken"
    return RECEIPTS.get(ticket.kind, "receipt_missed")
