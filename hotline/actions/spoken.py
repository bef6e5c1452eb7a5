"""What a caller says beside keys: understood or not, read back, and done only once a key has said yes."""

from collections.abc import Mapping

from base.wiring import settings
from hotline.actions.greeting import top
from hotline.actions.turn import Next, Turn
from hotline.hearing import Follow, Move, mishear
from hotline.intake import Reason
from hotline.menu import HEARD, MenuStep
from hotline.spoken import hints, understood
from telephony.speech import Listen
from tickets.actions import known_words
from tickets.lifecycle import Kind
from tickets.triage import category_words

NOES = 3
"""Times we may misunderstand in a call before a person is rung."""
_NOTHING = {"said_kind": "", "said_category": "", "said_at": ""}


def listening(turn: Turn, step: MenuStep) -> Listen | None:
    """In which language a question is to be heard, and what is likely to be said; None: keys alone."""
    if not (settings().speech_menus and step.hears_words):
        return None
    return Listen(turn.language, hints(turn.language, known_words()))


def offer(turn: Turn, step: MenuStep) -> None:
    """That words are understood here, said after the keys."""
    if listening(turn, step) is not None:
        turn.say("spoken.offer")


def heard(turn: Turn, step: MenuStep) -> Move:
    """What follows words: that they are read back, or patience."""
    matter = understood(turn.heard.said, known_words())
    # what was made of it; the words themselves are nobody's to keep
    turn.note = f"said: {matter.category}" if matter else "said: not understood"
    return Follow(HEARD) if matter else mishear(step, turn.intake.tally)


def read_back(turn: Turn) -> Next:
    """Were they understood aright?"""
    matter = understood(turn.heard.said, known_words())
    if matter is not None:
        # what they heard before no longer settles the call
        turn.remember(
            said_kind=matter.kind.value, said_category=matter.category, said_at=turn.intake.place, is_answered=False
        )
    return "spoken.confirm"


def confirm_values(turn: Turn) -> Mapping[str, object]:
    """What we understood."""
    return {"said": category_words(turn.intake.said_category, turn.language)}


def confirmed(turn: Turn) -> Next:
    """Yes. Nothing that is said makes less of an emergency."""
    said = turn.intake
    if said.spoke_of_danger or said.purpose == Kind.EMERGENCY:
        return _endangered(turn)
    turn.remember(purpose=said.said_kind, category=said.said_category, **_NOTHING)
    return "@report"


def denied(turn: Turn) -> Next:
    """No: asked again, and after some times a person."""
    asked, noes = turn.intake.said_at, turn.intake.said_wrongs + 1
    turn.remember(said_wrongs=noes, **_NOTHING)
    if noes >= NOES:
        turn.say("spoken.to_person")
        turn.given_up = Reason.LOST
        return "@person"
    return asked if asked and turn.book.find(asked) else top(turn)


def unconfirmed(turn: Turn) -> Next:
    """No key said yes or no. Danger is believed without one: waking somebody in vain is the lesser evil."""
    return _endangered(turn) if turn.intake.spoke_of_danger else "@person"


def _endangered(turn: Turn) -> Next:
    # whoever comes must be able to ring them
    turn.remember(is_anonymous=False, to_headquarters=False)
    return "@emergency"
