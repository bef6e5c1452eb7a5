"""A console with an evening's tickets, and browsers that forget each other."""

import re
from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from base import clock
from base.database import transaction
from base.settings import Settings
from tests.console.begun import Begun, begun
from tests.console.evening import PASSWORD, Evening
from tests.console.neighbours import an_outage, incident_of, lets_go, neighbours, works
from tests.messages.fake import FakeCarrier

EVENING = datetime.fromisoformat("2026-11-22T19:30:00+08:00")


class Browser(FlaskClient):
    """A browser at the desk. Each request runs in a context of its own, as it does on a server."""

    _token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **({"buffered": True} | kwargs))

    def token(self, page: str) -> str:
        """The form token of this session, as a page holds it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, f"{page} has no form"
        return found.group(1)

    def sends(self, path: str, **form: Any) -> TestResponse:
        """Post a form as a page of this session holds it."""
        self._token = self._token or self.token("/oncall")
        return self.post(path, data={"csrf_token": self._token, **form})

    def logs_in(self, login: str, password: str = PASSWORD, **form: Any) -> TestResponse:
        self._token = ""
        token = self.token("/login")
        return self.post("/login", data={"csrf_token": token, "login": login, "password": password, **form})


LogIn = Callable[[str], Browser]


@pytest.fixture
def beginning(database_kind: str, request: pytest.FixtureRequest) -> Begun | None:
    """Whoever asks for the evening has it in their database from the beginning."""
    return begun(database_kind, EVENING, request) if "evening" in request.fixturenames else None


@pytest.fixture
def evening(beginning: Begun, app: Flask, settings: Settings) -> Evening:
    """The evening, as it stands now: the clock of this process stands with it."""
    clock.stop_at(EVENING)
    return beginning.told(settings)


@pytest.fixture
def street(app: Flask, evening: Evening) -> FakeCarrier:
    """Neighbours to write to, and a carrier that takes what it is given."""
    app.extensions["carrier"] = carrier = FakeCarrier(clock=clock.now)
    # two claimers may share what is due, and while the clock stands still no pace opens for the second
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_emergency": 0.0})
    with transaction() as session:
        neighbours(session, evening)
    return carrier


@pytest.fixture
def outage(app: Flask, street: FakeCarrier, evening: Evening) -> int:
    """An outage of which ten numbers have been told; the incident."""
    opening = an_outage(app, evening)
    lets_go(app, evening, opening)
    works(app)
    return incident_of(app, opening)


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Opens another browser, with nobody logged in."""
    app.test_client_class = Browser
    return app.test_client  # type: ignore[return-value]  # of the class just set


@pytest.fixture
def logged_in(browser: Callable[[], Browser], evening: Evening) -> Callable[[str], Browser]:
    """A browser of its own for each member of staff."""

    def enter(login: str) -> Browser:
        client = browser()
        assert client.logs_in(login).status_code == 303
        return client

    return enter


def later(**by: float) -> datetime:
    """Move the clock on, and say to when."""
    then = clock.now() + timedelta(**by)
    clock.stop_at(then)
    return then
