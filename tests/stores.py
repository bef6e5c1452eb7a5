"""Real stores for tests: one Valkey and one PostgreSQL a test process, a database of its own for each test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dev import postgres, valkey

TEMPLATE = "huiyin_template"
_numbers = itertools.count(1)
_made: set[int] = set()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The address of a server that lives as long as this test process."""
    with valkey.running() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server that lives as long as this test process."""
    with postgres.running() as server:
        yield server


@contextmanager
def fresh_sqlite(template: Path) -> Iterator[str]:
    """A migrated file of its own, on memory disk where there is one: each transaction waits until its disk has it."""
    place = postgres.fast_disk()
    with tempfile.TemporaryDirectory(prefix="huiyin-sqlite-", dir=place, ignore_cleanup_errors=True) as home:
        path = Path(home) / "huiyin.db"
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"


def migrated_postgres(server: postgres.Server, migrate: Callable[[str], None]) -> str:
    """The name of a migrated database to be copied; the migrations run once a server."""
    if id(server) not in _made:
        server.make_template(TEMPLATE, migrate)
        _made.add(id(server))
    return TEMPLATE


@contextmanager
def copied_postgres(server: postgres.Server, template: str) -> Iterator[str]:
    """A copy of its own of `template`, to which nobody may be connected."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    yield server.clone(template, name)
    server.drop(name)


@contextmanager
def fresh_postgres(server: postgres.Server, migrate: Callable[[str], None]) -> Iterator[str]:
    """A migrated database of its own."""
    with copied_postgres(server, migrated_postgres(server, migrate)) as url:
        yield url
