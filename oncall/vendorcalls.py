"""The carrier's door of the firms outside: the spoken message, and their keys.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from typing import Any

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from base.wiring import settings
from oncall import spokenwords
from oncall.actions.pagewords import matter_for_outsiders
from oncall.actions.vendors import vendor_answers
from oncall.models import VendorCall, VendorState
from telephony.brought import keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Say, Step, spoken_digits
from tickets.lifecycle import MOVING

SORRY = (Say("抱歉，系统暂时出了问题，请给物业回电。"),)
door = voice_door("vendors", __name__, rings_duty=False, sorry_says=SORRY)

TIMES = 6
"""Silences, and wrong keys, until the call ends: a machine must not listen for ever."""
WAIT_S = 6
COMES, CANNOT = "1", "2"


@door.post("/voice/vendor/<int:call_id>")
@guarded_by(Guard.SIGNED)
def vendor_picks_up(call_id: int) -> Any:
    """Somebody at the firm picked up: say what it is about until a key is pressed."""
    with reading() as session:
        return _step(row_of(session, VendorCall, call_id))


@door.post("/voice/vendor/<int:call_id>/key")
@guarded_by(Guard.SIGNED)
def vendor_presses(call_id: int) -> Any:
    """1: they come; 2: they cannot; silence and other keys hear it again."""
    key = keys_pressed()
    with transaction() as session:
        call = row_of(session, VendorCall, call_id)
        if key in (COMES, CANNOT) and call is not None and call.ticket.status in MOVING:
            call = vendor_answers(session, call.id, comes=key == COMES, at=now())
        return _step(call, patience(TIMES).after(key), key)


def _step(call: VendorCall | None, met: Patience = FRESH, wrong_key: str = "") -> Step:
    if call is None or call.ticket.status not in MOVING:
        return End((spokenwords.spoken("vendor_over", "zh"),))
    if call.state in (VendorState.COMING, VendorState.CANNOT):
        return End((spokenwords.spoken(f"vendor_{call.state.value}", "zh"),))
    if met.is_out(TIMES):
        return End((spokenwords.spoken("vendor_lost" if wrong_key else "vendor_no_key", "zh"),))
    before = (spokenwords.spoken("wrong_key", "zh"),) if wrong_key else ()
    said = spokenwords.spoken(
        "vendor", "zh", company=settings().company_name, matter=matter_for_outsiders(call.ticket, "zh"),
        ref=spoken_digits(call.ticket.ref),
    )  # fmt: skip
    return Ask((*before, said), f"/voice/vendor/{call.id}/key?{met.query}", keys=1, wait_s=WAIT_S)
