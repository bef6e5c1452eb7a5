"""What became of it: spoken to whoever calls from the ticket's telephone, or knows its number and four digits."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import aliased

from base.wiring import settings
from hotline.actions.codes import has_code
from hotline.actions.homes import ask_home
from hotline.actions.telling import UNNAMED_TAIL, kind_words, status_words
from hotline.actions.turn import Next, Turn, spoken_ref
from hotline.intake import Reason
from hotline.models import Call, CallEvent
from oncall import actions as oncall
from telephony.speech import End
from tickets import actions as tickets
from tickets.lifecycle import MOVING, Status
from tickets.models import Ticket
from tickets.promises import sentence

AT_MOST = 3
REF_TRIES = 3
GUESSES_AN_HOUR = 5
"""Wrong tails for one ticket, over all calls, before nobody is told about it for the rest of the hour."""
TAIL = "progress.tail"


def progress(turn: Turn) -> Next:
    """The caller's own open tickets, newest first; without any, by number.

    On a telephone that several share, a key first says for which home: what one reported is nobody else's to hear.
    """
    if turn.intake.is_shared and turn.call.staff_id is None and _own(turn):
        return "progress.whose"
    return _told(turn)


def own_progress(turn: Turn) -> Next:
    """On a shared telephone: the tickets of the home they say, reported from here."""
    if turn.call.home_id is None and turn.intake.homes and not turn.intake.has_no_home:
        turn.remember(after_home="@own_progress")
        return ask_home(turn)
    if turn.intake.is_shared and turn.call.home_id is None:
        return "progress.ref"  # whose tickets they are cannot be told apart here
    return _told(turn)


def _own(turn: Turn) -> Sequence[Ticket]:
    number = turn.call.from_number
    if number is None:
        return []
    home_id, is_one_of_several = turn.call.home_id, len(turn.intake.homes) > 1
    of_home: ColumnElement[bool] = true()
    if turn.intake.is_shared and home_id:
        of_home = Ticket.home_id == home_id
        of_home = of_home if is_one_of_several else or_(of_home, Ticket.home_id.is_(None))
    # what was merged goes on in its original, which somebody else may have reported
    original = aliased(Ticket)
    goes_on = (Ticket.status == Status.MERGED) & original.status.in_(MOVING)
    return turn.session.scalars(
        select(Ticket)
        .outerjoin(original, original.id == Ticket.merged_into_id)
        .where(Ticket.caller_number == number, Ticket.status.in_(MOVING) | goes_on, of_home)
        .order_by(Ticket.status == Status.MERGED, Ticket.id.desc())
        .limit(AT_MOST)
    ).all()


def _told(turn: Turn) -> Next:
    number, own = turn.call.from_number, _own(turn)
    turn.remember(after_home="")
    if own:
        for ticket in own:
            _tell(turn, ticket)
        return "progress.more"
    if number:
        # "nothing is open" is an answer too: hanging up on it leaves nothing to do
        turn.say("progress.none")
        turn.remember(is_answered=True)
    return "progress.ref"


def ref_keyed(turn: Turn) -> Next:
    """The number of a ticket; whether there is one is not said before the second answer."""
    turn.remember(ref_keys=turn.digits[:16])
    return TAIL


def tail_keyed(turn: Turn) -> Next:
    """The last four digits of the telephone it was reported from."""
    ref, tail = turn.intake.ref_keys, turn.digits[:8]
    guesses = _guesses(turn, ref)
    turn.note = f"wrong tail of {ref}"
    ticket = tickets.find_by_ref(turn.session, ref)
    if ticket is not None and guesses < GUESSES_AN_HOUR and _is_tail(turn, ticket, tail):
        turn.note = "right tail"
        _tell(turn, ticket)
        return "progress.more"
    tries = turn.intake.ref_tries + 1
    turn.remember(ref_tries=tries)
    if tries >= REF_TRIES:
        turn.say("progress.to_person")
        turn.given_up = Reason.LOST
        return "@person"
    turn.say("progress.no_match")
    return "progress.ref"


def _is_tail(turn: Turn, ticket: Ticket, tail: str) -> bool:
    """Whether these are its four digits; whoever stayed unnamed has a code instead, which nobody else can think of."""
    return tail == (ticket.caller_number or UNNAMED_TAIL)[-4:] and not has_code(turn.session, ticket.id)


def goodbye(turn: Turn) -> Next:
    """They have heard what they called for."""
    turn.say("main.goodbye")
    return End(tuple(turn.says))


def _tell(turn: Turn, ticket: Ticket) -> None:
    turn.say(
        "progress.one", ref=spoken_ref(ticket), kind=kind_words(turn, ticket), status=status_words(turn, ticket),
        promise=_promised(turn, ticket),
    )  # fmt: skip
    turn.remember(is_answered=True)


def _promised(turn: Turn, ticket: Ticket) -> str:
    """What was promised, while nobody has done it; if we are late that is said, and made true that we chase it."""
    if ticket.acknowledged_at is not None or ticket.status not in MOVING:
        return ""
    promise = tickets.promise_of(turn.session, ticket, at=turn.at)
    if promise.is_met:
        return ""
    if not promise.is_broken(turn.at):
        return sentence(promise, turn.language, at=turn.at, zone=settings().timezone)
    told_at = oncall.urge(turn.session, ticket, call_id=turn.call.id, at=turn.at)
    return turn.words("progress.late" if told_at <= turn.at else "progress.late_at_night")


def _guesses(turn: Turn, ref: str) -> int:
    return turn.session.scalars(
        select(func.count(CallEvent.id))
        .join(Call, Call.id == CallEvent.call_id)
        .where(
            Call.began_at > turn.at - timedelta(hours=1),
            CallEvent.menu_step == TAIL,
            CallEvent.heard == f"wrong tail of {ref}",
        )
    ).one()
