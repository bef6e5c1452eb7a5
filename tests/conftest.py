"""What every test may stand on: a real Valkey, both real databases, the application, and a signing carrier."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient, FlaskCliRunner
from redis import Redis
from sqlalchemy import Boolean, Column, Date, Integer, insert
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app import create_app, furnish
from base import clock, migrations, write_lock
from base.database import Base, Database, Moment, Word
from base.log import configure_log
from base.settings import Settings
from directory import hashing
from messages import sending
from tests import stores
from tests.chromium import chromium  # noqa: F401  fixture
from tests.judges.twiml import judge_messaging, judge_voice
from tests.learnt import share_what_is_learnt
from tests.stores import postgres_server, valkey_url  # noqa: F401  fixtures

KINDS = ("sqlite", "postgres")
SLOW = {"browser", "chaos", "house"}
"""Folders of tests that start processes."""
# A caller is not kept waiting longer than 3 s for the database; a machine full of tests now and then stands still for
# longer than that. tests/base/test_patience.py has what happens when it is too long.
write_lock.BUSY_S = 30.0
# Where hands stand still no pace opens while somebody waits for it, and nobody need wait long to see that.
sending.LOOK_UP_S = dict.fromkeys(sending.LOOK_UP_S, 0.001)
# Thousands of log-ins, and none of them is attacked. tests/directory/test_hashing.py has the price that is paid.
hashing.ROUNDS, hashing.MEMORY_KIB = 1, 64


@dataclass(frozen=True)
class Beginning:
    """A database to be copied: the path of its file on SQLite, its name on PostgreSQL."""

    template: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("both", *KINDS), default="both", help="which database to run on")
    parser.addoption("--every-pair", action="store_true", help="play scenarios in both modes on both databases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches a database is run on both."""
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        kinds = KINDS if chosen == "both" else (chosen,)
        metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests by files: the many first, and the slow in between.

    At the end everybody has little left, and seldom do two of the slow, which start processes, run side by side.
    """
    if not hasattr(config, "workerinput"):
        return
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = [file for file in files if SLOW & set(file.parts)]
    many = sorted(files.keys() - set(slow), key=lambda file: (-len(files[file]), file))
    apart = sum(len(files[file]) for file in many) * 3 // 4 // max(len(slow), 1)
    order: list[Path] = []
    behind = apart
    for file in many:
        if slow and behind >= apart:
            order.append(slow.pop(0))
            behind = 0
        order.append(file)
        behind += len(files[file])
    order += slow
    items[:] = [item for file in order for item in files[file]]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def beginning() -> Beginning | None:
    """What a test's database begins with beside its tables: nothing, where its folder does not say otherwise."""
    return None


@pytest.fixture
def database_url(database_kind: str, beginning: Beginning | None, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of its own for each test."""
    if database_kind == "sqlite":
        path = beginning.template if beginning else request.getfixturevalue("sqlite_template")
        with stores.fresh_sqlite(Path(path)) as url:
            yield url
    else:
        server = request.getfixturevalue("postgres_server")
        name = beginning.template if beginning else stores.migrated_postgres(server, migrate)
        with stores.copied_postgres(server, name) as url:
            yield url


@pytest.fixture
def settings(database_url: str, valkey_url: str, tmp_path: Path) -> Settings:  # noqa: F811
    return settings_of(database_url, valkey_url, tmp_path)


def settings_of(database_url: str, redis_url: str, home: Path) -> Settings:
    """Those of nearly all tests, with everything that is written in `home`."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        var_dir=home / "var",
        recordings_url=str(home / "recordings"),
        duty_phone="+8613900000000",
    )


@cache
def _put_together(redis_url: str, *, is_judged: bool) -> Flask:
    """Its pages, doors and templates: a tenth of a second, and the same for all tests of this process."""
    app = create_app(Settings(_env_file=None, redis_url=redis_url))  # where log-ins are counted
    app.testing = True
    if is_judged:
        app.after_request(_judge)
    return app


def furnished(settings: Settings, *, is_judged: bool = False) -> Flask:
    """The application that all tests of a process share, with what hangs on it new: never change its doors."""
    app = _put_together(settings.redis_url, is_judged=is_judged)
    furnish(app, settings)
    configure_log(as_json=settings.logs_json)  # a test that caught the log may have left it with what it closed
    share_what_is_learnt(app.extensions["database"])
    return app


def _judge(response: Response) -> Response:
    """Every answer to the carrier must be one that it understands."""
    if response.mimetype == "text/xml":
        (judge_messaging if request.path.startswith("/sms/") else judge_voice)(response.get_data())
    return response


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application in its context, on its own database; every answer to the carrier is judged."""
    yield from at_work(furnished(settings, is_judged=True))


def at_work(app: Flask) -> Iterator[Flask]:
    """In its context, the queue empty; afterwards nothing is left open."""
    Redis.from_url(app.extensions["settings"].redis_url).flushall()
    with app.app_context():
        yield app
    database: Database = app.extensions["database"]
    database.close()
    app.extensions["hints"].connection.close()
    clock.stop_at(None)


@pytest.fixture(autouse=True)
def _one_claim_at_a_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where hands stand still, of two claims that share a pace the second would wait for a moment that never comes.

    The tests of the ledger itself claim as a worker does.
    """
    before = sending.CLAIMERS
    # not by monkeypatch, which would then end after fixtures that a test has patched
    sending.CLAIMERS = before if "messages" in request.path.parts else 1
    yield
    sending.CLAIMERS = before


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """One open transaction that may write. Do not call webhooks while you hold it."""
    database: Database = app.extensions["database"]
    with database.transaction() as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@dataclass
class SigningCarrier:
    """Posts webhooks as the carrier does: form-encoded, with our account, signed."""

    client: FlaskClient
    settings: Settings

    def __call__(self, path: str, **form: str) -> TestResponse:
        form = {"AccountSid": self.settings.account_sid, "ApiVersion": "2010-04-01", **form}
        signature = RequestValidator(self.settings.auth_tokens[0]).compute_signature(self.settings.address + path, form)
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def carrier_posts(client: FlaskClient, settings: Settings) -> Callable[..., TestResponse]:
    return SigningCarrier(client, settings)


def migrate(url: str) -> None:
    """Bring the database at `url` up to date, and leave no connection open."""
    engine = Database(url).engine
    migrations.upgrade(engine)
    engine.dispose()


def fill_every_table(database: Database) -> None:
    """One row in every table, whatever its columns, parents first."""
    with database.transaction() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(insert(table).values({c.name: _some(c) for c in table.columns if _is_wanted(c)}))


def _is_wanted(column: Column[Any]) -> bool:
    return bool(column.foreign_keys) or (not column.nullable and column.default is None and not _is_counted(column))


def _is_counted(column: Column[Any]) -> bool:
    return column.primary_key and isinstance(column.type, Integer) and not column.foreign_keys


def _some(column: Column[Any]) -> Any:
    if column.foreign_keys:
        return 1
    if isinstance(column.type, Word):
        return next(iter(column.type.words))
    samples = {Moment: datetime(2026, 11, 22, tzinfo=UTC), Date: date(2026, 11, 22), Integer: 1, Boolean: True}
    return next((value for kind, value in samples.items() if isinstance(column.type, kind)), "x")
