"""One house a database for all tests here: starting processes is what takes long."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import delete

from dev import valkey
from messages.models import CarrierHealth
from tests.chaos.ground import own_database
from tests.chaos.house import USUAL, House
from tests.chaos.house import house as a_house

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Web, lanes and clock at work. A test that kills one starts it again."""
    home = tmp_path_factory.mktemp("house")
    with own_database(database_kind, request, home) as database_url, ExitStack() as stack:
        redis_url = stack.enter_context(valkey.running(home / "valkey"))
        yield stack.enter_context(a_house(database_url, redis_url, home, stack))


@pytest.fixture
def people() -> Callable[[int], list[str]]:
    """Numbers nobody had before."""
    return lambda count: [f"+86138{next(_numbers):08}" for _ in range(count)]


@pytest.fixture(autouse=True)
def _a_fresh_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """No troubles at the beginning; at the end all that was said is judged, and every process at work again."""
    if "house" not in request.fixturenames:
        yield
        return
    house: House = request.getfixturevalue("house")
    house.faults()
    with house.database.transaction() as session:  # what an earlier test made us think of the carrier is over
        session.execute(delete(CarrierHealth))
    yield
    house.faults()
    house.listener.judge()
    house.start(*(name for name in USUAL if name not in house.processes))
