"""The carrier's door: the spoken question whether an all-clear is true, and the key pressed on it.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from base.wiring import settings
from messages import actions as messages
from outreach.actions import spotanswers
from outreach.actions.puttingthrough import put_through
from outreach.actions.spokenquestions import AGAIN, PERSON
from outreach.actions.spotasking import about, what
from outreach.interviewwords import spoken as spoken_anywhere
from outreach.spotchecks import NO, YES, SpotState
from outreach.surveymodels import IncidentSample
from outreach.words import spoken
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Say, Step, spoken_digits
from tickets.models import Ticket

SORRY = (spoken("sorry", "zh"), spoken("sorry", "en"))
OVER = (spoken("over", "zh"), spoken("over", "en"))

door = voice_door("spot_check", __name__, rings_duty=False, sorry_says=SORRY)

WAIT_S = 6
PATIENCE = 3
"""Silences, and wrong keys, until they are left in peace: a voicemail must not listen for ever."""


@door.post("/voice/sample/<int:sample_id>")
@guarded_by(Guard.SIGNED)
def sample_is_answered(sample_id: int) -> Any:
    """Somebody, or something, picked up: who calls, about what, and the question."""
    with reading() as session:
        sample = _sample(session, sample_id)
        if sample is None or not spotanswers.can_be_answered(sample):
            return End(OVER)
        language, here = sample.language, settings()
        company = here.company_name_en if language == "en" else here.company_name
        return _ask(sample, (spoken("check_hello", language, company=company, what=what(sample)),))


@door.post("/voice/sample/<int:sample_id>/key")
@guarded_by(Guard.SIGNED)
def sample_key_is_pressed(sample_id: int) -> Any:
    """1 it is over, 2 it is not, 0 a person; anything else, and silence, hears it again."""
    key = keys_pressed()
    with transaction() as session:
        sample = _sample(session, sample_id)
        if sample is None:
            return End(OVER)
        if key:
            for message in messages.messages_about(session, about(sample))[-1:]:
                messages.heard(session, message.id, at=now())
        if key in {YES, NO}:
            spotanswers.take(session, sample.id, key, at=now())
            session.refresh(sample)
        if key != PERSON:
            return _after(session, sample, key)
        # the ticket stands, and that is committed, before anybody is rung
        ticket = spotanswers.wants_person(session, sample.id, at=now())
        if ticket is None:
            return End(OVER)
        says = (spoken_anywhere("to_person", sample.language),)
        return put_through(session, ticket.id, sample.number, says, at=now())


def _sample(session: Session, sample_id: int) -> IncidentSample | None:
    return row_of(session, IncidentSample, sample_id)


def _after(session: Session, sample: IncidentSample, key: str) -> Step:
    """What they hear: thanks, the number of their ticket, or the question once more."""
    language = sample.language
    if sample.state is SpotState.YES:
        return End((spoken("check_yes", language),))
    if sample.state is SpotState.NO and sample.ticket_id is not None:
        ref = session.get_one(Ticket, sample.ticket_id).ref
        return End((spoken("check_no", language, ref=spoken_digits(ref)),))
    if not spotanswers.can_be_answered(sample):
        return End(OVER)
    if key == AGAIN:
        return _ask(sample)
    met = patience(PATIENCE).after(key)
    if met.is_out(PATIENCE):
        return End((spoken("check_lost" if key else "check_no_key", language, hotline=settings().hotline_said),))
    return _ask(sample, (spoken("wrong" if key else "silence", language),), met)


def _ask(sample: IncidentSample, before: tuple[Say, ...] = (), met: Patience = FRESH) -> Step:
    path = f"/voice/sample/{sample.id}/key?{met.query}"
    return Ask((*before, spoken("check_question", sample.language)), path, keys=1, wait_s=WAIT_S)
