"""The API's door: who may come in, what goes wrong on purpose, what is written down."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.network import Network
from sandbox.rest.errors import not_found, refuse
from sandbox.texts import Refused
from sandbox.wire import Exchange

NETWORK: web.AppKey[Network] = web.AppKey("network", Network)
View = Callable[["Asked"], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request to the API."""

    network: Network
    request: web.Request
    form: list[tuple[str, str]]
    late_s: float = 0.0
    """How much later than usual lists show things."""

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a field of the form."""
        return next((v for k, v in reversed(self.form) if k == name), default)

    def many(self, name: str) -> list[str]:
        """Return all values of a field of the form."""
        return [v for k, v in self.form if k == name]

    def part(self, name: str) -> str:
        """Return a piece of the path."""
        return self.request.match_info[name]

    def is_listed(self, at: datetime | None) -> bool:
        """Tell whether a list shows what it usually shows from this moment on."""
        return at is not None and at + timedelta(seconds=self.late_s) <= self.network.clock.now()


def door(view: View, creates: str = "", lists: str = "") -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Guard a view. `creates` or `lists` is messages or calls when it makes or lists such: that can be made to fail."""

    async def enter(request: web.Request) -> web.StreamResponse:
        network = request.app[NETWORK]
        form = [(k, str(v)) for k, v in (await request.post()).items()]
        asked = Asked(network, request, form)
        exchange = _begin(network, request, form)
        began = time.monotonic()
        try:
            answer = await _through(asked, exchange, view, creates, lists)
        except Refused as error:
            answer = refuse(error)
        except ConnectionAbortedError as error:
            exchange.error = str(error)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        finally:
            exchange.ms = round((time.monotonic() - began) * 1000)
        exchange.status, exchange.content_type = answer.status, answer.content_type
        if isinstance(answer, web.Response) and answer.content_type == "application/json":
            exchange.body = answer.text or ""
        network.touch()
        return answer

    return enter


def _begin(network: Network, request: web.Request, form: list[tuple[str, str]]) -> Exchange:
    exchange = Exchange(
        "api",
        "api",
        request.method,
        str(request.url.origin()) + request.raw_path,
        network.clock.now().isoformat(),
        form,
        [(k, v) for k, v in request.query.items()],
        {"content-type": request.headers.get("Content-Type", "")},
    )
    return network.wire.add(exchange)


async def _through(asked: Asked, exchange: Exchange, view: View, creates: str, lists: str) -> web.StreamResponse:
    faults, query = asked.network.faults, asked.request.query
    _let_in(asked)
    who = [v for v in (asked.one("To"), asked.one("From"), query.get("To"), query.get("From")) if v]

    def breaks(kind: str) -> Fault | None:
        fault = faults.strike(kind, creates or lists or "all", *who)
        exchange.fault = kind if fault else exchange.fault
        return fault

    if slow := faults.strike("latency", creates or lists or "all", *who):
        await asyncio.sleep(slow.seconds)
    if breaks("outage") or (lists and breaks("lists_away")):
        raise Refused(20503, "Service Unavailable", 503)
    if lists and (late := faults.strike("lists_late", lists, *who)):
        asked.late_s = late.seconds
    if not creates:
        return await view(asked)
    if fault := breaks("rate_limited"):
        raise Refused(20429, "Too Many Requests", 429, retry_after_s=round(fault.seconds))
    if breaks("error_before_accept"):
        raise Refused(20500, "Internal Server Error", 500)
    if fault := breaks("refuse"):
        raise Refused(fault.code or 21211, "Refused by a switch of the sandbox", fault.status)
    if breaks("drop_before_accept"):
        raise ConnectionAbortedError("dropped before accepting")
    answer = await view(asked)
    await _after(asked, answer, creates, who, breaks)
    return answer


async def _after(
    asked: Asked, answer: web.StreamResponse, creates: str, who: list[str], breaks: Callable[[str], Fault | None]
) -> None:
    """What goes wrong after it was accepted."""
    network, faults = asked.network, asked.network.faults
    if breaks("error_after_accept"):
        raise Refused(20500, "Internal Server Error", 500)
    if breaks("drop_after_accept"):
        raise ConnectionAbortedError("dropped after accepting")
    if breaks("timeout_after_accept"):
        await asyncio.sleep(network.settings.hold_s)
        raise ConnectionAbortedError("accepted, never answered")
    if slow := faults.strike("answer_late", creates, *who):
        await asyncio.sleep(slow.seconds)
    if overtaken := faults.strike("receipt_first", creates, *who):
        await network.told(_sid(answer), overtaken.seconds)


def _sid(answer: web.StreamResponse) -> str:
    return str(json.loads(answer.text or "{}").get("sid")) if isinstance(answer, web.Response) else ""


def _let_in(asked: Asked) -> None:
    """Check the account and its token. Raises Refused."""
    scheme, _, given = asked.request.headers.get("Authorization", "").partition(" ")
    login = f"{asked.network.account}:{asked.network.token}"
    wanted = base64.b64encode(login.encode()).decode()
    if scheme.lower() != "basic" or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Refused(20003, "Authenticate", 401)
    if asked.part("account") != asked.network.account:
        raise not_found(asked.request.path)


def ok(body: dict[str, Any], status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.json_response(body, status=status)


def gone() -> web.Response:
    """Answer that it is deleted."""
    return web.Response(status=204)
