"""The carrier's door: one of us is rung to return a call, and put through to the caller by key.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from base.wiring import settings
from directory.models import Staff
from hotline.actions import returning
from hotline.menubook import book
from hotline.models import Call, RingBack
from hotline.ringback import RingBackState
from messages import actions as messages
from oncall import actions as oncall
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Ring, Say, Step, Tongue, Transfer, spoken_digits
from tickets.triage import category_words

door = voice_door("ring_back", __name__, rings_duty=False)

TIMES = 3
"""Silences, and wrong keys, until a question is put no more: a voicemail of ours must not listen for ever."""
WAIT_S = 6
OWNER_RINGS_S = 30
BRIDGED = frozenset({"completed", "answered"})


@door.post("/voice/ring-back/<int:id>/<int:ring>")
@guarded_by(Guard.SIGNED)
def colleague_picks_up(id: int, ring: int) -> Any:
    """Whoever took it, or their voicemail: whom to call back, and key 1."""
    with reading() as session:
        row = _row(session, id, ring)
        return _over() if row is None else _offer(row, ring)


@door.post("/voice/ring-back/<int:id>/<int:ring>/key")
@guarded_by(Guard.SIGNED)
def colleague_is_ready(id: int, ring: int) -> Any:
    """1 rings the caller, who sees the hotline's number; anything else hears it again."""
    key = keys_pressed()
    with transaction() as session:
        row = _row(session, id, ring)
        if row is None:
            return _over()
        if key != "1":
            return _offer(row, ring, patience(TIMES).after(key), key)
        for message in messages.messages_about(session, f"ringback:{id}"):
            messages.heard(session, message.id, at=now())
        returning.owner_rung(session, id, ring, at=now())
        return Transfer(
            (_say(row, "ring_back_ringing"),), (Ring(row.number),), f"/voice/ring-back/{id}/{ring}/after",
            caller_id=_our_number(row), ring_s=OWNER_RINGS_S,
        )  # fmt: skip


@door.post("/voice/ring-back/<int:id>/<int:ring>/after")
@guarded_by(Guard.SIGNED)
def caller_has_been_rung(id: int, ring: int) -> Any:
    """Nobody picked up, or the talk is over. A voicemail talks too: only the colleague knows, by key."""
    with transaction() as session:
        row = row_of(session, RingBack, id)
        if row is None:
            return _over()
        returning.talk_over(session, id, ring)
        if request.form.get("DialCallStatus", "") in BRIDGED:
            return _how(row, ring)
        returning.not_reached(session, id, ring, at=now())
        return End((_say(row, "ring_back_again"),))


@door.post("/voice/ring-back/<int:id>/<int:ring>/result")
@guarded_by(Guard.SIGNED)
def colleague_says_how_it_went(id: int, ring: int) -> Any:
    """1: they have talked; 2: it was a voicemail, or nobody."""
    key = keys_pressed()
    with transaction() as session:
        row = row_of(session, RingBack, id)
        if row is None:
            return _over()
        if key == "1":
            returning.spoken(session, id, at=now())
            return End((_say(row, "ring_back_spoken"),))
        if key == "2":
            returning.not_reached(session, id, ring, at=now())
            return End((_say(row, "ring_back_again"),))
        return _how(row, ring, patience(TIMES).after(key), key)


def _row(session: Session, id: int, ring: int) -> RingBack | None:
    """The call to return, while whoever is on the line with this ring has it: they work here, and nobody else took it
    over since.
    """
    row = row_of(session, RingBack, id)
    if row is None or row.state is not RingBackState.TAKEN or row.rings != ring:
        return None
    return row if row.taken_by_id == row.rung_by_id and row.taken_by is not None and row.taken_by.is_active else None


def _offer(row: RingBack, ring: int, met: Patience = FRESH, wrong_key: str = "") -> Step:
    return _ask(row, _say(row, "ring_back", **_matter(row)), f"{ring}/key", met, wrong_key)


def _how(row: RingBack, ring: int, met: Patience = FRESH, wrong_key: str = "") -> Step:
    return _ask(row, _say(row, "ring_back_result"), f"{ring}/result", met, wrong_key)


def _ask(row: RingBack, said: Say, step: str, met: Patience, wrong_key: str) -> Step:
    if met.is_out(TIMES):
        return End((_say(row, "ring_back_lost" if wrong_key else "ring_back_open"),))
    before = (_say(row, "wrong_key"),) if wrong_key else ()
    return Ask((*before, said), f"/voice/ring-back/{row.id}/{step}?{met.query}", keys=1, wait_s=WAIT_S)


def _matter(row: RingBack) -> dict[str, object]:
    language = _tongue(row.taken_by)
    return {
        "place": oncall.place_of(row.ticket, language), "ref": spoken_digits(row.ticket.ref),
        "category": category_words(row.ticket.category, language)
        or book().words(f"main.kind_{row.ticket.kind.value}").spoken(language),
    }  # fmt: skip


def _our_number(row: RingBack) -> str:
    """The number they dialled: the one they know."""
    call: Call = row.call
    return call.to_number or settings().hotline


def _say(row: RingBack, key: str, **values: object) -> Say:
    language = _tongue(row.taken_by)
    return Say(book().words(f"staff.{key}").spoken(language, **values), language=language)


def _over() -> Step:
    words = book().words("staff.ring_back_over")
    return End((Say(words.zh), Say(words.en, language="en")))


def _tongue(staff: Staff | None) -> Tongue:
    return "en" if staff is not None and staff.language == "en" else "zh"
