"""One page of a list, and where the next begins."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from base.errors import BadInput
from console.api.cursor import cursor, read_cursor
from console.api.problems import in_query
from console.api.shapes import Paged

Row = TypeVar("Row")


def page(
    session: Session, query: Select[Row], id: InstrumentedAttribute[int], asked: Paged, name: str, *,
    newest_first: bool = False,
) -> tuple[Sequence[Row], str | None]:  # fmt: skip
    """The rows of one page of `query` by `id`, and the cursor to the next; None on the last. Raises `Faulty`.

    A cursor names the last row that was read, so rows that come or go meanwhile are neither shown twice nor lost.
    """
    if asked.after is not None:
        last = place_of(name, asked.after)
        query = query.where(id < last if newest_first else id > last)
    ordered = query.order_by(id.desc() if newest_first else id)
    rows = session.scalars(ordered.limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    return shown, cursor(name, getattr(shown[-1], id.key)) if len(rows) > asked.limit else None


def place_of(name: str, after: str) -> int:
    """The id behind which a list goes on. Raises `Faulty`."""
    try:
        return read_cursor(name, after)
    except BadInput as error:
        raise in_query("after", error.message) from None
