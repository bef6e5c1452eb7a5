"""Rows written at once, each by one ready-made statement: what a caller waits for goes round the unit of work."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Insert,
    Integer,
    Label,
    Select,
    Table,
    Update,
    bindparam,
    func,
    inspect,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.visitors import InternalTraversal

from base.database import Base
from base.ids import LARGEST_ID

Row = TypeVar("Row", bound=Base)

insert = postgresql.insert
"""An INSERT that can say what happens ON CONFLICT. SQLite spells it as PostgreSQL does: one statement serves both."""


def table_of(kind: type[Base]) -> Table:
    """The table of a class, for statements that go round the unit of work."""
    return cast(Table, kind.__table__)


def written_out(words: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """Words of ours for an IN of a ready-made statement: values of which nobody knows how many there are would be put
    into it anew at every question.
    """
    return [literal_column(f"'{word.value}'") for word in sorted(words)]


def row_of(session: Session, kind: type[Row], id: int) -> Row | None:
    """The row of an id that came with an address; None where there is none, also for an id no column could hold."""
    return session.get(kind, id) if 0 < id <= LARGEST_ID else None


def quick_get(session: Session, kind: type[Row], id: int) -> Row | None:
    """What `session.get` answers, by one ready-made statement: for what a caller waits for."""
    known = session.identity_map.get(identity_key(kind, id))
    if known is not None:
        return known
    found = session.connection().execute(_by_id(kind), {"row_id": id}).one_or_none()
    return None if found is None else kept_as(session, kind, found)


def kept_as(session: Session, kind: type[Row], values: Sequence[object]) -> Row:
    """What a statement read of a row, all columns in the order of its table, as an object of this session.

    One that the session has already is read anew. Asked for as an object, each column would first be asked, at every
    look, how it wants to be loaded; and what `session.add` does beside, going through all that hangs on a row, is for
    rows that somebody made.
    """
    row_id = values[0]
    key = identity_key(kind, row_id)
    if key in session.identity_map:
        return session.get_one(kind, row_id, populate_existing=True)
    row = cast(Row, kind.__mapper__.class_manager.new_instance())
    vars(row).update(zip(_columns(kind), values, strict=True))
    _belongs(session, row, key)
    return row


def columns_of(*kinds: type[Base]) -> list[Label[Any]]:
    """All columns of several classes, for one statement whose rows `kept_together` takes apart."""
    return [column.label(f"{kind.__tablename__}_{column.name}") for kind in kinds for column in table_of(kind).c]


def kept_together(session: Session, values: Sequence[object], *kinds: type[Base]) -> list[Any]:
    """The objects of these classes in what one statement read (`columns_of`); None where an outer join found nothing.

    One that the session has already stays as it is.
    """
    kept, begins = [], 0
    for kind in kinds:
        ends = begins + len(_columns(kind))
        kept.append(None if values[begins] is None else _known_or_kept(session, kind, values[begins:ends]))
        begins = ends
    return kept


def _known_or_kept(session: Session, kind: type[Base], values: Sequence[object]) -> Base:
    return session.identity_map.get(identity_key(kind, values[0])) or kept_as(session, kind, values)


def alone(session: Session, what: str) -> None:
    """Until the transaction ends, others who name this wait: what is counted before it is written stays true.

    SQLite has one writer anyway; there whoever asks must have begun to write, as `transaction` does.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))


class next_id(ColumnElement[int]):  # noqa: N801  written like a function of the database
    """The id of a row of `kind` that is not written yet: so that what speaks of it can be written with it.

    On PostgreSQL each who asks gets another, and one that comes to nothing stays unused. On SQLite it is the same until
    a row has it: it is for whoever asks in a `transaction`, and writes that row before another of its kind.
    """

    inherit_cache = True
    _traverse_internals = [("table", InternalTraversal.dp_string)]  # noqa: RUF012  as its base has it

    def __init__(self, kind: type[Base]) -> None:
        self.table, self.type = table_of(kind).name, Integer()


@compiles(next_id)
def _next_id(element: next_id, compiler: SQLCompiler, **_: object) -> str:
    return f"nextval('{compiler.preparer.quote(f'{element.table}_id_seq')}')"


@compiles(next_id, "sqlite")
def _next_id_sqlite(element: next_id, compiler: SQLCompiler, **_: object) -> str:
    return f"(SELECT coalesce(max(id), 0) + 1 FROM {compiler.preparer.quote(element.table)})"  # noqa: S608  a name


