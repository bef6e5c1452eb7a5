"""The carrier's door: inbound texts."""

from typing import Any

from flask import request

from base.access import Guard, guarded_by
from base.clock import now
from base.database import transaction
from outreach import actions
from outreach.actions import Incoming
from telephony.door import text_door

door = text_door("outreach", __name__)

LONGEST_SID = 40


@door.post("/sms/incoming")
@guarded_by(Guard.SIGNED)
def text_arrives() -> Any:
    """Somebody texts us. The answer, where there is one, goes through the ledger and not through this door."""
    form = request.form
    sid = form.get("MessageSid") or form.get("SmsSid") or ""
    if not sid or len(sid) > LONGEST_SID:
        return
    text = Incoming(sid, form.get("From", ""), form.get("To", ""), form.get("Body", ""))
    with transaction() as session:
        actions.take_text(session, text, at=now())
