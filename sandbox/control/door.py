"""The control API's door: JSON in, JSON out, a sentence for whatever cannot be."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.network import Network
from sandbox.people import People
from sandbox.rest.door import NETWORK
from sandbox.telephones import Impossible

PEOPLE: web.AppKey[People] = web.AppKey("people", People)


@dataclass(frozen=True)
class Wish:
    """One request to the control API."""

    network: Network
    request: web.Request
    data: dict[str, Any]


Do = Callable[[Wish], Awaitable[Any]]


def control(do: Do) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a view: 400 for what cannot be understood, 404, and 409 for what cannot be done."""

    async def enter(request: web.Request) -> web.StreamResponse:
        try:
            answer = await do(Wish(request.app[NETWORK], request, await _json(request)))
        except Impossible as error:
            return _error(str(error), 409)
        except LookupError as error:
            return _error(str(error.args[0]), 404)
        except (ValueError, TypeError) as error:
            return _error(str(error), 400)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return enter


def need(data: dict[str, Any], name: str) -> str:
    """Return a text that must be there. Raises ValueError."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def _error(sentence: str, status: int) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


async def _json(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body or request.content_type.startswith("audio/"):
        return {}
    data = json.loads(await request.text() or "{}")
    if not isinstance(data, dict):
        raise ValueError("a JSON object is wanted")
    return data
