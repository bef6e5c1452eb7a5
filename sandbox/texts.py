"""Texts: accepted or refused, on their way, delivered; receipts; opt-outs; texts that come in."""

from email.utils import format_datetime
from typing import Any

from sandbox import numbers, twiml
from sandbox.address import join
from sandbox.faults import Fault
from sandbox.model import Message, Owned
from sandbox.network import Network
from sandbox.segments import count_segments
from sandbox.twiml import BadTwiML, Verb
from sandbox.webhooks import Params

LONGEST = 1600
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe."
)
MAX_REDIRECTS = 10


class Refused(Exception):
    """The network does not take this: `code` is Twilio's, `status` HTTP's."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


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
    if not message.callback:
        return
    who = message.to_number
    if network.faults.strike("receipt_lose", "messages", who):
        return
    delay: Fault | None = network.faults.strike("receipt_delay", "messages", who)
    late_s += delay.seconds if delay else 0.0
    times = 2 if network.faults.strike("receipt_duplicate", "messages", who) else 1
    params = receipt_params(network, message)
    for _ in range(times):
        network.later(late_s, _send_receipt(network, message.callback, params))


async def _send_receipt(network: Network, url: str, params: Params) -> None:
    await network.sender.ask("receipt", url, "POST", params)


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


def text_comes_in(network: Network, sender: str, owned: Owned, body: str) -> Message:
    """Somebody texts one of the account's numbers: opt-out words first, then the account."""
    now = network.clock.now()
    message = Message(
        sid=network.new_sid("SM"),
        from_number=sender,
        to_number=owned.number,
        body=body,
        direction="inbound",
        status="received",
        created_at=now,
        listed_at=network.listed_at(),
        segments=count_segments(body),
    )
    message.updated_at = message.sent_at = now
    network.add_message(message)
    _heed(network, owned.number, sender, body)
    if owned.sms_url:
        network.spawn(_tell(network, message, owned))
    return message


def _heed(network: Network, number: str, person: str, body: str) -> None:
    word, pair = body.strip().upper(), (number, person)
    if word in STOP_WORDS:
        accept_reply(network, number, person, STOPPED)
        network.opted_out.add(pair)
    elif word in START_WORDS and pair in network.opted_out:
        network.opted_out.discard(pair)


def accept_reply(network: Network, number: str, person: str, body: str, callback: str = "") -> bool:
    """Send a reply; False when the network refuses it."""
    try:
        accept_text(network, to=person, sender=number, body=body, callback=callback, direction="outbound-reply")
    except Refused:
        return False
    return True


async def _tell(network: Network, message: Message, owned: Owned) -> None:
    """Ask the account's address what to reply, and reply."""
    params: Params = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("SmsMessageSid", message.sid),
        ("AccountSid", network.account),
        ("From", str(message.from_number)),
        ("To", message.to_number),
        ("Body", message.body),
        ("NumMedia", "0"),
        ("NumSegments", str(message.segments)),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
    ]
    params += [(f"{end}{part}", "") for end in ("From", "To") for part in ("City", "State", "Zip", "Country")]
    url, method, fallback = owned.sms_url, owned.sms_method, owned.sms_fallback_url
    for _ in range(MAX_REDIRECTS):
        reply = await network.sender.ask("message", url, method, params)
        try:
            if reply.error_code:
                raise BadTwiML(reply.error_code, f"HTTP {reply.status}")
            if reply.status == 204 or not reply.body:
                return
            verbs, warnings = twiml.read_messaging(reply.body, reply.content_type)
        except BadTwiML as error:
            reply.exchange.error = reply.exchange.error or str(error)
            if not fallback:
                return
            params = [*params, ("ErrorCode", str(error.code)), ("ErrorUrl", url)]
            url, method, fallback = fallback, owned.sms_fallback_method, ""
            continue
        reply.exchange.warnings += warnings
        following = _reply(network, message, reply.url, verbs)
        if following is None:
            return
        url, method = following
        params = [p for p in params if p[0] not in ("ErrorCode", "ErrorUrl")]


def _reply(network: Network, message: Message, base: str, verbs: list[Verb]) -> tuple[str, str] | None:
    """Carry out a messaging document; returns the address and method to go on with."""
    for verb in verbs:
        if verb.name == "Redirect":
            return join(base, verb.text), verb.get("method", "POST")
        body = next((v.text for v in verb.inside if v.name == "Body"), verb.text)
        callback = verb.get("statusCallback") or verb.get("action")
        accept_reply(
            network,
            verb.get("from") or message.to_number,
            verb.get("to") or str(message.from_number),
            body,
            join(base, callback) if callback else "",
        )
    return None


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
