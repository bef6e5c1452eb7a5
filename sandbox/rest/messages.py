"""The Message resource."""

from aiohttp import web

from sandbox.model import Message
from sandbox.rest.door import Asked, View, gone, ok
from sandbox.rest.errors import not_found
from sandbox.rest.paging import in_time, page
from sandbox.rest.shapes import base, show_message
from sandbox.texts import Refused, accept_text


async def create(asked: Asked) -> web.Response:
    """Take a text."""
    to, sender = asked.one("To"), asked.one("From")
    service, body = asked.one("MessagingServiceSid"), asked.one("Body")
    if not to:
        raise Refused(21604, "A 'To' phone number is required.")
    if not sender and not service:
        raise Refused(21603, "A 'From' phone number is required.")
    if not body and not asked.many("MediaUrl"):
        raise Refused(21602, "Message body is required.")
    if sender.startswith("MG"):
        sender, service = "", sender
    message = accept_text(
        asked.network,
        to=to,
        sender="" if service else sender,
        service=service,
        body=body,
        callback=asked.one("StatusCallback"),
        valid_s=_validity(asked),
    )
    return ok(show_message(asked.network, message), 201)


def _validity(asked: Asked) -> float:
    text = asked.one("ValidityPeriod", "36000")
    if not text.isdecimal() or not 1 <= int(text) <= 36000:
        raise Refused(30415, f"Invalid ValidityPeriod: {text}")
    return float(text)


async def listing(asked: Asked) -> web.Response:
    """List texts, newest first, by To, From and the moment they were sent."""
    network, query = asked.network, asked.request.query
    wanted = {"to_number": query.get("To"), "from_number": query.get("From")}
    number = wanted["to_number"] or wanted["from_number"]
    pool = network.texts_of.get(number, []) if number else list(network.messages.values())
    found = [
        show_message(network, m)
        for m in reversed(pool)
        if asked.is_listed(m.listed_at)
        and m.sid in network.messages
        and all(v is None or getattr(m, k) == v for k, v in wanted.items())
        and in_time(query, "DateSent", m.sent_at or m.created_at)
    ]
    return ok(page(f"{base(network)}/Messages.json", query, "messages", found))


async def fetch(asked: Asked) -> web.Response:
    """Show one text."""
    return ok(show_message(asked.network, _message(asked)))


async def update(asked: Asked) -> web.Response:
    """Cancel a text that has not left, or empty its body."""
    message = _message(asked)
    if asked.one("Status") == "canceled":
        if message.status not in ("accepted", "queued", "scheduled"):
            raise Refused(30409, "Message is not in a cancelable state")
        message.status = "canceled"
    elif "Body" in dict(asked.form):
        message.body = asked.one("Body")
    message.updated_at = asked.network.clock.now()
    return ok(show_message(asked.network, message))


async def delete(asked: Asked) -> web.Response:
    """Forget a text."""
    asked.network.remove_message(_message(asked))
    return gone()


def _message(asked: Asked) -> Message:
    message = asked.network.messages.get(asked.part("sid"))
    if message is None:
        raise not_found(asked.request.path)
    return message


VIEWS: dict[str, View] = {"create": create, "listing": listing, "fetch": fetch, "update": update, "delete": delete}
