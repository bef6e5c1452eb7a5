"""However a unit of work ends, its connection and its turn are given back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from base.work import Reading, Writing, after_commit, streamed


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


def test_what_was_put_off_is_forgotten_with_work_that_is_undone(engine: Engine) -> None:
    said: list[str] = []
    unit = Writing(engine)
    after_commit(unit.__enter__(), lambda: said.append("followed"))
    unit.__exit__(LookupError, LookupError(), None)
    with unit:
        said.append("again")
    assert said == ["again"]


def test_a_result_that_somebody_broke_off_is_closed_with_its_session(engine: Engine) -> None:
    for unit in (Reading(engine), Writing(engine)):
        with unit as session:
            rows = streamed(
                session, session.scalars(text("SELECT 1 UNION SELECT 2"), execution_options={"yield_per": 1})
            )
            assert next(iter(rows)) == 1
        assert rows.closed
