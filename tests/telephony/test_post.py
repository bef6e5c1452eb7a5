"""POST and its answer: what is read from the wire, which connection is used again, and how it fails."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
import uvloop

from telephony.post import Answer, NoAnswer, NotSent, Post

T = TypeVar("T")
OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n"
CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"


class Server:
    """Writes the next of its answers after each request; what follows a None is written after a while unasked."""

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.connections, self.requests = list(answers), 0, list[bytes]()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head + await reader.readexactly(2))
                for piece in self.answers.pop(0).split(b"|"):
                    writer.write(piece)
                    await asyncio.sleep(0.01)
                if b"close" in piece or not piece:
                    return
        except (asyncio.IncompleteReadError, IndexError):
            return
        finally:
            writer.close()


def at(server: Server, ask: Callable[[Post], Awaitable[T]], *, scheme: str = "http", answer_s: float = 5.0) -> T:
    """Ask on a server that lives as long as the question."""

    async def asking() -> T:
        async with await asyncio.start_server(server.talk, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            post = Post(f"{scheme}://127.0.0.1:{port}/base", {"Authorization": "x"}, answer_s=answer_s)
            try:
                return await ask(post)
            finally:
                post.close()

    return uvloop.run(asking())


async def twice(post: Post) -> list[bytes]:
    first = await post.post("/a", b"1=")
    await asyncio.sleep(0.05)
    return [first.body, (await post.post("/b", b"2=")).body]


async def once(post: Post) -> Answer:
    return await post.post("/a", b"1=")


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (OK + b"ok", Answer(201, {"content-length": "2"}, b"ok", False)),
        (OK[:9] + b"|" + OK[9:] + b"o|k", Answer(201, {"content-length": "2"}, b"ok", False)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"ok", Answer(201, {"content-length": "2"}, b"ok", False)),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", Answer(200, {"content-length": "0"}, b"", True)),
        (CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n", Answer(201, {"transfer-encoding": "chunked"}, b"ok", False)),
        (CHUNKED + b"1\r\no|\r\n1\r\nk\r\n0|\r\n\r\n", Answer(201, {"transfer-encoding": "chunked"}, b"ok", False)),
    ],
)  # fmt: skip
def test_an_answer_is_read_when_it_is_whole(data: bytes, answer: Answer) -> None:
    assert at(Server(data), once) == answer


@pytest.mark.parametrize("data", [b"what?\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n", CHUNKED + b"ok\r\n"])
def test_what_is_not_http_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any will do
        at(Server(data), once)


def test_a_connection_is_used_again() -> None:
    server = Server(OK + b"|ok", CHUNKED + b"2\r\nok\r\n0\r\n|\r\n")
    assert at(server, twice) == [b"ok", b"ok"]
    assert server.connections == 1
    first = server.requests[0].decode()
    assert first.startswith("POST /base/a HTTP/1.1\r\nHost: 127.0.0.1:")
    assert first.endswith("Authorization: x\r\nContent-Length: 2\r\n\r\n1=")


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        OK + b"ok|HTTP/1.1 408 Idle\r\nContent-Length: 0\r\n\r\n",
        OK + b"okHTTP/1.1 408 Idle\r\nContent-Length: 0\r\n\r\n",
        OK + b"ok|",
    ],
)
def test_one_that_ends_or_says_what_nobody_asked_is_not(first: bytes) -> None:
    server = Server(first, OK + b"OK")
    assert at(server, twice) == [b"ok", b"OK"]
    assert server.connections == 2


def test_nor_one_that_said_it_while_the_loop_was_busy() -> None:
    requests = []

    def serve(listening: socket.socket) -> None:
        for body in (b"ok", b"OK"):
            connection, _ = listening.accept()
            requests.append(connection.recv(65536))
            connection.sendall(OK + body)
            time.sleep(0.1)
            connection.sendall(b"HTTP/1.1 408 Idle\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    async def twice_with_a_busy_loop(post: Post) -> list[bytes]:
        first = await post.post("/a", b"1=")
        time.sleep(0.3)  # not the loop's own sleep: nothing is read meanwhile
        try:
            return [first.body, (await post.post("/b", b"2=")).body]
        finally:
            post.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=serve, args=(listening,), daemon=True)
        server.start()
        post = Post(f"http://127.0.0.1:{listening.getsockname()[1]}", {}, answer_s=2.0)
        assert uvloop.run(twice_with_a_busy_loop(post)) == [b"ok", b"OK"]
        server.join()
    assert len(requests) == 2


@pytest.mark.parametrize("cut", [b"|", OK + b"o|", CHUNKED + b"2\r\no|", b"HTTP/1.1 200 OK\r\n\r\nok|"])
def test_a_broken_answer_is_none(cut: bytes) -> None:
    with pytest.raises(NoAnswer, match="ServerDisconnectedError"):
        at(Server(cut), lambda post: post.post("/a", b"1="))


def test_a_slow_answer_is_none_and_its_connection_is_given_up() -> None:
    async def late_then_in_time(post: Post) -> bytes:
        with pytest.raises(NoAnswer, match="TimeoutError"):
            await post.post("/a", b"1=")
        return (await post.post("/b", b"2=")).body

    server = Server(OK, OK + b"ok")
    assert at(server, late_then_in_time, answer_s=0.3) == b"ok"
    assert server.connections == 2


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Says at which addresses every name is found, or how it is not; answers the names that are looked up."""
    asked: list[str] = []

    def says(*addresses: tuple[str, int], error: OSError | None = None) -> list[str]:
        def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
            asked.append(host)
            if error is not None:
                raise error
            families = [socket.AF_INET6 if ":" in address[0] else socket.AF_INET for address in addresses]
            return [(f, socket.SOCK_STREAM, 6, "", a) for f, a in zip(families, addresses, strict=True)]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return says


