"""What SQLAlchemy has learnt is kept for all databases of a test process, as a process of the service keeps it for its
own: each test has a new database, and would else put every statement together anew."""

from dataclasses import dataclass
from typing import Any

from base.database import Database


@dataclass(frozen=True)
class _Learnt:
    """The dialects of one kind of database, by which statements are kept, and the statements."""

    reads: Any
    writes: Any
    statements: Any


_learnt: dict[str, _Learnt] = {}


def share_what_is_learnt(database: Database) -> None:
    """Let a database that nobody has used know what those of its kind before it came to know, and they what it will."""
    engine, writing = database.engine, database._writing
    mine = _Learnt(engine.dialect, writing.dialect, engine._compiled_cache)
    ours = _learnt.setdefault(engine.dialect.name, mine)
    # its first connection teaches the dialect that its pool knows: let that be the same memory
    vars(engine.pool)["_dialect"].__dict__ = vars(ours.reads)
    engine.dialect, writing.dialect = ours.reads, ours.writes
    engine._compiled_cache = writing._compiled_cache = ours.statements
