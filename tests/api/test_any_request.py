"""Whatever a program sends, the answer is one of those that the document names, and never our fault."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from base.settings import Settings
from tests.api.conftest import Program
from tests.api.crowd import Count, Crowd
from tests.console.evening import Evening

EACH = 16


@pytest.fixture
def unhurried(settings: Settings, evening: Evening) -> Iterator[Flask]:
    """The same service, where a token may ask as often as it likes."""
    alone = create_app(settings.model_copy(update={"api_rate": 1_000_000}))
    yield alone
    alone.extensions["database"].engine.dispose()
    alone.extensions["hints"].connection.close()


def test_whatever_is_asked_is_answered_as_the_document_says(unhurried: Flask, program: Callable[..., Program]) -> None:
    crowd, count = Crowd(unhurried, program("admin").token), Count()
    crowd.asks(EACH, seed=20261122, count=count)
    assert not count.wrong, "\n\n".join(count.wrong)
    assert {name for name, _ in count.answered} == {f"{one.method.upper()} {one.path}" for one in crowd.operations}, (
        "everything was asked for"
    )
    assert set(count.by_status()) >= {200, 201, 404, 409, 422}
