"""The IncomingPhoneNumber resource: numbers are bought here, and told where to ask."""

from aiohttp import web

from sandbox.address import is_http
from sandbox.model import Owned
from sandbox.numbers import is_number
from sandbox.rest.door import Asked, View, gone, ok
from sandbox.rest.errors import not_found
from sandbox.rest.paging import page
from sandbox.rest.shapes import base, show_number
from sandbox.texts import Refused

FIELDS = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
}


async def create(asked: Asked) -> web.Response:
    """Buy a number."""
    network, number = asked.network, asked.one("PhoneNumber")
    if not is_number(number):
        raise Refused(21421, f"PhoneNumber is invalid: {number or '(none)'}")
    if number in network.owned:
        raise Refused(21422, f"{number} is not available.")
    owned = Owned(network.new_sid("PN"), number, network.clock.now())
    _set(asked, owned)
    network.owned[number] = owned
    return ok(show_number(network, owned), 201)


async def listing(asked: Asked) -> web.Response:
    """List the account's numbers."""
    network, query = asked.network, asked.request.query
    wanted, name = query.get("PhoneNumber", "").lstrip("+"), query.get("FriendlyName")
    found = [
        show_number(network, o)
        for o in reversed(network.owned.values())
        if wanted in o.number and name in (None, o.friendly_name)
    ]
    return ok(page(f"{base(network)}/IncomingPhoneNumbers.json", query, "incoming_phone_numbers", found))


async def fetch(asked: Asked) -> web.Response:
    """Show one number."""
    return ok(show_number(asked.network, _owned(asked)))


async def update(asked: Asked) -> web.Response:
    """Change where a number asks."""
    owned = _owned(asked)
    _set(asked, owned)
    owned.updated_at = asked.network.clock.now()
    return ok(show_number(asked.network, owned))


async def delete(asked: Asked) -> web.Response:
    """Give a number back."""
    del asked.network.owned[_owned(asked).number]
    return gone()


def _set(asked: Asked, owned: Owned) -> None:
    for name, attribute in FIELDS.items():
        if name not in dict(asked.form):
            continue
        value = asked.one(name)
        if attribute.endswith("_method") and value not in ("GET", "POST"):
            raise Refused(21403, f"{name} must be GET or POST")
        if attribute.endswith(("_url", "callback")) and value and not is_http(value):
            raise Refused(21402, f"{name} is not a valid URL: {value}")
        setattr(owned, attribute, value)


def _owned(asked: Asked) -> Owned:
    owned = asked.network.owned_sid(asked.part("sid"))
    if owned is None:
        raise not_found(asked.request.path)
    return owned


VIEWS: dict[str, View] = {"create": create, "listing": listing, "fetch": fetch, "update": update, "delete": delete}
