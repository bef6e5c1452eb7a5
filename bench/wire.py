"""Proof that the stub is not the limit: the same bodies again, by a client that does next to nothing.

`python -m bench.wire PORT AT_ONCE` reads bodies from stdin, one a line; prints the seconds it took.
"""

import asyncio
import sys
import time
from collections.abc import Iterator

from bench.shapes import BASE


class Poster(asyncio.Protocol):
    """One connection: the next request goes when the answer to the last is whole."""

    def __init__(self, waiting: Iterator[bytes], done: "asyncio.Future[None]") -> None:
        self._waiting, self._done, self._missing = waiting, done, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        if not self._missing:  # an answer begins: its length says what is missing
            head, _, body = data.partition(b"\r\n\r\n")
            length = int(head.rpartition(b"Content-Length: ")[2])
            self._missing = length - len(body)
        else:
            self._missing -= len(data)
        if not self._missing:
            self._post()

    def _post(self) -> None:
        request = next(self._waiting, None)
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._done.set_result(None)


async def post_all(port: int, at_once: int, bodies: list[bytes]) -> float:
    """Seconds to post them all over `at_once` connections."""
    loop = asyncio.get_running_loop()
    head = f"POST {BASE}/Messages.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ".encode()
    waiting = iter([head + b"%d\r\n\r\n" % len(body) + body for body in bodies])
    ends = [loop.create_future() for _ in range(at_once)]
    began_s = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Poster(waiting, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return time.perf_counter() - began_s


if __name__ == "__main__":
    lines = sys.stdin.buffer.read().split()
    print(asyncio.run(post_all(int(sys.argv[1]), int(sys.argv[2]), lines)))
