"""Another system that is told: a real receiver on this machine, which answers what a test wants."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from base import clock
from base.database import transaction
from console.hooks import keeping
from console.hooks.jobs import tell
from console.hooks.names import FAMILIES
from tests.console.conftest import beginning, browser, evening, logged_in  # noqa: F401  fixtures


@dataclass(frozen=True)
class Arrived:
    """One request as the receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def name(self) -> str:
        return str(self.told["type"])

    def is_signed_with(self, secret: str) -> bool:
        """As the specification has it, in words of our own."""
        said = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        key = base64.b64decode(secret.split("_", 1)[1])
        right = base64.b64encode(hmac.new(key, said.encode(), hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{right}"


@dataclass
class Receiver:
    """Answers `status` with `answer`, after `waits` is set; its status before, if it is quick to nod.

    `was_left`: whoever asked went away in the middle of the answer.
    """

    port: int = 0
    status: int = 200
    answer: bytes = b"ok"
    arrived: list[Arrived] = field(default_factory=list)
    waits: threading.Event | None = None
    is_quick_to_nod: bool = False
    was_left: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.arrived]

    def wants(self, *events: str, project_id: int | None = None, name: str = "ERP") -> tuple[int, str]:
        """Subscribe; answers the subscription and its secret."""
        with transaction() as session:
            hook = keeping.subscribe(
                session, name=name, url=f"{self.origin}/in", events=list(events or FAMILIES), project_id=project_id,
                by_id=None, allowed=frozenset({self.origin}), at=clock.now(),
            )  # fmt: skip
            return hook.id, hook.secret

    def hears(self) -> list[str]:
        """The names of what arrives now."""
        before = len(self.arrived)
        tell()
        return self.names[before:]


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    one = Receiver()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            one.arrived.append(Arrived(self.path, headers, body))
            if one.waits is not None and not one.is_quick_to_nod:
                one.waits.wait(20)
            try:
                self.send_response(one.status)
                self.send_header("Location", f"{one.origin}/elsewhere")
                self.send_header("Content-Length", str(len(one.answer)))
                self.end_headers()
                if one.waits is not None:
                    one.waits.wait(20)
                self.wfile.write(one.answer)
            except (BrokenPipeError, ConnectionResetError):
                one.was_left.set()

        do_GET = do_POST  # noqa: N815  as the library calls what comes of following where an answer points

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    one.port = server.server_address[1]
    running = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    running.start()
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"webhook_allow": one.origin})
    yield one
    if one.waits is not None:
        one.waits.set()
    server.shutdown()
    server.server_close()
    running.join()
