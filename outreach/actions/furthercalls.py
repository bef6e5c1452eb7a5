"""Whom a later word about a trouble is called out to: by the proof of having heard, one telephone a home."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from directory.models import Contact, Home, Number
from messages.ever import EVER
from messages.lifecycle import MessageState, Way
from outreach import ladders, latercalls
from outreach.actions.unheard import spoke_since
from outreach.audience import Reason
from outreach.ladders import Tried
from outreach.latercalls import Fared
from tickets.actions.incidents import buildings_touched
from tickets.lifecycle import ENDANGERS_LIFE
from tickets.models import Incident

GOT = (
    MessageState.CLAIMED, MessageState.ACCEPTED, MessageState.UNKNOWN, MessageState.DELIVERED, MessageState.NO_RECEIPT,
    MessageState.ANSWERED,
)  # fmt: skip
"""States of a message that somebody got, or may have got."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class FurtherCalls:
    """Numbers that are not called after all, with the reason, and those that are not rung at night whatever it is."""

    spared: dict[str, Reason] = field(default_factory=dict)
    by_day: frozenset[str] = frozenset()


def sift(
    session: Session, incident_id: int | None, told: ColumnElement[bool], *, asked: Collection[str],
    elsewhere: Collection[str], gone: Collection[int] = (),
) -> FurtherCalls:  # fmt: skip
    """Go through the calls of a word to whoever was `told`.

    `told`: of a message of `EVER`, that it said an earlier word. `asked`: landlines at which somebody asked to hear
    more. `elsewhere`: numbers whose people asked to hear it at another. `gone`: buildings that the trouble does not
    touch any more, where it is about those.
    """
    calls = dict.fromkeys(asked, Fared.ASKED) | {
        number: how for number, how in _calls(session, told) if number not in asked and number not in elsewhere
    }
    if incident_id is None or not calls:
        return FurtherCalls()
    incident = session.get_one(Incident, incident_id)  # only read: pages ask this again and again
    there = buildings_touched(session, incident) | set(gone)
    its = select(EVER.number).where(told, EVER.way == Way.CALL)
    behind = (
        select(Number.number, Contact.home_id)
        .join(Contact, Contact.person_id == Number.person_id)
        .join(Home, Home.id == Contact.home_id)
        .where(
            or_(Number.number.in_(its), Number.number.in_(asked)), Number.extension == "", Contact.ended_at.is_(None),
            Home.building_id.in_(there),
        )
    )  # fmt: skip
    homes: defaultdict[str, set[int]] = defaultdict(set)
    for number, home_id in session.execute(behind):
        homes[number].add(home_id)
    in_vain = {
        home_id for number, how in calls.items() if how >= Fared.NOT_PICKED_UP for home_id in homes.get(number, ())
    }
    have_heard = set(_have_heard(session, incident, told, sorted(in_vain))) if in_vain else set()
    by_day = frozenset(number for number, how in calls.items() if not latercalls.may_wake(how))
    return FurtherCalls(latercalls.spared(calls, homes, have_heard), by_day)


def _calls(session: Session, told: ColumnElement[bool]) -> Iterator[tuple[str, Fared]]:
    """The numbers that are called: where a text was taken, or nothing was, they are texted."""
    its = select(EVER.number).where(told, EVER.way == Way.CALL)
    rows: defaultdict[str, list[tuple[Way, MessageState, bool]]] = defaultdict(list)
    query = select(EVER.number, EVER.way, EVER.state, EVER.heard_at)
    for number, way, state, heard_at in session.execute(query.where(told, EVER.number.in_(its))):
        rows[number].append((way, state, heard_at is not None))
    for number, ways in rows.items():
        best = min(ways, key=lambda one: (one[1] not in GOT, one[0] is Way.CALL))
        if best[0] is Way.CALL:
            yield number, latercalls.fared((state, is_heard) for way, state, is_heard in ways if way is Way.CALL)


def _have_heard(
    session: Session, incident: Incident, told: ColumnElement[bool], home_ids: Sequence[int]
) -> Iterator[int]:  # fmt: skip
    """Those of these homes somebody of which is known to have heard, as the ladder of an emergency knows it."""
    for few in (home_ids[i : i + AT_ONCE] for i in range(0, len(home_ids), AT_ONCE)):
        theirs: defaultdict[int, set[str]] = defaultdict(set)
        numbers = select(Contact.home_id, Number.number).join(Number, Number.person_id == Contact.person_id)
        for home_id, number in session.execute(numbers.where(Contact.home_id.in_(few), Contact.ended_at.is_(None))):
            theirs[home_id].add(number)
        everybody = {number for numbers in theirs.values() for number in numbers}
        rows = select(EVER.number, EVER.way, EVER.state, EVER.heard_at).where(
            told, EVER.number.in_(everybody), EVER.state != MessageState.PLANNED
        )
        tried = [Tried(number, way, state, at is not None) for number, way, state, at in session.execute(rows)]
        spoke = spoke_since(session, incident.opened_at, everybody)
        heard = ladders.heard(tried, spoke, endangers_life=incident.kind in ENDANGERS_LIFE)
        yield from (home_id for home_id, numbers in theirs.items() if not heard.isdisjoint(numbers))
