"""Texts that the account sends: accepted or refused, on their way, delivered; and their receipts."""

from email.utils import format_datetime
from typing import Any

from sandbox import numbers, receipts
from sandbox.model import Callback, Message
from sandbox.network import Network
from sandbox.segments import count_segments
from sandbox.webhooks import Params

LONGEST = 1600


class Refused(Exception):
    """The network does not take this: `code` is Twilio's, `status` HTTP's; `retry_after_s` asks to come again."""

    def __init__(self, code: int, message: str, status: int = 400, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.retry_after_s = code, message, status, retry_after_s


def accept_text(
    network: Network,
    to: str,
    body: str,
    sender: str = "",
    service: str = "",
    callback: str = "",
    valid_s: float = 36000,
    direction: str = "outbound-api",
) -> Message:
    """Take a text and send it on its way. Raises Refused."""
    owned = _sender(network, sender, service)
    _check(network, to, body, sender or owned)
    now = network.clock.now()
    message = Message(
        sid=network.new_sid("SM"),
        from_number=None if service else sender,
        to_number=to,
        body=body,
        direction=direction,
        status="accepted" if service else "queued",
        created_at=now,
        listed_at=network.listed_at(),
        service_sid=service or None,
        callback=callback,
        valid_s=valid_s,
        segments=count_segments(body),
    )
    message.updated_at = now
    network.add_message(message)
    network.spawn(_deliver(network, message, sender or owned))
    return message


def _sender(network: Network, sender: str, service: str) -> str:
    """Return the number that a messaging service sends from; the first one, whatever the service."""
    if not service:
        if network.owned_number(sender) is None:
            raise Refused(21606, f"The 'From' phone number {sender} is not a number of this account.")
        return sender
    return next(iter(network.owned), "+10000000000")


def _check(network: Network, to: str, body: str, sender: str) -> None:
    if not numbers.is_number(to):
        raise Refused(21211, f"Invalid 'To' Phone Number: {to}")
    if len(body) > LONGEST:
        raise Refused(21617, "The concatenated message body exceeds the 1600 character limit")
    if (sender, to) in network.opted_out:
        raise Refused(21610, "Attempt to send to unsubscribed recipient")
    if network.phone(to).kind == "landline":
        raise Refused(21614, f"'To' number is not a valid mobile number: {to}")


async def _deliver(network: Network, message: Message, sender: str) -> None:
    """Let a text pass through its states, with a receipt for each but the first."""
    step_s = network.settings.receipt_s
    undelivered = network.faults.strike("undelivered", "messages", message.to_number)
    swap = network.faults.strike("receipt_reorder", "messages", message.to_number)
    states = ["queued"] if message.status == "accepted" else []
    states += ["sending", "sent", "undelivered" if undelivered else "delivered"]
    for place, planned in enumerate(states):
        await network.sleep(step_s)
        if message.status in ("canceled", "failed"):
            return
        now = network.clock.now()
        too_late = planned == "sending" and (now - message.created_at).total_seconds() > message.valid_s
        state = "failed" if too_late else planned
        if too_late:
            message.error_code = 30036
        message.status, message.updated_at = state, now
        message.from_number = message.from_number or sender
        if state == "sent":
            message.sent_at = now
        if state == "undelivered" and undelivered:
            message.error_code = undelivered.code or 30003
        network.touch()
        _receipt(network, message, (len(states) - place) * 2 * step_s if swap else 0.0)
        if state == "failed":
            return


def _receipt(network: Network, message: Message, late_s: float) -> None:
    if message.callback:
        callback, params = Callback(message.callback), receipt_params(network, message)
        receipts.send(network, receipts.News("messages", message.sid, message.to_number, callback, params), late_s)


def receipt_params(network: Network, message: Message) -> Params:
    """Return what a receipt says."""
    params = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("MessageStatus", message.status),
        ("SmsStatus", message.status),
        ("AccountSid", network.account),
        ("From", message.from_number or ""),
        ("To", message.to_number),
        ("ApiVersion", "2010-04-01"),
    ]
    if message.service_sid:
        params.append(("MessagingServiceSid", message.service_sid))
    if message.error_code:
        params.append(("ErrorCode", str(message.error_code)))
    if message.status in ("delivered", "undelivered"):
        params.append(("RawDlrDoneDate", format_datetime(network.clock.now())))
    return params


def show_text(message: Message) -> dict[str, Any]:
    """Return a text as the control API shows it."""
    return {
        "sid": message.sid,
        "from": message.from_number or message.service_sid,
        "to": message.to_number,
        "body": message.body,
        "direction": message.direction,
        "status": message.status,
        "error_code": message.error_code,
        "at": message.created_at.isoformat(),
    }