def write_new(session: Session, row: Base, *, once: str = "") -> bool:
    """INSERT a new row now; from here on it is of this session and has its id.

    False, and nothing is written, if there is one with the same value in the column `once`.
    """
    said = _all_of(row)
    row_id = session.connection().execute(_new(type(row), once), said).scalar_one_or_none()
    if row_id is None:
        return False
    cast(Any, row).id = row_id
    is_written(session, row)
    return True


def insert_of(row: Base) -> tuple[Insert, dict[str, object]]:
    """The INSERT of a new row that has its id already (`next_id`), and its parameters (`new_…`): to be written `beside`
    what speaks of it. Whoever goes on with the row then says that it `is_written`.
    """
    said = {f"new_{name}": value for name, value in _all_of(row).items()}
    return _new_with_id(type(row)), said | {"new_id": cast(Any, row).id}


def is_written(session: Session, row: Base) -> None:
    """From here on a row is of this session, as it stands in the database."""
    _as_it_stands(session, row)
    _belongs(session, row, identity_key(type(row), cast(Any, row).id))


def write_changes(
    session: Session, row: Base, *, beside: Insert | None = None, said: Mapping[str, object] | None = None
) -> None:
    """UPDATE what was changed of a row that this transaction keeps locked.

    `beside` is a row of another table that is written with it (`said` names its parameters, none like a column of
    this one): on PostgreSQL in the same way to the server.
    """
    assert type(row).__mapper__.version_id_col is None, "a row with a version is written by the unit of work"
    unmodified = inspect(row).unmodified
    names = tuple(name for name in _columns(type(row)) if name not in unmodified)
    changes = {name: getattr(row, name) for name in names} | {"row_id": cast(Any, row).id}
    execute_with(session.connection(), _change(type(row), names), changes, beside=beside, said=said)
    _as_it_stands(session, row)


def execute_with(
    connection: Connection, statement: Insert | Update, values: Mapping[str, object], *, beside: Insert | None,
    said: Mapping[str, object] | None,
) -> CursorResult[Any]:  # fmt: skip
    """Write with `statement` and, if there is one, a row `beside` it, of which `said` names the parameters: on
    PostgreSQL in the same way to the server.
    """
    if beside is None:
        return connection.execute(statement, values)
    if connection.dialect.name == "postgresql":
        return connection.execute(_with(statement, beside), {**values, **(said or {})})
    connection.execute(beside, said)
    return connection.execute(statement, values)


def _all_of(row: Base) -> dict[str, Any]:
    """Every column of a new row but its id; what nobody said is said here."""
    unsaid, known = _unsaid(type(row)), vars(row)
    for name in unsaid.keys() - known.keys():
        setattr(row, name, unsaid[name])
    return {name: known[name] for name in unsaid}


def _belongs(session: Session, row: Base, key: Any) -> None:
    """A row is of this session. (`session.add` goes through all that hangs on it.)"""
    state = instance_state(row)
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)


def _as_it_stands(session: Session, row: Base) -> None:
    """What an object says stands in the database; nothing of it is left to be written."""
    instance_state(row)._commit_all(vars(row), session.identity_map)


@cache
def _by_id(kind: type[Base]) -> Select[Any]:
    table = table_of(kind)
    return select(*table.c).where(table.c.id == bindparam("row_id"))


@cache
def _unsaid(kind: type[Base]) -> dict[str, Any]:
    """What each column but the id is when nobody says."""
    columns = [column for column in table_of(kind).columns if column.key != "id"]
    return {c.key: c.default.arg if isinstance(c.default, ScalarElementColumnDefault) else None for c in columns}


@cache
def _new(kind: type[Base], once: str) -> Insert:
    table = table_of(kind)
    statement = insert(table).on_conflict_do_nothing(index_elements=[once]) if once else insert(table)
    return statement.returning(table.c.id)


@cache
def _new_with_id(kind: type[Base]) -> Insert:
    table = table_of(kind)
    return insert(table).values({column.key: bindparam(f"new_{column.key}", type_=column.type) for column in table.c})


@cache
def _change(kind: type[Base], names: tuple[str, ...]) -> Update:
    table = table_of(kind)
    return update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names})


@cache
def _with(statement: Insert | Update, beside: Insert) -> Insert | Update:
    return statement.add_cte(beside.cte("beside"))


@cache
def _columns(kind: type[Base]) -> tuple[str, ...]:
    return tuple(table_of(kind).columns.keys())
