"""A database that hangs, instead of failing: the caller hears somebody while the carrier still listens."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from base import write_lock
from base.database import Database
from base.settings import Settings
from telephony.dark import Tonight, write_tonight

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
FORM = {"CallSid": "CA" + "7" * 32, "From": "+8613800138000", "To": "+864008001234", "CallStatus": "ringing"}


@contextmanager
def somebody_else_keeps(database: Database) -> Iterator[None]:
    """Another process writes and does not end."""
    if not database.is_sqlite:
        with database.engine.connect() as other:
            other.execute(text("LOCK TABLE call, project, number, staff IN ACCESS EXCLUSIVE MODE"))
            yield
            other.rollback()
        return
    path = f"{database.engine.url.database}.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def test_a_caller_is_put_through_although_the_database_hangs(
    app: Flask, settings: Settings, carrier_posts: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "BUSY_S", 0.3)
    write_tonight(settings, Tonight({}, ["+8613900000001"]))
    with somebody_else_keeps(app.extensions["database"]):
        answer = carrier_posts("/voice/incoming", **FORM)
    assert answer.status_code == 200
    assert "非常抱歉" in answer.text
    assert "+8613900000001" in answer.text
    assert "尊敬的业主" in carrier_posts("/voice/incoming", **FORM).text, "and when it is back, the call goes on"


@pytest.mark.parametrize(
    "peer",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.168.1.7"}},
        {"environ_overrides": {"REMOTE_ADDR": "2001:db8::7"}},
        {"headers": {"X-Forwarded-For": "192.168.1.7"}},
        {"headers": {"Forwarded": "for=192.168.1.7"}},
    ],
)
def test_development_lets_nobody_in_from_outside_whatever_it_was_bound_to(
    client: FlaskClient, peer: dict[str, dict[str, str]]
) -> None:
    assert client.get("/login", **peer).status_code == 403  # type: ignore[arg-type]
    assert client.get("/healthz").status_code == 200
