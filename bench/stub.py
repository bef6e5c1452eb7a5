"""The barest carrier that could work: takes texts and calls as fast as a socket can, late if told so, with receipts.

`python -m bench.stub` prints its port and runs until it is ended. What it measures against is decided elsewhere.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from base.settings import SANDBOX_AUTH_TOKEN
from bench import shapes
from bench.receipts import Receipts

END = b"\r\n\r\n"
TAKEN = shapes.http(b"{}")


class Stub:
    """What it was told and what it took. `log` rows: moment of arrival, way, sid, the form as it came."""

    def __init__(self) -> None:
        self.latency_s = 0.0
        self.receipts = Receipts(SANDBOX_AUTH_TOKEN)
        self.wanted_receipts = 0
        self._forget()
        self._answers = shapes.Answers()

    def _forget(self) -> None:
        self.log: list[tuple[float, str, str, bytes]] = []
        self._seen = 0
        self._by_sid: dict[str, dict[str, Any]] = {}
        self._by_number: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._awaited = 0
        self._tell: Callable[[bytes], Any] = bytes

    def when_taken(self, count: int, tell: Callable[[bytes], Any]) -> None:
        """Answer once so many requests were taken: whoever asked again and again would disturb what is measured."""
        self._awaited, self._tell = count, tell
        if len(self.log) >= count:
            tell(TAKEN)

    def answer(self, method: str, target: str, body: bytes) -> tuple[bytes, float]:
        """The answer to a request, and after how many seconds it shall go."""
        if method == "POST" and target.endswith("/Messages.json"):
            sid, answer = self._answers.text()
            self._take("text", sid, body)
            return answer, self.latency_s
        if method == "POST" and target.endswith("/Calls.json"):
            sid, answer = self._answers.call()
            self._take("call", sid, body)
            return answer, self.latency_s
        return self._rare(target, body), 0.0

    def _take(self, way: str, sid: str, body: bytes) -> None:
        self.log.append((time.monotonic(), way, sid, body))
        if len(self.log) == self._awaited:
            self._tell(TAKEN)
        if self.wanted_receipts and way == "text":
            self.receipts.put(sid, body, self.wanted_receipts)

    def _rare(self, target: str, body: bytes) -> bytes:
        address = urlsplit(target)
        if address.path == "/bench/begin":
            told = json.loads(body)
            self.latency_s, self.wanted_receipts = told["latency_s"], told["receipts"]
            self._forget()
            self.receipts.told = self.receipts.refused = 0
            return shapes.http(b"{}")
        if address.path == "/bench/state":
            state = {"taken": len(self.log), "told": self.receipts.told, "refused": self.receipts.refused}
            return shapes.http(json.dumps(state).encode())
        if address.path == "/bench/log":
            rows = [(at, way, sid, form.decode()) for at, way, sid, form in self.log]
            return shapes.http(json.dumps(rows).encode())
        return self._asked(address.path, parse_qs(address.query))

    def _asked(self, path: str, query: dict[str, list[str]]) -> bytes:
        self._catch_up()
        if path.endswith(("/Messages.json", "/Calls.json")):
            way = "call" if path.endswith("/Calls.json") else "text"
            found = self._by_number.get((way, query.get("To", [""])[0]), [])
            return shapes.http(shapes.page(path, way, found[:-51:-1]))
        one = self._by_sid.get(path.rsplit("/", 1)[-1].removesuffix(".json"))
        return shapes.http(json.dumps(one).encode()) if one else shapes.http(b'{"code":20404}', b"404 Not Found")

    def _catch_up(self) -> None:
        """Look into the forms taken since somebody last asked; nobody does while speed is measured."""
        began = time.time() - time.monotonic()
        for at, way, sid, form in self.log[self._seen :]:
            row = shapes.resource(sid, dict(parse_qsl(form.decode())), began + at)
            self._by_sid[sid] = row
            self._by_number.setdefault((way, row["to"]), []).append(row)
        self._seen = len(self.log)


class Door(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, stub: Stub) -> None:
        self._stub, self._rest = stub, b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest = self._rest + data if self._rest else data
        while (end := self._rest.find(END)) >= 0:
            length = _length(self._rest[:end])
            whole = end + len(END) + length
            if len(self._rest) < whole:
                return
            head, body, self._rest = self._rest[:end], self._rest[end + len(END) : whole], self._rest[whole:]
            method, target, _ = head.split(b" ", 2)
            if target == b"/bench/when_taken":
                self._stub.when_taken(int(body), self._transport.write)
                continue
            answer, after_s = self._stub.answer(method.decode(), target.decode(), body)
            if after_s:
                self._loop.call_later(after_s, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _length(head: bytes) -> int:
    at = head.lower().find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(head[at + 17 :].split(b"\r\n", 1)[0])


async def main() -> None:
    """Listen on a free port of this machine, and say which."""
    stub = Stub()
    server = await asyncio.get_running_loop().create_server(lambda: Door(stub), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    posting = asyncio.create_task(stub.receipts.post_all())
    await asyncio.gather(server.serve_forever(), posting)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
