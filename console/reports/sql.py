"""Counting by time in the database, alike on both."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, String, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from outreach.measures import begins_at


class seconds_between(FunctionElement[float]):  # noqa: N801  written like a function of the database
    """Seconds from the first moment to the second."""

    type = Float()
    inherit_cache = True


class hour_of(FunctionElement[str]):  # noqa: N801  as above
    """The hour of a moment by UTC, as `2026-11-22 11`: a day of the company is made of whole ones."""

    type = String()
    inherit_cache = True


@compiles(seconds_between)
def _seconds(element: Any, compiler: Any, **more: Any) -> str:
    first, second = (compiler.process(one, **more) for one in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({second}) - ({first})) AS DOUBLE PRECISION)"


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    first, second = (compiler.process(one, **more) for one in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 86400.0)"


@compiles(hour_of)
def _hour(element: Any, compiler: Any, **more: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **more)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@compiles(hour_of, "sqlite")
def _hour_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"strftime('%Y-%m-%d %H', {compiler.process(element.clauses, **more)})"


def hour(text: str) -> datetime:
    """What `hour_of` said, as a moment."""
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)


def piece_of(column: Any, starts: Sequence[date], zone: str) -> ColumnElement[int]:
    """Which of the pieces that begin on these days of `zone` a moment belongs to, from 0; the last has no end."""
    whens = [(column < begins_at(start, zone), literal(n)) for n, start in enumerate(starts[1:])]
    return case(*whens, else_=literal(len(starts) - 1)) if whens else literal(0)
