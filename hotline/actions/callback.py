"""Where can we ring them back? Asked by keys of whoever shows no number that we can."""

from collections.abc import Mapping

from directory.models import Project
from hotline.actions.turn import Next, Turn
from telephony.numbers import NumberKind, ReadNumber, Shown, read_number, shown
from telephony.speech import spoken_digits
from tickets import actions as tickets

TRIES = 3


def then_message(turn: Turn, message: str) -> str:
    """The question `message`, after that for a number where we have none and nobody asked yet."""
    here = turn.intake
    turn.remember(message_step=message)
    if not here.is_withheld or here.is_anonymous or here.was_asked_number:
        return message
    turn.remember(was_asked_number=True)
    return "number.ask"


def number_keyed(turn: Turn) -> Next:
    """A number, read as whoever lives on this estate would write it; it is read back before it counts."""
    turn.note = "a number"  # what was keyed is a telephone number: it stands on the ticket, and there it is masked
    project = turn.session.get(Project, turn.call.project_id) if turn.call.project_id else None
    read = read_number(turn.digits, area_code=project.area_code if project else "")
    if isinstance(read, ReadNumber) and shown(read.number) is Shown.NUMBER:
        turn.remember(callback=read.number)
        return "number.confirm"
    turn.say("number.unusable")
    return _try_again(turn)


def number_wrong(turn: Turn) -> Next:
    """Not that number."""
    return _try_again(turn)


def number_confirmed(turn: Turn) -> Next:
    """Yes, that number: it stands on the ticket as if they had called from it. It names nobody.

    A ticket that they joined may have another number: theirs is kept beside it.
    """
    number, ticket = turn.intake.callback, turn.ticket
    turn.remember(is_withheld=False)
    if ticket is not None and ticket.caller_number is None:
        tickets.amend(turn.session, ticket.id, at=turn.at, caller_number=number)
    elif ticket is not None and ticket.caller_number != number:
        tickets.add_contact(turn.session, ticket.id, number, call_id=turn.call.id, at=turn.at)
    return turn.intake.message_step


def number_skipped(turn: Turn) -> Next:
    """They would rather not key one, or cannot: they may still say it."""
    turn.remember(callback="")
    return turn.intake.message_step


def confirm_values(turn: Turn) -> Mapping[str, object]:
    """The number they keyed, digit by digit, as it is dialled here."""
    number = turn.intake.callback
    is_landline = isinstance(read := read_number(number), ReadNumber) and read.kind == NumberKind.LANDLINE
    at_home = number.replace("+86", "0" if is_landline else "", 1)
    return {"number": spoken_digits(at_home.removeprefix("+"))}


def _try_again(turn: Turn) -> Next:
    tries = turn.intake.callback_tries + 1
    turn.remember(callback="", callback_tries=tries)
    return number_skipped(turn) if tries >= TRIES else "number.ask"