def by_name(server: Server, ask: Callable[[Post, tuple[str, int]], Awaitable[T]], *, answer_s: float = 5.0) -> T:
    """Ask a server by a name, on the loop of the standard library: there a look-up can be watched."""

    async def asking() -> T:
        async with await asyncio.start_server(server.talk, "127.0.0.1", 0, backlog=200) as listening:
            post = Post("http://carrier.test", {}, answer_s=answer_s)
            try:
                return await ask(post, listening.sockets[0].getsockname())
            finally:
                post.close()

    return asyncio.run(asking())


def test_connections_opened_together_look_the_server_up_once(found: Callable[..., list[str]]) -> None:
    async def a_hundred(post: Post, here: tuple[str, int]) -> tuple[set[bytes], list[str]]:
        asked = found(here)
        answers = await asyncio.gather(*[post.post("/a", b"1=") for _ in range(100)])
        return {answer.body for answer in answers}, asked

    server = Server(*[OK + b"ok"] * 100)
    assert by_name(server, a_hundred) == ({b"ok"}, ["carrier.test"])
    assert server.connections == 100


def test_an_address_that_refuses_costs_nothing(found: Callable[..., list[str]]) -> None:
    async def on_the_second(post: Post, here: tuple[str, int]) -> bytes:
        found(("::1", here[1]), here)
        return (await post.post("/a", b"1=")).body

    assert by_name(Server(OK + b"ok"), on_the_second) == b"ok"


def test_an_address_without_a_route_does_not_cost_the_message(found: Callable[..., list[str]]) -> None:
    async def on_the_second(post: Post, here: tuple[str, int]) -> bytes:
        found(dead.getsockname(), here)
        return (await post.post("/a", b"1=")).body

    with socket.create_server(("127.0.0.1", 0), backlog=0) as dead:
        # nobody accepts there: once its queue is full, the system answers nothing
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(dead.getsockname())
        began_s = time.monotonic()
        assert by_name(Server(OK + b"ok"), on_the_second, answer_s=4.0) == b"ok"
        assert time.monotonic() - began_s < 1.5
        for one in waiting:
            one.close()


def test_a_name_that_is_not_found_is_looked_up_again_by_the_next(found: Callable[..., list[str]]) -> None:
    async def then_found(post: Post, here: tuple[str, int]) -> bytes:
        found(error=socket.gaierror(-3, "Temporary failure in name resolution"))
        with pytest.raises(NotSent, match="gaierror"):
            await post.post("/a", b"1=")
        found(here)
        return (await post.post("/a", b"1=")).body

    assert by_name(Server(OK + b"ok"), then_found) == b"ok"


def test_a_server_is_found_by_name_where_texts_are_sent() -> None:
    async def asking() -> bytes:
        async with await asyncio.start_server(Server(OK + b"ok").talk, "127.0.0.1", 0) as listening:
            post = Post(f"http://localhost:{listening.sockets[0].getsockname()[1]}", {}, answer_s=5.0)
            try:
                return (await post.post("/a", b"1=")).body
            finally:
                post.close()

    assert uvloop.run(asking()) == b"ok"


def test_without_a_trusted_certificate_nothing_is_sent() -> None:
    server = Server(OK + b"ok")
    with pytest.raises(NotSent):
        at(server, lambda post: post.post("/a", b"1="), scheme="https", answer_s=2.0)
    assert server.requests == []
