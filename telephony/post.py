"""POST over HTTP/1.1, and nothing else: texts leave by the thousand, and a general client takes three times as long.

What comes back is read by httptools; here are the connections that are kept, and how a request fails.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from aiohappyeyeballs import AddrInfoType, start_connection
from aiohttp import ClientError, ServerDisconnectedError
from httptools import HttpParserError, HttpResponseParser

CONNECT_SHARE = 0.5
"""Of the time-out: who cannot even be reached by then has not got the request."""
ADDRESSES_S = 5.0
"""How long the server stays where it was found: a hundred connections opened together look it up once."""
NEXT_ADDRESS_S = 0.25
"""How long one address may be silent before the next is tried beside it (RFC 8305): it may have no route."""
KEEP_S = 10.0
"""Shorter than servers keep idle connections: one that is closed as we write leaves an unknown behind."""


class NotSent(Exception):
    """No connection: nothing can have reached the carrier."""


class NoAnswer(Exception):
    """The request may have reached the carrier; no whole answer came back."""


class Answer(NamedTuple):
    """A whole answer, its headers by name in lower case. `is_last`: nothing more can be asked on its connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_last: bool


class Post:
    """Connections to one server, each kept for the next request; as many as there are requests at the same time.

    Use inside one event loop. `answer_s` is all a request may take, from the first packet to the last byte of the
    answer; one that does not say how long it is is none. Nothing is ever sent twice, no redirection followed.
    """

    def __init__(self, base: str, headers: Mapping[str, str], *, answer_s: float) -> None:
        server = urlsplit(base)
        self._tls = ssl.create_default_context() if server.scheme == "https" else None
        self._host, self._port = server.hostname or "", server.port or (443 if self._tls else 80)
        lines = {"Host": server.netloc.rpartition("@")[2], **headers}
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._path, self._answer_s = server.path, answer_s
        self._idle: list[_Connection] = []
        self._lookup: asyncio.Task[Sequence[AddrInfoType]] | None = None
        self._looked_up_s = 0.0

    def close(self) -> None:
        """Close the connections nobody is using."""
        while self._idle:
            self._idle.pop().close()

    async def post(self, path: str, body: bytes) -> Answer:
        """The answer to one request. Raises `NotSent`, `NoAnswer`, or `ValueError` for what is not HTTP."""
        ends_s = asyncio.get_running_loop().time() + self._answer_s
        head = f"POST {self._path}{path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body)}\r\n\r\n"
        connection = self._kept() or await self._opened()
        answer = None
        try:
            answer = await connection.ask(head.encode() + body, ends_s)
        except (OSError, ClientError) as error:  # a time-out is one of them
            raise NoAnswer(type(error).__name__) from error
        finally:
            if answer is None or answer.is_last:
                connection.close()
            else:
                self._idle.append(connection)
        return answer

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fresh():
                return connection
            connection.close()
        return None

    async def _opened(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._answer_s * CONNECT_SHARE):
                # uvloop's own create_connection looks up each time, and tries one address after the other
                wire = await start_connection(await self._addresses(), happy_eyeballs_delay=NEXT_ADDRESS_S)
                _, connection = await loop.create_connection(
                    _Connection, sock=wire, ssl=self._tls, server_hostname=self._host if self._tls else None
                )
        except (OSError, RuntimeError) as error:  # uvloop has both for an address that cannot be reached
            raise NotSent(type(error).__name__) from error
        return connection

    async def _addresses(self) -> Sequence[AddrInfoType]:
        loop = asyncio.get_running_loop()
        if self._lookup is None or loop.time() - self._looked_up_s > ADDRESSES_S:
            self._lookup, self._looked_up_s = asyncio.create_task(self._look_up()), loop.time()
        try:
            return await asyncio.shield(self._lookup)  # one who gives up does not take it from the others
        except OSError:
            self._lookup = None
            raise

    async def _look_up(self) -> Sequence[AddrInfoType]:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)


class _Connection(asyncio.Protocol):
    """One connection, one request at a time. The parser calls the methods that begin with `on_`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._used_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._unread = select.poll()
        self._unread.register(transport.get_extra_info("socket"), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self.close()  # also where it came behind an answer
            self._fail(ValueError(str(error)))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(error or ServerDisconnectedError())

    async def ask(self, request: bytes, ends_s: float) -> Answer:
        self._parser, self._answer = HttpResponseParser(self), self._loop.create_future()
        self._transport.write(request)
        late = self._loop.call_at(ends_s, self._fail, TimeoutError())
        try:
            answer = await self._answer
        finally:
            late.cancel()
        self._used_s = self._loop.time()
        return answer

    def is_fresh(self) -> bool:
        is_young = self._loop.time() - self._used_s < KEEP_S
        return is_young and not self._transport.is_closing() and not self._has_unread()

    def _has_unread(self) -> bool:
        """Whether something came while the loop was busy: nobody asked for it, and it must not become an answer."""
        return bool(self._unread.poll(0))

    def close(self) -> None:
        self._transport.close()

    def on_message_begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body = b""
        if self._answer is None or self._answer.done():
            # words that nobody asked for ("408, you were idle") must never become the answer to the next request
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and self._answer is not None and not self._answer.done():  # below: the answer itself follows
            is_last = not self._parser.should_keep_alive()
            self._answer.set_result(Answer(status, self._headers, self._body, is_last))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
