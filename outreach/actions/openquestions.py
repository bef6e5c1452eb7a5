"""Which questions are open at a number, and under which letters, whatever they are about."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from outreach.actions import atnumber
from outreach.letters import FIRST, free
from outreach.spotchecks import TEXT_LIVES as SPOT_LIVES
from outreach.spotchecks import SpotState
from outreach.surveymodels import IncidentSample, Interview, Survey
from outreach.surveys import TEXT_LIVES, SurveyState
from outreach.waves import LASTS, UNDER_WAY

AT_ONCE = 1000
Asked = Survey | Interview | IncidentSample
"""A question that was put to somebody: about a ticket, of a wave, or whether an all-clear is true."""


def open_questions(session: Session, number: str, *, at: datetime) -> list[Asked]:
    """What a text from this number may answer, as it was put; each under a letter of its own.

    Two that were put at the same moment may have been given the same one: the later gets another.
    """
    surveys = session.scalars(select(Survey).where(Survey.number == number, _is_open(at)))
    spots = session.scalars(select(IncidentSample).where(IncidentSample.number == number, _is_checked(at)))
    found: list[Asked] = [*surveys, *spots, *atnumber.open_at(session, number, at=at)]
    found.sort(key=lambda one: (one.asked_at or at, isinstance(one, Interview), one.id))
    used: set[str] = set()
    for one in found:
        one.letter = free(used) if one.letter in used else one.letter
        used.add(one.letter)
    session.flush()
    return found


def letter_for(session: Session, number: str, *, at: datetime) -> str:
    """The letter of a question that is about to be put at this number."""
    return free(letters_of(session, [number], at=at).get(number, ()))


def letters_of(session: Session, numbers: Collection[str], *, at: datetime) -> dict[str, set[str]]:
    """The letters that questions hold at these numbers: those that were put, and those of waves about to be."""
    found: dict[str, set[str]] = {}
    wanted = sorted(numbers)
    for some in (wanted[i : i + AT_ONCE] for i in range(0, len(wanted), AT_ONCE)):
        of_tickets = select(Survey.number, Survey.letter).where(Survey.number.in_(some), _is_open(at))
        of_waves = select(Interview.number, Interview.letter).where(
            Interview.number.in_(some), Interview.state.in_(UNDER_WAY), Interview.written_at > at - LASTS
        )
        of_spots = select(IncidentSample.number, IncidentSample.letter).where(
            IncidentSample.number.in_(some), _is_checked(at)
        )
        for number, letter in (row for query in (of_tickets, of_waves, of_spots) for row in session.execute(query)):
            found.setdefault(number or "", set()).add(letter)
    return found


def knows_letters(session: Session, number: str, *, at: datetime) -> bool:
    """Whether this number was asked anything under a letter lately: only then does it know of the one not shown."""
    return any(
        session.scalar(select(exists().where(kind.number == number, kind.letter != FIRST, kind.asked_at > at - LASTS)))
        for kind in (Survey, IncidentSample, Interview)
    )


def _is_open(at: datetime) -> ColumnElement[bool]:
    return Survey.state.in_((SurveyState.PLANNED, SurveyState.OPEN)) & (Survey.asked_at > at - TEXT_LIVES)


def _is_checked(at: datetime) -> ColumnElement[bool]:
    is_open = IncidentSample.state.in_((SpotState.PLANNED, SpotState.OPEN))
    return is_open & (IncidentSample.asked_at > at - SPOT_LIVES)
