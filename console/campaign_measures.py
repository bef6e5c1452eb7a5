"""How long the texts of a campaign are while it is written, what each route costs, and what is found in the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from messages.lifecycle import Way
from messages.lint import About, Finding, lint_whole
from messages.wording import LANGUAGES, Segments, segments
from outreach.actions import checking
from outreach.actions.bodies import Bodies
from outreach.actions.routes import Route
from outreach.actions.routes import routes as found_routes
from outreach.audience import Recipient
from outreach.lifecycle import CampaignKind
from telephony.regions import region_of

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


def routes(recipients: Sequence[Recipient], texts: Sequence[Cut]) -> list[Route]:
    """Where these go, and what it costs; `texts` are those of them that are texted."""
    called = [(Way.CALL, region_of(one.number), 1, 1) for one in recipients if one.way is Way.CALL]
    return found_routes([(Way.TEXT, region_of(each.one.number), 1, each.size.count) for each in texts] + called)


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
