"""What a household says to a wave becomes a ticket where somebody has to act on it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

import tickets.actions
from directory import actions as directory
from outreach.actions.opening import open_ticket
from outreach.questionnaires import Question, Scale, in_language
from outreach.replies import danger, is_no_matter
from outreach.surveymodels import Interview
from tickets.actions import TicketDraft, known_words
from tickets.lifecycle import MOVING, Channel, Kind, Level, Status
from tickets.models import EventType, Ticket
from tickets.triagewords import UNSORTED, suggest

LEADS_TO_PERSON = "person"
"""The category of the ticket of somebody who wants a person."""


def complain(session: Session, interview: Interview, question: Question, key: str, words: str, *, at: datetime) -> None:
    """After a low answer somebody calls. Another one is added while nobody has taken that on; later it is its own."""
    known = _moving(session, interview)
    if known is not None and known.kind is Kind.COMPLAINT and known.category != question.category:
        known = known if known.status is Status.OPEN else None
    if known is None or known.kind is not Kind.COMPLAINT:
        _open(session, interview, Kind.COMPLAINT, question.category, question.key, words, at)
        words = ""
    add(session, interview, question, f"{said(interview, question, key)} {words}".strip(), at=at)


def want_person(session: Session, interview: Interview, *, at: datetime) -> None:
    """They want a person: that is a ticket of its own, whatever else they said; the same one if asked again."""
    _open(session, interview, Kind.HELP, LEADS_TO_PERSON, LEADS_TO_PERSON, "", at)


def listen(session: Session, interview: Interview, *, at: datetime) -> None:
    """What they said after the tone stands where somebody is at it anyway, or on a ticket of its own."""
    if _moving(session, interview) is None:
        _open(session, interview, Kind.SUGGESTION, Kind.SUGGESTION.value, "words", "", at)


def read(session: Session, interview: Interview, question: Question, words: str, *, at: datetime) -> None:
    """Texted words stand where somebody is at it anyway, or on a ticket of their own, sorted as any text is.

    Beside the key of another answer only those that name a matter; thanks, and danger, which is an emergency, do not.
    """
    if _moving(session, interview) is not None:
        add(session, interview, question, words, at=at)
    elif is_no_matter(words) or danger(words, known_words()) is not None:
        return
    elif (known := suggest(words, known_words())) is not None:
        _open(session, interview, UNSORTED[0], UNSORTED[1], question.key, words, at, told=known.facts)
    elif question.scale is Scale.COMMENT:
        _open(session, interview, Kind.SUGGESTION, Kind.SUGGESTION.value, question.key, words, at)


def add(
    session: Session, interview: Interview, question: Question, words: str, *, at: datetime, again: str = ""
) -> None:  # fmt: skip
    """One more line on the ticket of an interview, once for each question."""
    assert interview.ticket_id is not None  # whoever adds has one
    tickets.actions.add_event(
        session, interview.ticket_id, EventType.CALLED_AGAIN, at=at, text=words,
        data={"channel": Channel.SURVEY.value, "interview": interview.id},
        once_key=f"interview/{interview.id}/{question.key}{again}",
    )  # fmt: skip


def said(interview: Interview, question: Question, key: str) -> str:
    """A question and its answer in words."""
    return f"{in_language(question.ask, interview.language)} {in_language(question.keys[key], interview.language)}"


def _moving(session: Session, interview: Interview) -> Ticket | None:
    """The newest ticket of an interview, if somebody still has to do something about it."""
    if interview.ticket_id is None:
        return None
    ticket = tickets.actions.get(session, interview.ticket_id)
    return ticket if ticket.status in MOVING else None


def _open(
    session: Session, interview: Interview, kind: Kind, category: str, what: str, words: str, at: datetime,
    told: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    home, level = interview.home, Level.C1 if kind is Kind.COMPLAINT else None
    draft = TicketDraft(
        kind=kind, category=category, channel=Channel.SURVEY, project_id=home.building.project_id, home_id=home.id,
        person_id=interview.person_id, place=directory.place_of(home), caller_number=interview.number,
        language=interview.language, summary=words, level=level, told={"reason": "survey_wave", **told},
    )  # fmt: skip
    once_key = f"interview/{interview.id}/{what}/ticket"
    interview.ticket_id = open_ticket(session, draft, at=at, once_key=once_key).id
