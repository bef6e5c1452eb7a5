"""A network with a clock turned by hand, an application, and people with telephones."""

from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from tests.judges.wire import Listener
from tests.sandbox.application import Application
from tests.sandbox.desk import ACCOUNT, TOKEN, Desk


@pytest.fixture
def application() -> Iterator[Application]:
    """An application that answers what the test says."""
    with Application() as running:
        yield running


@pytest.fixture
def network() -> Iterator[Sandbox]:
    """A sandbox with a clock turned by hand; all that is asked of its API is judged."""
    with Sandbox(account=ACCOUNT, token=TOKEN, clock="manual") as running:
        yield running
        Listener(running, twiml=False).judge()


@pytest.fixture
def desk(network: Sandbox, application: Application) -> Iterator[Desk]:
    """Everything a test needs in its hands: a bought number, telephones, the API."""
    with Desk(network, application) as hands:
        yield hands
