"""A unit of work: one session, its one transaction, and what is done once that is committed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, Executable, Result, ScalarResult
from sqlalchemy.orm import Session, SessionTransaction

Rows = TypeVar("Rows", Result[Any], ScalarResult[Any])
_FOLLOWS, _STREAMS = "after_commit", "streams"


class Work(Session):
    """A session whose connection is looked for once: statements that go round the unit of work ask for it each time."""

    _held: Connection | None = None

    def connection(self, *args: Any, **options: Any) -> Connection:
        """As SQLAlchemy's, which takes as long as a good part of a statement."""
        if self._held is None or self._held.closed or args or options:
            self._held = super().connection(*args, **options)
        return self._held

    def begin_nested(self) -> SessionTransaction:
        """As SQLAlchemy's, which tells the database only when the connection is asked for inside."""
        nested = super().begin_nested()
        super().connection()
        return nested


class Writing:
    """`with` it: a session that may write. Commits at the end, then does what was put off until then.

    `turn` is what is held meanwhile, `begins_with` is said first. (A class, since a caller waits for it at every step:
    a generator in its wrapper takes longer to come and go.)
    """

    __slots__ = ("_begins_with", "_session", "_turn")

    def __init__(
        self, engine: Engine, *, turn: AbstractContextManager[Any] | None = None, begins_with: Executable | None = None
    ) -> None:
        self._session = Work(engine, expire_on_commit=False)
        self._turn, self._begins_with = turn, begins_with

    def __enter__(self) -> Session:
        if self._turn is not None:
            self._turn.__enter__()
        try:
            if self._begins_with is not None:
                self._session.execute(self._begins_with)
        except BaseException as error:
            self._end(error)
            raise
        return self._session

    def __exit__(self, _kind: object, error: BaseException | None, _trace: TracebackType | None) -> None:
        self._end(error)
        if error is None:
            for call in cast(list[Callable[[], object]], self._session.info.pop(_FOLLOWS, ())):
                call()

    def _end(self, error: BaseException | None) -> None:
        """Commit, or undo all after `error`; the session and the turn are given back whatever comes of it."""
        session = self._session
        try:
            _close_streams(session)
            if error is None:
                session.commit()
            else:
                forget_what_follows(session)
                session.rollback()
        except BaseException:
            session.rollback()
            raise
        finally:
            try:
                session.close()
            finally:
                if self._turn is not None:
                    self._turn.__exit__(None, None, None)


class Reading:
    """`with` it: a session that only reads."""

    __slots__ = ("_session",)

    def __init__(self, engine: Engine) -> None:
        self._session = Work(engine, expire_on_commit=False)

    def __enter__(self) -> Session:
        return self._session

    def __exit__(self, *_: object) -> None:
        # closing rolls back, and leaves what was read readable (a rollback of the session would forget it)
        with self._session as session:
            _close_streams(session)


def after_commit(session: Session, call: Callable[[], object]) -> None:
    """Do `call` once this session's transaction is safely committed; never if it is rolled back."""
    session.info.setdefault(_FOLLOWS, []).append(call)


def forget_what_follows(session: Session) -> None:
    """What was put off until the commit follows from work that is undone."""
    session.info.pop(_FOLLOWS, None)


def streamed(session: Session, rows: Rows) -> Rows:
    """A result that is read some rows at a time, closed before the session gives back its connection: PostgreSQL keeps
    it open there for whoever broke off.
    """
    session.info.setdefault(_STREAMS, []).append(rows)
    return rows


def _close_streams(session: Session) -> None:
    for rows in cast(list[Result[Any]], session.info.pop(_STREAMS, ())):
        rows.close()
