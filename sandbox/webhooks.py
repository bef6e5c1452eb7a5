"""Asks the account's addresses: signed, with time limits, second tries and fallback."""

import asyncio
import base64
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from sandbox.address import Overrides, join, overrides, without_fragment
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.signature import sign
from sandbox.wire import Exchange, Wire

Params = list[tuple[str, str]]
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Reply:
    """What an address answered; `error_code` is Twilio's code of the failure, or 0."""

    url: str
    status: int | None
    content_type: str
    body: str
    error_code: int
    exchange: Exchange


class Sender:
    """Sends webhooks and counts those that are still out."""

    def __init__(self, token: str, clock: Clock, faults: Faults, wire: Wire) -> None:
        self._token, self._clock, self._faults, self._wire = token, clock, faults, wire
        self._http: aiohttp.ClientSession | None = None
        self.in_flight = 0
        self.answered: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Get ready; needs a running loop."""
        # A service that restarts under test must not meet a kept connection of its predecessor.
        connector = aiohttp.TCPConnector(limit=100, force_close=True)
        self._http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            await self._http.close()

    async def ask(self, kind: str, url: str, method: str, params: Params) -> Reply:
        """Ask an address, with its overrides and the faults that are switched on.

        `kind` is voice, message, call-status, receipt or recording. Never raises for what the
        other side does: that is `Reply.error_code` (11200 bad answer, 11205 no connection).
        """
        self.in_flight += 1
        try:
            once = self._faults.strike("webhook_twice_at_once", kind)
            if once:
                first, _ = await asyncio.gather(
                    self._tries(kind, url, method, params),
                    self._tries(kind, url, method, params, repeat=True),
                )
                return first
            reply = await self._tries(kind, url, method, params)
            if self._faults.strike("webhook_twice", kind):
                await self._tries(kind, url, method, params, repeat=True, token=_token_of(reply))
            return reply
        finally:
            self.in_flight -= 1

    async def _tries(
        self,
        kind: str,
        url: str,
        method: str,
        params: Params,
        repeat: bool = False,
        token: str | None = None,
    ) -> Reply:
        rules, token = overrides(url), token or str(uuid.uuid4())
        for attempt in range(rules.retries + 1):
            reply, failure = await self._follow(kind, url, method, params, rules, token, repeat or attempt > 0)
            if not failure or not rules.again_after(failure):
                break
        return reply

    async def _follow(
        self,
        kind: str,
        url: str,
        method: str,
        params: Params,
        rules: Overrides,
        token: str,
        repeat: bool,
    ) -> tuple[Reply, str]:
        """Make one try, following redirects (which lose the parameters)."""
        for _ in range(MAX_REDIRECTS):
            exchange = self._exchange(kind, url, method, params, token, repeat)
            location, failure = await self._once(exchange, rules)
            if not location:
                break
            url, method, params = join(exchange.url, location), "GET", []
        code = {"": 0, "ct": 11205}.get(failure, 11200)
        reply = Reply(exchange.url, exchange.status, exchange.content_type, exchange.body, code, exchange)
        return reply, failure

    def _exchange(self, kind: str, url: str, method: str, params: Params, token: str, repeat: bool) -> Exchange:
        target = without_fragment(url)
        if method == "GET" and params:
            target += ("&" if urlsplit(target).query else "?") + urlencode(params)
        signed = params if method == "POST" else []
        headers = {
            "X-Twilio-Signature": sign(self._token, target, signed),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        at = self._clock.now().isoformat()
        exchange = Exchange("webhook", kind, method, target, at, params, headers=headers)
        exchange.repeat = repeat
        return self._wire.add(exchange)

    async def _once(self, exchange: Exchange, rules: Overrides) -> tuple[str, str]:
        """Send one request; returns where it redirects to, and how it failed (or "")."""
        began = time.monotonic()
        try:
            location = await self._send(exchange, rules)
            status = exchange.status or 0
            return location, "" if status < 400 else f"{status // 100}xx"
        except aiohttp.ConnectionTimeoutError as error:
            exchange.error = f"no connection: {error}"
            return "", "ct"
        except TimeoutError:
            exchange.error = "no answer in time"
            return "", "rt"
        except aiohttp.ClientConnectorError as error:
            exchange.error = f"no connection: {error}"
            return "", "ct"
        except (aiohttp.ClientError, ValueError, UnicodeError) as error:
            exchange.error = f"no proper answer: {error}"
            return "", "rt"
        finally:
            exchange.ms = round((time.monotonic() - began) * 1000)
            self.answered()

    async def _send(self, exchange: Exchange, rules: Overrides) -> str:
        assert self._http is not None, "open() first"
        url, login = _split_login(exchange.url)
        body = urlencode(exchange.params) if exchange.method == "POST" else None
        limit = aiohttp.ClientTimeout(total=rules.total_s, sock_connect=rules.connect_s, sock_read=rules.read_s)
        for extra in ({}, login):  # a login is given only to who asks for it
            async with self._http.request(
                exchange.method,
                URL(url, encoded=True),
                data=body,
                headers={**exchange.headers, **extra},
                allow_redirects=False,
                timeout=limit,
            ) as answer:
                raw = await answer.read()
            if answer.status != 401 or not login:
                break
        exchange.status = answer.status
        exchange.content_type = answer.headers.get("Content-Type", "")
        exchange.body = raw.decode("utf-8", "replace")
        return answer.headers.get("Location", "") if answer.status in REDIRECTS else ""


def _token_of(reply: Reply) -> str:
    return reply.exchange.headers["I-Twilio-Idempotency-Token"]


def _split_login(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    if not parts.username:
        return url, {}
    place = parts.netloc.rpartition("@")[2]
    bare = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return bare, {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
