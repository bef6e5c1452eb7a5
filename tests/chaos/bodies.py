"""Bodies that nobody would write, thousands of them, for every address of the API that takes one, in this process."""

from pathlib import Path

from flask import Flask

from app import create_app
from base import clock
from base.database import transaction
from base.settings import Settings
from dev import valkey
from directory import tokens
from directory.models import Staff
from tests.api.crowd import Count, Crowd
from tests.console.conftest import EVENING
from tests.console.evening import an_evening

AS_OFTEN_AS_IT_LIKES = 1_000_000
"""Requests a minute."""


def ask(url: str, home: Path, number: int, seed: int, count: Count) -> None:
    """Send about so many to the database at `url`, in the middle of an evening; `count` grows as they are answered."""
    with valkey.running(home / "valkey") as redis_url:
        app = create_app(
            Settings(
                _env_file=None, database_url=url, redis_url=redis_url, var_dir=home / "var",
                recordings_url=str(home / "recordings"), duty_phone="+8613900000000", api_rate=AS_OFTEN_AS_IT_LIKES,
            )
        )  # fmt: skip
        clock.stop_at(EVENING)
        try:
            crowd = Crowd(app, _token(app, home))
            takers = sum(1 for one in crowd.operations if one.body)
            crowd.asks(-(-number // takers), seed=seed, count=count, is_bodies=True)
        finally:
            clock.stop_at(None)
            app.extensions["database"].close()
            app.extensions["hints"].connection.close()


def _token(app: Flask, home: Path) -> str:
    with app.app_context(), transaction() as session:
        evening = an_evening(session, EVENING, home / "recordings")
        admin = session.get_one(Staff, evening.staff["admin"])
        return tokens.make_token(session, name="chaos", staff=admin, at=EVENING)
