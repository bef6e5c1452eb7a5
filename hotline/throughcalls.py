"""The carrier's door: one of us is rung, presses 1, and is put through to a caller or a firm outside.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

import re
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from hotline.actions import through
from hotline.menubook import book
from hotline.models import ThroughCall
from hotline.through import NOT_OVER
from oncall import actions as oncall
from oncall.transfer import TALKS_AT_MOST
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Ring, Say, Step, Tongue, Transfer, spoken_digits
from tickets.triage import category_words

door = voice_door("through", __name__, rings_duty=False)

TIMES = 3
"""Silences, and wrong keys, until nobody is rung: a voicemail of ours must not listen for ever."""
WAIT_S = 6
RINGS_S = 30
SECONDS = re.compile(r"[0-9]{1,6}")


@door.post("/voice/through/<int:id>")
@guarded_by(Guard.SIGNED)
def colleague_is_rung(id: int) -> Any:
    """Whoever asked, or their voicemail: whom they are put through to, and key 1."""
    with reading() as session:
        call = _call(session, id, now())
        return _over() if call is None else _offer(call)


@door.post("/voice/through/<int:id>/key")
@guarded_by(Guard.SIGNED)
def colleague_presses(id: int) -> Any:
    """1 rings the other side, who sees the hotline's number; anything else hears it again."""
    key = keys_pressed()
    with transaction() as session:
        call = _call(session, id, now())
        if call is None:
            return _over()
        if key != "1":
            return _offer(call, patience(TIMES).after(key), key)
        through.put_through(session, call, at=now())
        return Transfer(
            (_say(call, "ring_back_ringing"),), (Ring(call.number),), f"/voice/through/{call.id}/after",
            caller_id=through.shown_number(session, call), ring_s=RINGS_S,
        )  # fmt: skip


@door.post("/voice/through/<int:id>/after")
@guarded_by(Guard.SIGNED)
def other_side_has_been_rung(id: int) -> Any:
    """They talked, or nobody picked up: it stands on the ticket."""
    said, length = request.form.get("DialCallStatus", ""), request.form.get("DialCallDuration", "")
    with transaction() as session:
        call = row_of(session, ThroughCall, id)
        if call is None:
            return _over()
        through.end_call(session, call, said, int(length) if SECONDS.fullmatch(length) else 0, at=now())
        return End((_say(call, f"through_{call.state.value}"),))


def _call(session: Session, id: int, at: datetime) -> ThroughCall | None:
    """The call, while it may still be put through: it was asked for not long ago by somebody who works here still, and
    its ticket is not over.
    """
    call = row_of(session, ThroughCall, id)
    if call is None or call.over_at is not None or call.asked_at <= at - TALKS_AT_MOST:
        return None
    return call if call.ticket.status in NOT_OVER and call.staff.is_active else None


def _offer(call: ThroughCall, met: Patience = FRESH, wrong_key: str = "") -> Step:
    if met.is_out(TIMES):
        return End((_say(call, "through_lost" if wrong_key else "through_not_taken"),))
    before = (_say(call, "wrong_key"),) if wrong_key else ()
    language = _tongue(call)
    ticket = call.ticket
    said = _say(
        call, f"through_{call.whom.value}", firm=call.firm, ref=spoken_digits(ticket.ref),
        place=oncall.place_of(ticket, language),
        category=category_words(ticket.category, language)
        or book().words(f"main.kind_{ticket.kind.value}").spoken(language),
    )  # fmt: skip
    return Ask((*before, said), f"/voice/through/{call.id}/key?{met.query}", keys=1, wait_s=WAIT_S)


def _say(call: ThroughCall, key: str, **values: object) -> Say:
    language = _tongue(call)
    return Say(book().words(f"staff.{key}").spoken(language, **values), language=language)


def _over() -> Step:
    words = book().words("staff.through_over")
    return End((Say(words.zh), Say(words.en, language="en")))


def _tongue(call: ThroughCall) -> Tongue:
    return "en" if call.staff.language == "en" else "zh"
