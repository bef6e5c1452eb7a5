"""Puts the network behind a loopback port: in this process or in a thread of its own."""

import asyncio
import contextlib
import errno
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

import sandbox.verbs  # noqa: F401  each verb announces itself
from sandbox import control, page, rest
from sandbox.clock import Clock, ManualClock, RealClock
from sandbox.network import Network
from sandbox.people import People

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST_REQUEST = 24 * 1024 * 1024


class CannotStart(Exception):
    """The sandbox cannot start; the sentence says why."""


class NotDone(Exception):
    """The control API did not do it: `status` is HTTP's, `sentence` says why."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        with contextlib.suppress(ValueError):
            body = str(json.loads(body)["error"])
        self.sentence = body


@dataclass(frozen=True)
class Plan:
    """How a sandbox shall be started."""

    account: str
    token: str
    host: str = "127.0.0.1"
    port: int = 0
    clock: str = "real"
    speed: float = 1.0
    start_at: datetime | None = None
    phones: Path | None = None

    def make_clock(self) -> Clock:
        """Return the clock that is asked for."""
        return ManualClock(self.start_at) if self.clock == "manual" else RealClock(self.speed)


@web.middleware
async def _only_from_here(request: web.Request, handler: Any) -> web.StreamResponse:
    """Let nobody in who came by another name: a web page elsewhere must not steer the phones."""
    origin = request.headers.get("Origin")
    name = (request.url.host or "").strip("[]")
    if name not in LOOPBACK or (origin is not None and origin != str(request.url.origin())):
        raise web.HTTPForbidden(text="The sandbox talks to this machine only.\n")
    answer: web.StreamResponse = await handler(request)
    return answer


class Running:
    """A network that is open on a port."""

    def __init__(self, plan: Plan) -> None:
        if plan.host not in LOOPBACK:
            raise CannotStart(f"The sandbox listens on loopback only; {plan.host} is not.")
        self.plan = plan
        self.network = Network(plan.account, plan.token, plan.make_clock())
        self._runner: web.AppRunner | None = None

    async def open(self) -> str:
        """Open the port; returns the address. Raises CannotStart."""
        app = web.Application(middlewares=[_only_from_here], client_max_size=LARGEST_REQUEST)
        control.add_routes(app, People(self.plan.phones))
        rest.add_routes(app, self.network)
        page.add_routes(app)
        await self.network.sender.open()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.plan.host, self.plan.port)
        try:
            await site.start()
        except OSError as error:
            await self.close()
            raise CannotStart(_why(error, self.plan)) from error
        port = self._runner.addresses[0][1]
        host = f"[{self.plan.host}]" if ":" in self.plan.host else self.plan.host
        self.network.base_url = f"http://{host}:{port}"
        return self.network.base_url

    async def close(self) -> None:
        """Close the port and end everything."""
        await self.network.stop()
        await self.network.sender.close()
        if self._runner is not None:
            await self._runner.cleanup()


def _why(error: OSError, plan: Plan) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {plan.port} is in use; choose another with --port or SANDBOX_PORT."
    return f"The sandbox cannot listen on {plan.host}:{plan.port}: {error.strerror}."


class Sandbox:
    """A sandbox in a thread of its own: `with Sandbox(account=…, token=…) as s: s.url`."""

    def __init__(self, account: str, token: str, clock: str = "manual", **rest: Any) -> None:
        self._plan = Plan(account, token, clock=clock, **rest)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._failed: BaseException | None = None
        self.url = ""

    def start(self) -> "Sandbox":
        """Start it; returns when it is open. Raises CannotStart."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        """End it and everything in it."""
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """Use the control API; returns its JSON. Raises NotDone."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Content-Type": "application/json"}
        address = f"{self.url}/sandbox{path}"  # our own, on loopback
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310  as above
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310  as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise NotDone(error.code, error.read().decode("utf-8", "replace")) from None

    def _run(self, ready: threading.Event) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._live(ready))

    async def _live(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        try:
            running = Running(self._plan)
            self.url = await running.open()
        except Exception as error:
            self._failed = error
            return
        finally:
            ready.set()
        await self._over.wait()
        await running.close()
