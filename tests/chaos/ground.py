"""Where rounds are played: a house at a tenth of the usual patience, with five processes and an estate."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from base import migrations
from base.database import Database
from dev import valkey
from tests import stores
from tests.chaos.estate import Estate
from tests.chaos.house import House, house
from tests.chaos.rounds import FIRE_S, PROCESSES

FIRST_NUMBER = 13600000000
A_TENTH = {"CARRIER_ANSWER_S": "0.8", "CARRIER_LISTS_S": "0.5"}
REAL = {"CARRIER_ANSWER_S": "8", "CARRIER_LISTS_S": "5"}
NETWORK = {"say": 0, "cps": 0, "receipt_s": 0.4, "list_lag_s": 0.2, "hold_s": 20}


@contextmanager
def ground(
    database_url: str, home: Path, people: int, *, stretch: float = 1.0, **settings: str
) -> Iterator[tuple[House, Estate]]:
    """A house on this database, and an estate of so many people.

    Its rates make a notice last for most of the fire, so that what happens falls in the middle of it.
    """
    rate = str(max(people / (FIRE_S * stretch * 0.7), 5))
    rates = {f"SMS_RATE_{kind}": rate for kind in ("EMERGENCY", "SERVICE", "CARE")} | {"CALL_RATE": "10"}
    with ExitStack() as stack:
        redis_url = stack.enter_context(valkey.running(home / "valkey"))
        _keep_what_is_committed(database_url)
        here = stack.enter_context(house(
            database_url, redis_url, home, stack, names=PROCESSES, is_judged=False, **rates, **settings
        ))  # fmt: skip
        here.network.ask("PUT", "/settings", NETWORK)
        yield here, Estate(here, [f"+86{FIRST_NUMBER + place}" for place in range(people)])


def _keep_what_is_committed(url: str) -> None:
    """PostgreSQL for tests does not wait for its log; a round restarts it."""
    name = make_url(url).database
    if url.startswith("postgresql"):
        database = Database(url)
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))
        database.close()


@contextmanager
def own_database(kind: str, request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """A migrated database for the houses of one module of tests, from the stores of the test process."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), home / "huiyin.db")
        yield f"sqlite:///{home / 'huiyin.db'}"
    else:
        with stores.fresh_postgres(request.getfixturevalue("postgres_server"), migrate) as url:
            yield url


def migrate(url: str) -> None:
    """Bring a database up to date."""
    database = Database(url)
    migrations.upgrade(database.engine)
    database.close()
