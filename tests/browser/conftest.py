"""A real browser before a real server; plainly skipped where Chromium is not installed."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Playwright, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from base.settings import Settings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium: the machine's own, else Playwright's."""
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        yield browser
        browser.close()


def _launched(playwright: Playwright) -> Browser:
    own = next((found for name in NAMES if (found := shutil.which(name))), None)
    if own is None and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("Chromium is not installed: browser tests are left out (playwright install chromium)")
    try:
        return playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
    except Error as error:
        pytest.fail(f"Chromium is installed and does not start: {error}")


@pytest.fixture
def house(settings: Settings) -> Iterator[tuple[Flask, str]]:
    """The service on a port of its own; what it is and where."""
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        with app.app_context():
            yield app, f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["database"].engine.dispose()
        app.extensions["hints"].connection.close()
