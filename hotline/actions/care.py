"""Somebody who needs special care calls: they go straight to a person, unless they press something else first."""

from hotline.actions import greeting
from hotline.actions.turn import Next, Turn

CARE = "known.care"


def offer_of(turn: Turn) -> str:
    """The menu that puts them through by itself. Empty: they need none, or have gone past it already."""
    if not turn.intake.needs_care or turn.intake.has_passed_care:
        return ""
    turn.remember(has_passed_care=True)
    return CARE


def change_language(turn: Turn) -> Next:
    """The same in the other language."""
    greeting.change_language(turn)
    return CARE
