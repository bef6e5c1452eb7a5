"""However a unit of work ends, its connection and its turn are given back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from base.work import Writing, after_commit


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=QueuePool)
    yield made
    made.dispose()


@contextmanager
def turn(said: list[str]) -> Iterator[None]:
    said.append("taken")
    yield
    said.append("let go")


def _refuse(self: Session) -> None:
    raise OperationalError("COMMIT", None, OSError("disk full"))


def test_a_commit_that_fails_gives_all_back_and_nothing_follows(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Session, "commit", _refuse)
    unit = Writing(engine, turn=turn(said))
    session = unit.__enter__()
    session.execute(text("SELECT 1"))
    after_commit(session, lambda: said.append("followed"))
    with pytest.raises(OperationalError, match="disk full"):
        unit.__exit__(None, None, None)
    assert said == ["taken", "let go"]
    assert engine.pool.status().endswith("Current Checked out connections: 0")


def test_what_cannot_begin_gives_all_back(engine: Engine) -> None:
    said: list[str] = []
    with pytest.raises(OperationalError), Writing(engine, turn=turn(said), begins_with=text("nonsense")):
        said.append("worked")
    assert said == ["taken", "let go"]
    assert engine.pool.status().endswith("Current Checked out connections: 0")


def test_what_follows_is_done_after_the_turn_and_a_fault_of_it_undoes_nothing(engine: Engine) -> None:
    said: list[str] = []
    unit = Writing(engine, turn=turn(said))
    session = unit.__enter__()
    session.execute(text("CREATE TABLE kept (id INTEGER)"))
    after_commit(session, lambda: said.append("followed"))
    after_commit(session, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        unit.__exit__(None, None, None)
    assert said == ["taken", "let go", "followed"]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == 0
