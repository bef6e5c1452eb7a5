"""The Call resource."""

from aiohttp import web

from sandbox import twiml
from sandbox.address import is_http
from sandbox.legs import end
from sandbox.model import Ask, Call, Callback
from sandbox.placing import place_call
from sandbox.rest.door import Asked, View, gone, ok
from sandbox.rest.errors import not_found
from sandbox.rest.paging import in_time, page
from sandbox.rest.shapes import base, show_call
from sandbox.texts import Refused

EVENTS = {"initiated", "ringing", "answered", "completed"}


async def create(asked: Asked) -> web.Response:
    """Take a call; it waits for its turn."""
    if not asked.one("To"):
        raise Refused(21201, "No 'To' number is specified")
    if not asked.one("From"):
        raise Refused(21213, "'From' phone number is required")
    call = place_call(
        asked.network,
        to=asked.one("To"),
        sender=asked.one("From"),
        ask=_ask(asked) or _no_url(),
        callback=_callback(asked),
        timeout_s=float(_timeout(asked)),
        fallback=(asked.one("FallbackUrl"), asked.one("FallbackMethod", "POST")),
    )
    return ok(show_call(asked.network, call), 201)


def _ask(asked: Asked) -> Ask | None:
    text, url = asked.one("Twiml"), asked.one("Url")
    if text:
        try:
            twiml.read_voice(text, "text/xml")
        except twiml.BadTwiML as error:
            raise Refused(error.code, str(error)) from error
        return Ask("", twiml=text)
    if not url:
        return None
    if not is_http(url):
        raise Refused(21205, f"Url is not a valid URL: {url}")
    return Ask(url, asked.one("Method", "POST"))


def _no_url() -> Ask:
    raise Refused(21205, "Url parameter is required.")


def _callback(asked: Asked) -> Callback | None:
    url = asked.one("StatusCallback")
    if not url:
        return None
    # The SDK repeats the field; a plain form may hold several events in one.
    given = " ".join(asked.many("StatusCallbackEvent")).split()
    events = frozenset(given) & EVENTS or frozenset({"completed"})
    return Callback(url, asked.one("StatusCallbackMethod", "POST"), events)


def _timeout(asked: Asked) -> int:
    text = asked.one("Timeout", "60")
    if not text.isdecimal() or int(text) > 600:
        raise Refused(21220, f"Invalid Timeout: {text}")
    return int(text)


async def listing(asked: Asked) -> web.Response:
    """List legs, newest first."""
    network, query = asked.network, asked.request.query
    parent = query.get("ParentCallSid")
    found = [
        show_call(network, c)
        for c in reversed(network.calls.values())
        if asked.is_listed(c.listed_at)
        and query.get("To") in (None, c.to_number)
        and query.get("From") in (None, c.from_number)
        and query.get("Status") in (None, c.status)
        and (parent is None or (c.parent is not None and c.parent.sid == parent))
        and in_time(query, "StartTime", c.started_at or c.created_at)
        and in_time(query, "EndTime", c.ended_at)
    ]
    return ok(page(f"{base(network)}/Calls.json", query, "calls", found))


async def fetch(asked: Asked) -> web.Response:
    """Show one leg."""
    return ok(show_call(asked.network, _call(asked)))


async def update(asked: Asked) -> web.Response:
    """End a leg, or give it other TwiML."""
    call, status = _call(asked), asked.one("Status")
    if call.ended:
        raise Refused(21220, "Unable to update record. Call is not in-progress.")
    if status == "canceled" and call.answered_at is None:
        end(asked.network, call, "canceled")
    elif status == "completed":
        end(asked.network, call, "completed")
    elif status not in ("", "canceled"):
        raise Refused(21218, f"Invalid Status: {status}")
    ask = _ask(asked)
    if ask is not None and not call.ended:
        if call.answered_at is None:
            raise Refused(21220, "Call is not in-progress. Cannot redirect.")
        call.replacement = ask
        call.wake()
    return ok(show_call(asked.network, call))


async def delete(asked: Asked) -> web.Response:
    """Forget a leg that has ended."""
    call = _call(asked)
    if not call.ended:
        raise Refused(20409, "Cannot delete a call that is not over", 409)
    del asked.network.calls[call.sid]
    return gone()


def _call(asked: Asked) -> Call:
    call = asked.network.calls.get(asked.part("sid"))
    if call is None:
        raise not_found(asked.request.path)
    return call


VIEWS: dict[str, View] = {"create": create, "listing": listing, "fetch": fetch, "update": update, "delete": delete}
