"""The way to Twilio's API: our base address, one time-out, and three kinds of failure."""

import json
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

from base.settings import TWILIO_API_BASE
from telephony.post import CONNECT_SHARE, KEEP_S, NoAnswer, NotSent, Post

CONNECTIONS = 100
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

_log = logging.getLogger("twilio.async_http_client")


class Refused(Exception):
    """The carrier answered with an error."""

    def __init__(self, status: int, code: str, retry_after_s: float) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


class Wire(AsyncHttpClient):  # type: ignore[misc]  # the library ships no types
    """The library's asynchronous client on our own session: its own has no time-out and no base address.

    Use inside one event loop: `async with Wire(base, account, token, answer_s=8) as wire:`. `answer_s` is all a
    request may take, from the first packet to the last byte of the answer.
    """

    def __init__(self, base: str, account_sid: str, token: str, *, answer_s: float) -> None:
        super().__init__(_log, True, answer_s)
        self._limits = aiohttp.ClientTimeout(total=answer_s, sock_connect=answer_s * CONNECT_SHARE)
        self._base, self._login = base, aiohttp.BasicAuth(account_sid, token)
        self._session: aiohttp.ClientSession | None = None
        self._post = Post(base, {**FORM, "Authorization": self._login.encode()}, answer_s=answer_s)

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_S),
            timeout=self._limits,
            headers={"Authorization": self._login.encode()},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._post.close()
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: object = None,  # noqa: ARG002  the session carries it
        timeout: float | None = None,  # noqa: ARG002  the session's holds for all
        allow_redirects: bool = False,
    ) -> Response:
        """What the library calls. Raises `NotSent`, `NoAnswer` or `Refused`."""
        sent = _form(data) if data else None
        query = {name: str(value) for name, value in params.items()} if params else None
        status, body, kept = await self._ask(
            method, self.address(uri), query, sent, headers, allow_redirects=allow_redirects
        )
        return Response(status, body.decode("utf-8", "replace"), kept)

    async def create(self, path: str, fields: dict[str, str]) -> Any:
        """What the carrier says it created at a path of the configured base. Raises as `request`, or `ValueError`."""
        answer = await self._post.post(path, _form(fields))
        if answer.status >= 300:
            raise _refused(answer.status, answer.headers, answer.body)
        return json.loads(answer.body)

    async def fetch(self, path: str) -> bytes:
        """The bytes at a path of the configured base. Raises `NotSent`, `NoAnswer` or `Refused`."""
        _, body, _ = await self._ask("GET", self._base + path, None, None, None, allow_redirects=True)
        return body

    def address(self, uri: str) -> str:
        """The same resource at our base address; anything that is not Twilio's own is refused."""
        if uri.startswith(self._base + "/"):
            return uri
        if not uri.startswith(TWILIO_API_BASE + "/"):
            raise ValueError("not an address of the carrier's API")
        return self._base + uri[len(TWILIO_API_BASE) :]

    async def _ask(
        self, method: str, url: str, query: dict[str, str] | None, data: bytes | None,
        headers: dict[str, str] | None, *, allow_redirects: bool,
    ) -> tuple[int, bytes, Any]:  # fmt: skip
        assert self._session is not None, "enter it first"
        try:
            async with self._session.request(
                method, url, params=query, data=data, headers=headers, allow_redirects=allow_redirects
            ) as answer:
                body = await answer.read()
                if answer.status >= 300:
                    raise _refused(answer.status, answer.headers, body)
                return answer.status, body, answer.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswer(type(error).__name__) from error


def _form(fields: dict[str, Any]) -> bytes:
    # yarl's encoder: the standard library's takes longer over a Chinese text than the whole request
    return URL.build(query=fields).raw_query_string.encode()


def _refused(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    try:
        code = str(json.loads(body).get("code") or "")
    except (ValueError, AttributeError):
        code = ""
    asked = headers.get("retry-after", "")
    return Refused(status, code or str(status), float(asked) if asked.isdecimal() else 0.0)
