"""The carrier's door: voice webhooks in, TwiML out."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from base import clock
from base.access import Guard, guarded_by
from base.database import transaction
from base.errors import Conflict
from base.wiring import settings
from hotline.actions import conversation
from hotline.actions.greeting import line_of
from hotline.actions.turn import CommitFirst, Heard
from telephony import dark
from telephony.brought import count_of, keys_pressed, recording, words_said
from telephony.door import Answer, voice_door, voices
from telephony.speech import Step, TurnAway, speak

door = voice_door("hotline", __name__)

SID = re.compile(r"[A-Za-z0-9]{10,40}")
Result = TypeVar("Result")
MAX_KEYS = 24
_TRIES = 4
"""Two webhooks of one call can meet; whoever loses reads what the other answered and gives that."""


@door.post("/voice/incoming")
@guarded_by(Guard.SIGNED)
def call_arrives() -> Any:
    """Somebody dials the hotline."""
    form = request.form
    sid = form.get("CallSid", "")
    line = line_of(form.get("From", ""), form.get("To", ""))
    if not SID.fullmatch(sid):
        return dark.ring_duty(settings(), line.called)
    if line.caller == line.called:
        # our own number as the caller would have us speak to ourselves for ever
        return TurnAway("busy")
    return _told(lambda session: conversation.begin(session, sid, line, at=clock.now(), speak=_twiml))


@door.post("/voice/call/<int:call_id>/<int:step>")
@guarded_by(Guard.SIGNED)
def key_pressed(call_id: int, step: int) -> Any:
    """Any further step of a call: keys, silence, the end of a transfer or of a message."""
    sid, brought = request.form.get("CallSid", ""), heard()
    return _told(lambda session: conversation.go_on(
        session, call_id, sid, step, brought, at=clock.now(), speak=_twiml
    ))  # fmt: skip


def heard() -> Heard:
    """What a step's webhook brought. Never raises, whatever the carrier sent."""
    keys, spoken = keys_pressed(), recording()
    has_hung_up = keys == "hangup"
    return Heard(
        keys="" if has_hung_up else re.sub(r"[^0-9*#A-D]", "", keys)[:MAX_KEYS],
        said="" if keys else words_said(),
        recording_sid=spoken.sid or ("unnamed" if spoken.is_there else ""),
        recording_s=spoken.seconds,
        was_bridged=request.form.get("DialBridged", "").lower() == "true",
        was_busy=request.form.get("DialCallStatus", "") == "busy",
        has_hung_up=has_hung_up,
    )


def _twiml(step: Step) -> str:
    return speak(step, voices())


def _told(answer: Callable[[Session], str | CommitFirst | None]) -> Answer:
    """One answer, told once."""
    for _ in range(_TRIES):
        told = settled(answer)
        if told is None:
            return _duty()
        if not isinstance(told, CommitFirst):
            return told
    raise Conflict("这通电话一直有别的请求在改动。Other requests kept changing this call.")


def settled(do: Callable[[Session], Result]) -> Result:
    """What `do` comes to: each try is its own transaction, a conflict is settled by reading again."""
    for _ in range(_TRIES - 1):
        with suppress(IntegrityError, StaleDataError), transaction() as session:
            return do(session)
    with transaction() as session:
        return do(session)


def _duty() -> Step:
    """Without a call of ours to go on with: the people of the number that was dialled."""
    return dark.ring_duty(settings(), line_of("", request.form.get("To", "")).called)


@door.post("/voice/fallback")
@guarded_by(Guard.SIGNED)
def house_is_dark() -> Any:
    """The carrier could not reach us a moment ago: no database, no queue, only tonight's numbers."""
    return _duty()


@door.post("/voice/fallback/after")
@guarded_by(Guard.SIGNED)
def duty_phones_rang() -> Any:
    """Nobody came, or the talk is over. Only a bridge is a talk: a voicemail completes too."""
    return dark.after_ring(was_bridged=heard().was_bridged)


@door.post("/voice/fallback/whisper")
@guarded_by(Guard.SIGNED)
def duty_phone_is_picked_up() -> Any:
    """Whoever picked up must press a key, or a voicemail would take the caller."""
    return dark.whisper()


@door.post("/voice/fallback/accept")
@guarded_by(Guard.SIGNED)
def duty_accepts() -> Any:
    """Their key."""
    return dark.accept(keys_pressed())


@door.post("/voice/fallback/left")
@guarded_by(Guard.SIGNED)
def word_is_left() -> Any:
    """The message is spoken, or a key was pressed in it or before it."""
    brought, called = heard(), line_of("", request.form.get("To", "")).called
    return dark.word_left(
        settings(), called, brought.keys, is_spoken=bool(brought.recording_sid), silences=count_of("s", most=1)
    )
