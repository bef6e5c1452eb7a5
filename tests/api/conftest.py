"""The evening of the console, asked by programs: every answer is judged by the API's own document."""

from collections.abc import Callable
from contextvars import Context
from functools import cache
from typing import Any

import pytest
from flask import Flask, json
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from base import clock
from base.database import transaction
from console.api.document import openapi
from directory import tokens
from directory.models import Staff
from tests.api.judge import Judge, judge
from tests.console.conftest import beginning, evening, outage, street  # noqa: F401  fixtures
from tests.console.evening import Evening


class Program:
    """Somebody's script with a token. Each request runs in a context of its own, as it does on a server."""

    def __init__(self, client: FlaskClient, document: Judge, token: str = "") -> None:
        self.client, self.judge, self.token = client, document, token

    def asks(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        answer = Context().run(
            self.client.open, f"/api/v1{path}", method=method, headers=headers, buffered=True, **more
        )
        return self.judge(answer)

    def gets(self, path: str, **query: Any) -> TestResponse:
        return self.asks("GET", path, query_string=query)

    def posts(self, path: str, _key: str | None = None, **body: Any) -> TestResponse:
        return self.asks("POST", path, json=body, headers={"Idempotency-Key": _key} if _key else {})

    def puts(self, path: str, _key: str | None = None, **body: Any) -> TestResponse:
        return self.asks("PUT", path, json=body, headers={"Idempotency-Key": _key} if _key else {})


@cache
def _judge_at(address: str) -> Judge:
    """Made once a process: what the API says of itself at an address, and who judges by it."""
    return judge(json.dumps(openapi()))


@pytest.fixture
def document(app: Flask) -> Judge:
    """The judge of what the API says of itself."""
    return _judge_at(app.extensions["settings"].address)


@pytest.fixture
def stranger(app: Flask, document: Judge) -> Program:
    """A script without a token."""
    return Program(app.test_client(), document)


@pytest.fixture
def program(app: Flask, evening: Evening, document: Judge) -> Callable[..., Program]:  # noqa: F811
    """A script that acts as somebody."""

    def make(login: str, **more: Any) -> Program:
        with transaction() as session:
            staff = session.get(Staff, evening.staff[login])
            name = f"{login} {len(tokens.all_tokens(session))}"
            secret = tokens.make_token(session, name=name, staff=staff, at=clock.now(), **more)
        return Program(app.test_client(), document, secret)

    return make
