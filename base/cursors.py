"""PostgreSQL's cursors, quicker to answer."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from psycopg import Column, Cursor, InterfaceError


class Columns(Sequence[Column]):
    """What a result's columns are called, looked up once somebody asks.

    SQLAlchemy asks whether there are any after every statement, and what they are only after the first of its kind.
    """

    __slots__ = ("_cursor", "_known", "_result")

    def __init__(self, cursor: "QuickCursor") -> None:
        self._cursor, self._result = cursor, cursor.pgresult
        self._known: list[Column] | None = None

    def _all(self) -> list[Column]:
        if self._known is None:
            if self._cursor.pgresult is not self._result:
                raise InterfaceError("the cursor has gone on to another result")
            self._known = self._cursor.columns_now
        return self._known

    @overload
    def __getitem__(self, index: int) -> Column: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Column]: ...
    def __getitem__(self, index: int | slice) -> Column | Sequence[Column]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Column]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class QuickCursor(Cursor[Any]):
    """psycopg's, whose description costs nothing until it is read: of a wide row it takes longer than the row."""

    @property
    def description(self) -> Any:
        """As psycopg's, put together once somebody looks into it."""
        result = self.pgresult
        return Columns(self) if result is not None and result.nfields else super().description

    @property
    def columns_now(self) -> list[Column]:
        """psycopg's own description of a result that has columns."""
        return super().description or []
