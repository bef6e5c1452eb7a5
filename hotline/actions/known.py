"""What we know already when somebody calls: the trouble in their building, and whoever wants to hear when it ends."""

from collections.abc import Mapping

from base.wiring import settings
from directory.models import Home
from hotline.actions import care, greeting, own
from hotline.actions.turn import Next, Turn
from messages.lifecycle import Way
from outreach.actions.bodies import places_of
from outreach.actions.callers import way_to
from outreach.actions.sequence import said_end_at
from tickets.actions import askers, incidents
from tickets.lifecycle import IncidentKind
from tickets.models import Incident
from tickets.promises import by

TROUBLE = "known.trouble"
MOST_SAID = 3
"""Of more at once nobody remembers the first; what endangers life comes first, then the newest."""


def offer_of(turn: Turn) -> str:
    """The menu that says what is wrong where the caller lives. Empty: nothing is, or we do not know where that is.

    Hearing it answers a call that then hangs up: nobody has to be called back about what they were told.
    """
    found = _troubles(turn)
    if not found:
        return ""
    turn.remember(trouble_ids=tuple(one.id for one in found), is_answered=True)
    return TROUBLE


def project_chosen(turn: Turn) -> Next:
    """The estate an unknown caller chose; what is wrong with all of it is said before its menu."""
    chosen = greeting.project_chosen(turn)
    return chosen if turn.intake.purpose else offer_of(turn) or chosen


def trouble_values(turn: Turn) -> Mapping[str, object]:
    """Each of the troubles in one sentence, as it stands now."""
    sentences = (_sentence(turn, incident) for incident in _remembered(turn))
    return {"troubles": (" " if turn.language == "en" else "").join(sentences)}


def change_language(turn: Turn) -> Next:
    """The same in the other language."""
    greeting.change_language(turn)
    return TROUBLE


def other_matter(turn: Turn) -> Next:
    """They call about something else: hanging up now is a missed call again. What is open of theirs comes first."""
    turn.remember(is_answered=False)
    return care.offer_of(turn) or own.offer_of(turn) or greeting.top(turn)


def tell_when_over(turn: Turn) -> Next:
    """1: this number is told how it goes on, with everybody else. No ticket: whoever has to know knows."""
    number = turn.call.from_number
    way = way_to(turn.session, number, at=turn.at) if number else None
    lasting = [
        askers.join(
            turn.session, id, number=number if way else None, language=turn.language, call_id=turn.call.id, at=turn.at
        )
        for id in turn.intake.trouble_ids
    ]
    if not any(lasting):
        turn.say("known.over_now")
    elif way is None:
        turn.say("known.cannot_reach" if number else "known.no_number")
    else:
        turn.say("known.told_by_text" if way is Way.TEXT else "known.told_by_call")
    return "known.more"


def _troubles(turn: Turn) -> list[Incident]:
    """What lasts in the buildings of the caller's homes, or, of a caller without any, in the whole of their estate."""
    lasting = incidents.lasting(turn.session, turn.call.project_id)
    if not lasting:
        return []
    homes = [home for id in turn.intake.homes if (home := turn.session.get(Home, id))]
    buildings = {home.building_id for home in homes}
    own = turn.call.project_id
    projects = {home.building.project_id for home in homes} or ({own} if own else set())
    return incidents.touching(lasting, projects=projects, buildings=buildings)[:MOST_SAID]


def _remembered(turn: Turn) -> list[Incident]:
    return [turn.session.get_one(Incident, id) for id in turn.intake.trouble_ids]


def _sentence(turn: Turn, incident: Incident) -> str:
    said = incident.kind if turn.book.says(f"known.{incident.kind}") else IncidentKind.OTHER
    return turn.words(
        f"known.{said}", places=places_of(turn.session, incident, None, turn.language),
        cause=_cause(turn, incident), end=_end(turn, incident),
    )  # fmt: skip


def _cause(turn: Turn, incident: Incident) -> str:
    """Why, as somebody wrote it; in English only what is not Chinese."""
    cause = incident.cause.strip(" 。.，,")
    if not cause or (turn.language == "en" and not cause.isascii()):
        return ""
    return turn.words("known.because", cause=cause)


def _end(turn: Turn, incident: Incident) -> str:
    """By when it is over, as was let go for owners to know. A moment that has passed is not said."""
    end_at = said_end_at(turn.session, incident)
    if end_at is None:
        return turn.words("known.no_end")
    if end_at <= turn.at:
        return turn.words("known.late")
    end = by(end_at, turn.language, at=turn.at, zone=settings().timezone, in_figures=False)
    return turn.words("known.expected", end=end)
