"""Twilio's REST API, version 2010-04-01: the resources that a hotline needs."""

from aiohttp import web

from sandbox.network import Network
from sandbox.rest import calls, messages, numbers, recordings
from sandbox.rest.door import NETWORK, Asked, View, door, ok
from sandbox.rest.errors import not_found, refuse
from sandbox.rest.shapes import show_account

ROOT = "/2010-04-01/Accounts/{account}"
RESOURCES: list[tuple[str, str, dict[str, View]]] = [
    ("Messages", "messages", messages.VIEWS),
    ("Calls", "calls", calls.VIEWS),
    ("IncomingPhoneNumbers", "", numbers.VIEWS),
]


async def account(asked: Asked) -> web.Response:
    """Show the account."""
    return ok(show_account(asked.network, asked.network.began_at))


async def nothing_here(request: web.Request) -> web.Response:
    """Say that the sandbox has no such resource."""
    return refuse(not_found(request.path))


def add_routes(app: web.Application, network: Network) -> None:
    """Open the API."""
    app[NETWORK] = network
    add = app.router.add_route
    add("GET", "/2010-04-01/Accounts/{account}.json", door(account))
    for name, creates, views in RESOURCES:
        many, single = f"{ROOT}/{name}.json", f"{ROOT}/{name}/{{sid}}.json"
        add("POST", many, door(views["create"], creates))
        add("GET", many, door(views["listing"], lists=creates))
        add("GET", single, door(views["fetch"]))
        add("POST", single, door(views["update"]))
        add("DELETE", single, door(views["delete"]))
    for place in (ROOT, ROOT + "/Calls/{call}"):
        one = place + "/Recordings/{sid:RE[0-9a-f]{32}}"
        add("GET", place + "/Recordings.json", door(recordings.listing))
        add("GET", one + ".json", door(recordings.fetch))
        add("DELETE", one + ".json", door(recordings.delete))
    for ending in ("", ".wav"):
        add("GET", ROOT + "/Recordings/{sid:RE[0-9a-f]{32}}" + ending, door(recordings.sound))
    add("*", "/2010-04-01/{rest:.*}", nothing_here)
