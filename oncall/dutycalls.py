"""The carrier's door: whoever is on duty soon is rung and says by key whether they will be there.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from messages import actions as messages
from oncall import dutywords
from oncall.actions import reminding
from oncall.models import Reminder, ReminderState
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Step

door = voice_door("duty", __name__, rings_duty=False)

TIMES = 3
"""Silences, and wrong keys, until the call ends: a voicemail must not listen for ever."""
WAIT_S = 6
OVER = (dutywords.spoken("late", "zh"), dutywords.spoken("late", "en"))


@door.post("/voice/duty/<int:id>")
@guarded_by(Guard.SIGNED)
def duty_is_asked(id: int) -> Any:
    """Somebody, or something, picked up: from when until when, and 1 or 2."""
    with reading() as session:
        reminder = row_of(session, Reminder, id)
        return End(OVER) if reminder is None or reminder.state is ReminderState.DROPPED else _ask(reminder)


@door.post("/voice/duty/<int:id>/key")
@guarded_by(Guard.SIGNED)
def duty_is_answered(id: int) -> Any:
    """1: they will be there; 2: they cannot, and their supervisor is told at once. Anything else is asked again."""
    key = keys_pressed()
    with transaction() as session:
        reminder = row_of(session, Reminder, id)
        if reminder is None:
            return End(OVER)
        if key not in {"1", "2"}:
            return _ask(reminder, patience(TIMES).after(key), key)
        for message in messages.messages_about(session, reminding.about(id)):
            messages.heard(session, message.id, at=now())
        word = reminding.say(session, reminder, key, how="key", at=now())
        return End((dutywords.spoken(word, reminder.staff.language),))


def _ask(reminder: Reminder, met: Patience = FRESH, wrong_key: str = "") -> Step:
    language = reminder.staff.language
    if met.is_out(TIMES):
        return End((dutywords.spoken("lost" if wrong_key else "no_key", language),))
    before = (dutywords.spoken("wrong_key", language),) if wrong_key else ()
    said = dutywords.spoken("ask", language, **reminding.said(reminder, language))
    return Ask((*before, said), f"/voice/duty/{reminder.id}/key?{met.query}", keys=1, wait_s=WAIT_S)
