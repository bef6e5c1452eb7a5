"""A month as a page is asked for it, and as it is called."""

from collections.abc import Container
from datetime import date

from base.errors import BadInput
from console.door import language
from console.parts import MONTHS
from console.words import say


def month_asked(typed: str, today: date, years: Container[int], *, is_kept: bool) -> date:
    """The first day of the month that was asked for as `2027-03`, or of this one where nothing was.

    Raises `BadInput` for what is no month of these years, unless what else was typed `is_kept` on the page.
    """
    try:
        found = date.fromisoformat(f"{typed}-01") if typed else today.replace(day=1)
        if found.year in years:
            return found
    except ValueError:
        pass
    if is_kept:
        return today.replace(day=1)
    raise BadInput(say("month.unknown", language()))


def month_title(first: date) -> str:
    """What a month is called above its page."""
    month = MONTHS[first.month - 1] if language() == "en" else str(first.month)
    return say("month.of", language(), y=first.year, m=month)
