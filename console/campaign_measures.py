"""How long the texts of a campaign are while it is written, what each route costs, and what is found in the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from messages.lifecycle import Way
from messages.lint import About, Finding, lint_whole
from messages.wording import LANGUAGES, Segments, segments
from outreach.actions import checking
from outreach.actions.bodies import Bodies
from outreach.actions.progress import price
from outreach.audience import Recipient
from outreach.lifecycle import CampaignKind
from telephony.capabilities import MAINLAND

ALONE = {"GSM-7": 160, "UCS-2": 70}
EACH = {"GSM-7": 153, "UCS-2": 67}
"""Units of a text that is one segment, and of each of several."""


@dataclass(frozen=True, slots=True)
class Meter:
    """The longest text in one language with signature and footer: units of `most`, in `count` segments.

    `typical` is how many segments it has for the one in the middle; `body` is that longest text.
    """

    units: int
    most: int
    count: int
    typical: int
    body: str


@dataclass(frozen=True, slots=True)
class Route:
    """What goes one way (`mainland`, `abroad`, `call`): numbers, their segments or calls, and what that costs.

    `cost` is None where no price is set.
    """

    name: str
    numbers: int
    units: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class Cut:
    """One text as one of the audience would get it, cut into segments."""

    one: Recipient
    body: str
    size: Segments


def cut(recipients: Sequence[Recipient], bodies: Bodies, at: datetime) -> list[Cut]:
    """The texts of these, those that are called left out."""
    made = [(one, bodies.of(one, at)) for one in recipients if one.way is Way.TEXT]
    return [Cut(one, body, segments(body)) for one, body in made]


def meters(texts: Sequence[Cut], bodies: Bodies, known: About, at: datetime) -> dict[str, Meter]:
    """By language; where nobody reads it yet, of the text for a stranger."""
    found = {}
    for language in LANGUAGES:
        theirs = [each for each in texts if (each.one.language == "en") == (language == "en")]
        found[language] = _meter(theirs or cut([checking.stranger(language, known)], bodies, at))
    return found


def routes(texts: Sequence[Cut], calls: int) -> tuple[Route, ...]:
    """What goes by which route, and what it costs; a route nobody needs is left out."""
    by_name: dict[str, list[Cut]] = {"mainland": [], "abroad": []}
    for each in texts:
        by_name["mainland" if each.one.number.startswith(MAINLAND) else "abroad"].append(each)
    counted = [(name, len(them), sum(each.size.count for each in them)) for name, them in by_name.items()]
    found = [Route(name, numbers, units, price(units, 0)) for name, numbers, units in counted]
    return tuple(one for one in [*found, Route("call", calls, calls, price(0, calls))] if one.numbers)


def findings(
    kind: CampaignKind, bodies: Bodies, known: About, measured: dict[str, Meter]
) -> dict[str, list[Finding]]:  # fmt: skip
    """By language, what is found in what was typed, and in the longest text as it leaves; nothing where none is yet."""
    found: dict[str, list[Finding]] = {}
    for language in LANGUAGES:
        if not bodies.texts[language].strip():
            continue
        words = checking.words(kind, bodies, known, language)
        whole = lint_whole(measured[language].body, language, known)
        found[language] = [*words, *(one for one in whole if one.rule not in {each.rule for each in words})]
    return found


def _meter(theirs: Sequence[Cut]) -> Meter:
    longest = max(theirs, key=lambda each: (each.size.count, each.size.units))
    middle = sorted(each.size.count for each in theirs)[len(theirs) // 2]
    size = longest.size
    room = ALONE if size.count == 1 else EACH
    return Meter(size.units, room[size.encoding] * size.count, size.count, middle, longest.body)
