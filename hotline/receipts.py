"""The carrier's door for what it tells us afterwards: a call is over, a message is recorded. Nobody is on the line."""

from typing import Any

from flask import request

from base import clock
from base.access import Guard, guarded_by
from base.ids import LARGEST_ID
from hotline.actions import endings
from hotline.actions.greeting import line_of
from hotline.models import RecordingState
from hotline.webhooks import SID, heard, settled
from telephony.door import text_door

door = text_door("hotline_receipts", __name__)

_RECORDED = {"completed": RecordingState.AT_CARRIER, "absent": RecordingState.ABSENT, "failed": RecordingState.ABSENT}


@door.post("/voice/status")
@guarded_by(Guard.SIGNED)
def call_ends() -> Any:
    """The carrier's word on the state of a call; only its end matters."""
    form = request.form
    sid, line = form.get("CallSid", ""), line_of(form.get("From", ""), form.get("To", ""))
    if not SID.fullmatch(sid) or form.get("ParentCallSid"):
        return
    settled(lambda session: endings.call_ends(
        session, sid, form.get("CallStatus", ""), line,
        is_inbound=form.get("Direction") == "inbound", at=clock.now(),
    ))  # fmt: skip


@door.post("/voice/recorded/<int:call_id>/<int:step>")
@guarded_by(Guard.SIGNED)
def message_is_recorded(call_id: int, step: int) -> Any:
    """The carrier has, or will never have, the audio of a message."""
    form = request.form
    state = _RECORDED.get(form.get("RecordingStatus", "completed"))
    if state is None or call_id > LARGEST_ID:
        return
    brought = heard()
    settled(lambda session: endings.message_recorded(
        session, call_id, step, brought.recording_sid, state, brought.recording_s, at=clock.now()
    ))  # fmt: skip


@door.post("/voice/fallback/recorded")
@guarded_by(Guard.SIGNED)
def dark_message_is_recorded() -> Any:
    """Nothing to do here: once the lights are on, the carrier is asked for calls and recordings."""
