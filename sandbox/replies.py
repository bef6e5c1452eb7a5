"""Texts that people send: opt-outs first, then the account is asked what to reply."""

from sandbox import twiml
from sandbox.address import join
from sandbox.model import Message, Owned
from sandbox.network import Network
from sandbox.segments import count_segments
from sandbox.texts import Refused, accept_text
from sandbox.twiml import BadTwiML, Verb
from sandbox.webhooks import Params, Reply

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe."
)
MAX_REDIRECTS = 10


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
    params = inbound_params(network, message)
    url, method, fallback = owned.sms_url, owned.sms_method, owned.sms_fallback_url
    extra: Params = []
    for _ in range(MAX_REDIRECTS):
        reply = await network.sender.ask("message", url, method, [*params, *extra])
        try:
            verbs = _document(reply)
        except BadTwiML as error:
            reply.exchange.error = reply.exchange.error or str(error)
            if not fallback:
                return
            extra = [("ErrorCode", str(error.code)), ("ErrorUrl", url)]
            url, method, fallback = fallback, owned.sms_fallback_method, ""
            continue
        following = _reply(network, message, reply.url, verbs)
        if following is None:
            return
        (url, method), extra = following, []


def inbound_params(network: Network, message: Message) -> Params:
    """Return what a request about an arriving text carries."""
    params = [
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
    parts = ("City", "State", "Zip", "Country")
    return params + [(end + part, "") for end in ("From", "To") for part in parts]


def _document(reply: Reply) -> list[Verb]:
    """Read an answer; nothing at all is no reply. Raises BadTwiML."""
    if reply.error_code:
        raise BadTwiML(reply.error_code, reply.exchange.error or f"HTTP {reply.status}")
    if reply.status == 204 or not reply.body:
        return []
    verbs, warnings = twiml.read_messaging(reply.body, reply.content_type)
    reply.exchange.warnings += warnings
    return verbs


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
