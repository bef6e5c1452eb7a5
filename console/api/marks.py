"""What a view of the API says of itself, and what a token needs to enter it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pydantic import BaseModel

from console.api.shapes import Query
from directory.scopes import READ, READABLE, WRITABLE, WRITE

View = Callable[..., object]
FREE = {"docs", "openapi.json"}
"""What the API says of itself is for whoever has a token."""
OF_ANOTHER = {"proposals": "incidents"}
"""Addresses that belong to a kind of thing of another name."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One view: the shapes of what it is asked and answers, the status of a good answer, and how it may refuse.

    What `is_versioned` has a `version`, which is its ETag. One that refuses with 412 heeds `If-Match`.
    What `has_files` can be had as CSV and xlsx too. That a token or a role is refused, or that the database is away,
    can happen to any and is not listed.
    """

    gives: type[BaseModel]
    writes: bool = False
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    refuses: tuple[int, ...] = ()
    is_versioned: bool = False
    has_files: bool = False


def operation_of(view: View) -> Operation | None:
    """What a view said of itself; None for one that answers no JSON."""
    return cast(Operation | None, getattr(view, "operation", None))


def needed(view: View, path: str) -> str:
    """The scope that a token needs for a view at `path` (below the API's own); empty for none.

    What looks at several kinds of thing, or at one that no scope names, needs the whole.
    """
    first = path.strip("/").partition("/")[0]
    if first in FREE:
        return ""
    operation = operation_of(view)
    writes = operation is not None and operation.writes
    kind = OF_ANOTHER.get(first, first)
    verb, kinds = (WRITE, WRITABLE) if writes else (READ, READABLE)
    return f"{verb}:{kind}" if kind in kinds else verb
