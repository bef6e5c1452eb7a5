"""The carrier's door: may we enter your home, water is running; and the key pressed on it.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from base.wiring import settings
from directory.actions import place_of
from outreach.actions import entering
from outreach.actions.puttingthrough import put_through
from outreach.actions.spokenquestions import AGAIN
from outreach.entries import LOST, PERSON, UNDECIDED, EntryState
from outreach.entrymodels import EntryRequest
from outreach.entrywords import SORRY, spoken
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Say, Step

door = voice_door("entry", __name__, rings_duty=False, sorry_says=SORRY)

WAIT_S = 6
PATIENCE = 3
"""Silences until the next of them is rung: a voicemail must not listen for ever. Wrong keys until whoever presses them
is put through to a person."""


@door.post("/voice/entry/<int:request_id>/<int:place>")
@guarded_by(Guard.SIGNED)
def entry_is_answered(request_id: int, place: int) -> Any:
    """Somebody, or something, picked up: what is wrong, where, and the question."""
    with reading() as session:
        request = row_of(session, EntryRequest, request_id)
        if request is None or not 0 <= place < len(request.whom):
            return End(SORRY)
        if request.state not in UNDECIDED:
            return _after(request.state, _language(request, place))
        return _ask(request, place)


@door.post("/voice/entry/<int:request_id>/<int:place>/key")
@guarded_by(Guard.SIGNED)
def entry_key_is_pressed(request_id: int, place: int) -> Any:
    """1 we may, with a witness; 2 we may not; 0 a person; anything else, and silence, hears it again."""
    key = keys_pressed()
    with transaction() as session:
        state = entering.answer(session, request_id, place, key, at=now())
        request = row_of(session, EntryRequest, request_id)
        if request is None or not 0 <= place < len(request.whom):
            return End(SORRY)
        if key == PERSON:
            return _to_person(session, request, place, "person")
        if state is not None:
            return _after(state, _language(request, place))
        return _again(session, request, place, key)


def _after(state: EntryState, language: str) -> Step:
    return End((spoken(state.value, language, hotline=settings().hotline_said),))


def _again(session: Session, request: EntryRequest, place: int, key: str) -> Step:
    """After silences goodbye; after wrong keys a person: somebody is there. Star forgets both."""
    language, met = _language(request, place), patience(PATIENCE).after(key)
    if key == AGAIN:
        return _ask(request, place)
    if not met.is_out(PATIENCE):
        return _ask(request, place, (spoken("wrong" if key else "silence", language),), met)
    if not key:
        return End((spoken("no_key", language, hotline=settings().hotline_said),))
    entering.answer(session, request.id, place, LOST, at=now())
    return _to_person(session, request, place, "lost")


def _to_person(session: Session, request: EntryRequest, place: int, words: str) -> Step:
    says = (spoken(words, _language(request, place)),)
    return put_through(session, request.ticket_id, request.whom[place]["number"], says, at=now())


def _ask(request: EntryRequest, place: int, before: tuple[Say, ...] = (), met: Patience = FRESH) -> Step:
    language, here = _language(request, place), settings()
    company = here.company_name_en if language == "en" else here.company_name
    question = spoken("question", language, company=company, place=place_of(request.home, language))
    return Ask((*before, question), f"/voice/entry/{request.id}/{place}/key?{met.query}", keys=1, wait_s=WAIT_S)


def _language(request: EntryRequest, place: int) -> str:
    return str(request.whom[place]["language"])
