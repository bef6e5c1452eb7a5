"""Whoever stayed unnamed keys their code: hears what became of it, the answer itself, and may add to it."""

import re

from hotline.actions.codes import RIGHT, WRONG, ticket_of
from hotline.actions.greeting import top
from hotline.actions.reports import forget_caller
from hotline.actions.telling import status_words
from hotline.actions.turn import Next, Turn
from telephony.speech import End, Say
from tickets import actions as tickets
from tickets.lifecycle import MOVING, Move, Status, may
from tickets.models import Ticket
from tickets.triage import category_words

CODE_TRIES = 3
LONGEST_ANSWER = 800
"""Characters of an answer that are read out: three minutes."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


def code_keyed(turn: Turn) -> Next:
    """Where it stands, and the answer in the words of whoever gave it. Whoever asks this is not written down."""
    ticket_id = ticket_of(turn.session, turn.digits, turn.call, at=turn.at)
    # what they came for is the answer, also where there is none: a missed call would name who rang
    turn.remember(is_answered=True)
    if ticket_id is None:
        return _try_again(turn)
    turn.note = RIGHT
    turn.remember(claimed_id=ticket_id)
    _tell(turn, tickets.get(turn.session, ticket_id))
    return "boxes.answer"


def add(turn: Turn) -> Next:
    """One more message for the ticket; what was resolved is open again. From here on nobody knows who called."""
    ticket = tickets.get(turn.session, turn.intake.claimed_id)
    if ticket.status is Status.MERGED and ticket.merged_into_id:
        ticket = tickets.get(turn.session, ticket.merged_into_id)
    if may(Move.REOPEN, ticket.status):
        tickets.reopen(turn.session, ticket.id, None, at=turn.at, text="")
    tickets.count_urge(turn.session, ticket.id, call_id=turn.call.id, at=turn.at, text="来电人凭查询码补充", data={})
    turn.intake = forget_caller(turn.session, turn.call, turn.intake)
    turn.call.ticket_id, turn.call.ticket = ticket.id, ticket
    turn.remember(is_anonymous=True, has_joined=True)
    return "boxes.add"


def added(turn: Turn) -> Next:
    """The message is over, or nothing was said."""
    if turn.intake.messages:
        turn.say("boxes.added")
    turn.say("main.goodbye")
    return End(tuple(turn.says))


def _tell(turn: Turn, ticket: Ticket) -> None:
    """What became part of another ticket stands where that does; its answer is somebody else's to hear."""
    original = tickets.get(turn.session, ticket.merged_into_id) if ticket.merged_into_id else ticket
    turn.say(
        "boxes.stands", category=category_words(ticket.category, turn.language), status=status_words(turn, original)
    )
    result = tickets.resolution_of(turn.session, ticket.id) if ticket.resolved_at is not None else None
    if result is None or not result.text:
        if original.status in MOVING:
            turn.say("boxes.not_answered")
        return
    turn.say("boxes.is_answered")
    words = result.text[:LONGEST_ANSWER]
    turn.says.append(Say(words, language="zh" if _HAN.search(words) else "en"))


def _try_again(turn: Turn) -> Next:
    turn.note = WRONG
    tries = turn.intake.code_tries + 1
    turn.remember(code_tries=tries)
    if tries >= CODE_TRIES:
        turn.say("boxes.no_more_codes")
        return top(turn)
    turn.say("boxes.no_such_code")
    return "boxes.code"
