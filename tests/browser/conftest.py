"""A real browser before a real server; plainly skipped where Chromium is not installed.

Pages look the same on either database, so they are looked at on one; their answers are tested on both.
"""

import gzip
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from base import clock
from base.database import Database
from base.settings import Settings
from tests.conftest import furnished
from tests.console.conftest import EVENING
from tests.console.evening import PASSWORD, Evening, an_evening

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


class _Quiet(WSGIRequestHandler):
    def log(self, *args: Any) -> None:
        """Say nothing."""


@dataclass
class House:
    """The service on a port of its own, in the middle of an evening."""

    app: Flask
    address: str
    evening: Evening
    passes: dict[str, Any] = field(default_factory=dict)
    """The cookies of who has logged in: log-ins are throttled, and one a person is enough."""


@contextmanager
def a_house(settings: Settings) -> Iterator[House]:
    """Open it, with the clock standing; close it without a trace."""
    clock.stop_at(EVENING)
    app = furnished(settings)
    for limiter in app.extensions["limiter"]:
        limiter.reset()  # who logged in to the house before counts against nobody here
    app.extensions["hints"].connection.flushall()  # nor is anybody still on a page of it
    database: Database = app.extensions["database"]
    with app.app_context(), database.transaction() as session:
        evening = an_evening(session, EVENING, Path(settings.recordings_url))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield House(app, f"http://127.0.0.1:{server.port}", evening)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.engine.dispose()
        app.extensions["hints"].connection.close()
        clock.stop_at(None)


def _settings(template: Path, folder: Path, valkey_url: str) -> Settings:
    path = folder / "huiyin.db"
    shutil.copy(template, path)
    return Settings(
        _env_file=None, database_url=f"sqlite:///{path}", redis_url=valkey_url, var_dir=folder / "var",
        recordings_url=str(folder / "recordings"), duty_phone="+8613900000000",
    )  # fmt: skip


@pytest.fixture(scope="module")
def still_house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[House]:
    """One house for many looks: nothing is changed in it."""
    with a_house(_settings(sqlite_template, tmp_path_factory.mktemp("house"), valkey_url)) as house:
        yield house


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, valkey_url: str) -> Iterator[House]:
    """A house of its own, to be changed."""
    with a_house(_settings(sqlite_template, tmp_path, valkey_url)) as house:
        yield house


@dataclass
class Window:
    """One browser window, and everything that went wrong in it."""

    page: Page
    house: House
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    packed_bytes: int = 0
    """Of the page itself, packed as the proxy in front of the service packs it."""

    def goes(self, path: str) -> "Window":
        answer = self.page.goto(self.house.address + path, wait_until="load")
        assert answer is not None
        self.packed_bytes = len(gzip.compress(answer.body()))
        return self

    def is_wide(self, width: int) -> "Window":
        """Draw the window so many pixels wide, whatever is open in it."""
        self.page.set_viewport_size({"width": width, "height": 900})
        return self

    def logs_in(self, login: str, *, lang: str = "zh") -> "Window":
        if login in self.house.passes:
            self.page.context.add_cookies(self.house.passes[login])
            return self.goes(f"/?lang={lang}")
        self.goes(f"/login?lang={lang}")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click(".btn-primary")
        self.page.wait_for_url(self.house.address + "/")
        self.house.passes[login] = self.page.context.cookies()
        return self

    def sideways_px(self) -> int:
        """By how much the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def parts(self) -> dict[str, int]:
        """What the page loads, in bytes as they travelled, also where the browser had them already."""
        found: dict[str, int] = self.page.evaluate(
            "Object.fromEntries(performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize]))"
        )
        return found

    def weight(self) -> int:
        """Bytes of the page with all that it loads."""
        return self.packed_bytes + sum(self.parts().values())

    def barriers(self) -> list[str]:
        """What axe finds, one line each."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]

    def _listen(self) -> None:
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._requested)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.house.address, "data:")):
            self.strangers.append(request.url)


@contextmanager
def a_window(chromium: Browser, house: House, *, width: int = 1440, height: int = 900, **more: Any) -> Iterator[Window]:
    """Open a window on a house."""
    context: BrowserContext = chromium.new_context(viewport={"width": width, "height": height}, **more)
    context.set_default_timeout(30_000)
    window = Window(context.new_page(), house)
    window._listen()
    try:
        yield window
    finally:
        context.close()
