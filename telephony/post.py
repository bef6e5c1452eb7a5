"""POST over HTTP/1.1, and nothing else: texts leave by the thousand, and a general client takes five times as long."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from aiohttp import ClientError, ServerDisconnectedError

CONNECT_SHARE = 0.5
"""Of the time-out: who cannot even be reached by then has not got the request."""
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
    answer. Nothing is ever sent twice, no redirection followed, nothing unpacked.
    """

    def __init__(self, base: str, headers: Mapping[str, str], *, answer_s: float) -> None:
        server = urlsplit(base)
        self._tls = ssl.create_default_context() if server.scheme == "https" else None
        self._host, self._port = server.hostname or "", server.port or (443 if self._tls else 80)
        lines = {"Host": server.netloc.rpartition("@")[2], **headers}
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._path, self._answer_s = server.path, answer_s
        self._idle: list[_Connection] = []

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
            async with asyncio.timeout_at(ends_s):
                answer = await connection.ask(head.encode() + body)
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
                _, connection = await loop.create_connection(_Connection, self._host, self._port, ssl=self._tls)
        except OSError as error:
            raise NotSent(type(error).__name__) from error
        return connection


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._data = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._used_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        self._look()

    def connection_lost(self, error: Exception | None) -> None:
        self._look(is_all=True)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ServerDisconnectedError())

    async def ask(self, request: bytes) -> Answer:
        self._data, self._answer = b"", self._loop.create_future()
        self._transport.write(request)
        answer = await self._answer
        self._used_s = self._loop.time()
        return answer

    def is_fresh(self) -> bool:
        return not self._transport.is_closing() and self._loop.time() - self._used_s < KEEP_S

    def close(self) -> None:
        self._transport.close()

    def _look(self, *, is_all: bool = False) -> None:
        if self._answer is None or self._answer.done():
            # words that nobody asked for ("408, you were idle") must never become the answer to the next request
            return self.close()
        try:
            answer = read_answer(self._data, is_all=is_all)
        except ValueError as error:
            self._answer.set_exception(error)
        else:
            if answer is not None:
                self._answer.set_result(answer)


def read_answer(data: bytes, *, is_all: bool = False) -> Answer | None:
    """The answer in what came so far (`is_all`: nothing more will come); None while some of it is missing.

    Raises `ValueError` for what is not HTTP.
    """
    head, ended, rest = data.partition(b"\r\n\r\n")
    if not ended:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ", 2)
    if int(status) < 200:  # "go on": the answer itself follows
        return read_answer(rest, is_all=is_all)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    is_last = version != "HTTP/1.1" or "close" in headers.get("connection", "").lower()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, surplus = _unchunked(rest)
    elif "content-length" in headers:
        length = int(headers["content-length"])
        body, surplus = (rest[:length], rest[length:]) if len(rest) >= length else (None, b"")
    else:
        body, surplus, is_last = (rest if is_all else None), b"", True
    return None if body is None else Answer(int(status), headers, body, is_last or bool(surplus))


def _unchunked(data: bytes) -> tuple[bytes | None, bytes]:
    """The body that comes in chunks, and what follows it; None while some of it is missing."""
    body = b""
    while True:
        size, ended, data = data.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16) if ended else 0
        if not ended or len(data) < length + 2:
            return None, b""
        if not length:
            return body, data[2:]
        body, data = body + data[:length], data[length + 2 :]
