"""The carrier's door for receipts: what became of texts and of placed calls."""

from typing import Any

from flask import request

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from messages.ledger import receipts
from messages.ledger.receipts import Heard
from telephony.door import text_door

door = text_door("messages", __name__)


@door.post("/sms/status")
@guarded_by(Guard.SIGNED)
def text_receipt_arrives() -> Any:
    """A receipt for a text. One about something we do not know changes nothing."""
    _receipt_arrives(request.form.get("MessageSid", ""), request.form.get("MessageStatus", ""))


@door.post("/voice/placed")
@guarded_by(Guard.SIGNED)
def call_receipt_arrives() -> Any:
    """A receipt for a call we placed. `completed` only means that something picked up."""
    _receipt_arrives(request.form.get("CallSid", ""), request.form.get("CallStatus", ""))


def _receipt_arrives(sid: str, word: str) -> None:
    message_id = request.args.get("m", "")
    if not message_id.isdecimal() or len(message_id) > 9 or not sid:
        return
    error_code = request.form.get("ErrorCode", "")[:20]
    heard = Heard(int(message_id), request.args.get("a", "")[:32], sid[:40], word, error_code)
    with reading() as session:
        if not receipts.says_something_new(session, heard):
            return
    with transaction() as session:
        receipts.apply(session, heard, at=now())
