"""Sms inside a call."""

from sandbox.flow import Flow, verb
from sandbox.model import Ask
from sandbox.texts import Refused, accept_text
from sandbox.twiml import Verb


@verb("Sms")
async def send_text(flow: Flow, step: Verb) -> Ask | None:
    """Send a text, by default from the called number to the caller; then the action or on."""
    call, callback = flow.call, step.get("statusCallback")
    inbound = call.direction == "inbound"
    to = step.get("to") or (call.from_number if inbound else call.to_number)
    sender = step.get("from") or (call.to_number if inbound else call.from_number)
    extra = [("SmsStatus", "failed")]
    try:
        message = accept_text(
            flow.network,
            to=to,
            sender=sender,
            body=step.text,
            callback=flow.address(callback) if callback else "",
            direction="outbound-call",
        )
        extra = [("SmsSid", message.sid), ("SmsStatus", "sent")]
    except Refused as error:
        call.hear("note", f"{error.code}: {error.message}")
    if not step.get("action"):
        return None
    return Ask(flow.address(step.get("action")), step.get("method", "POST"), tuple(extra))
