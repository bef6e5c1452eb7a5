"""Rows written round the unit of work are the same rows, and of the session."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from base.rows import (
    columns_of,
    insert_of,
    is_written,
    kept_together,
    next_id,
    table_of,
    write_changes,
    write_new,
)
from directory.models import Project
from hotline.models import Call, CallEvent
from tests.make import a_project
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import Ticket

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def a_call(sid: str = "CA1", **more: object) -> Call:
    return Call(sid=sid, to_number="+864008001234", began_at=AT, intake={"place": "main.top"}, **more)


def test_a_new_row_is_of_the_session_with_its_id_and_what_nobody_said(session: Session) -> None:
    project = a_project(session)
    call = a_call(project_id=project.id)
    assert write_new(session, call)
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _k, said, *_: asked.append(said))
    assert (call.language, call.status, call.steps, call.ended_at, call.from_number) == ("zh", "ringing", 0, None, None)
    assert session.get(Call, call.id) is call
    assert asked == [], "nothing needs to be read back"
    assert call.project is project
    session.expire_all()
    assert (call.sid, call.began_at, call.intake) == ("CA1", AT, {"place": "main.top"})


def test_what_is_changed_afterwards_is_written_as_ever(session: Session) -> None:
    ticket = Ticket(ref="1", kind=Kind.REPAIR, level=Level.P2, channel=Channel.CALL, opened_at=AT)
    write_new(session, ticket)
    ticket.status = Status.CLOSED
    session.flush()
    session.expire_all()
    assert (ticket.status, ticket.version) == (Status.CLOSED, 2)


def test_the_same_row_twice_is_refused_or_passed_over(session: Session) -> None:
    write_new(session, a_call())
    assert not write_new(session, a_call(), once="sid")
    assert session.scalars(select(Call.sid)).all() == ["CA1"]
    with pytest.raises(IntegrityError), session.begin_nested():
        write_new(session, a_call())


def test_a_row_knows_its_id_before_it_is_written(session: Session, database_kind: str) -> None:
    first, second = (session.scalar(select(next_id(Call))) for _ in range(2))
    assert (second > first) is (database_kind == "postgres"), "a sequence has gone on, an only writer need not"
    call = a_call(id=second)
    row, said = insert_of(call)
    session.connection().execute(row, said)
    is_written(session, call)
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _k, said, *_: asked.append(said))
    assert session.get(Call, second) is call
    assert (call.language, call.steps) == ("zh", 0)
    assert asked == [], "nothing needs to be read back"
    write_new(session, other := a_call("CA2"))
    assert other.id > second, "nobody else gets it"
    call.steps = 3
    session.flush()
    session.expire_all()
    assert (call.steps, call.intake) == (3, {"place": "main.top"})


def test_what_was_changed_of_a_row_is_written(session: Session) -> None:
    call = a_call()
    write_new(session, call)
    call.steps, call.intake, call.language = 1, {"place": "repair.category"}, "en"
    write_changes(session, call)
    assert call not in session.dirty
    session.expire_all()
    assert (call.steps, call.intake, call.language, call.sid) == (1, {"place": "repair.category"}, "en", "CA1")


def test_what_is_written_beside_a_change_is_written_once(session: Session, database_kind: str) -> None:
    call = a_call()
    write_new(session, call)
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _k, said, *_: asked.append(said))
    events = table_of(CallEvent)
    names = {"call_id": call.id, "step": 0, "at": AT, "menu_step": "", "heard": "", "answer": "<Response/>"}
    told = insert(events).values({name: bindparam(f"told_{name}", type_=events.c[name].type) for name in names})
    call.steps = 1
    write_changes(session, call, beside=told, said={f"told_{name}": value for name, value in names.items()})
    assert len(asked) == (1 if database_kind == "postgres" else 2), "on one of them in one trip"
    assert call.steps == 1
    assert session.scalars(select(CallEvent.answer)).all() == ["<Response/>"]


def test_a_row_with_a_version_is_not_written_so(session: Session) -> None:
    ticket = Ticket(ref="1", kind=Kind.REPAIR, level=Level.P2, channel=Channel.CALL, opened_at=AT)
    write_new(session, ticket)
    with pytest.raises(AssertionError, match="version"):
        write_changes(session, ticket)


def test_of_one_row_of_several_tables_each_is_an_object_of_the_session(session: Session) -> None:
    """What an outer join did not find is None; what the session has already stays as it is, its changes too."""
    project = a_project(session)
    call, strange = a_call(project_id=project.id), a_call("CA2")
    write_new(session, call)
    write_new(session, strange)
    session.commit()
    project.name = "not yet written"
    calls, projects = table_of(Call), table_of(Project)
    found = session.connection().execute(
        select(*columns_of(Call, Project))
        .select_from(calls.outerjoin(projects, projects.c.id == calls.c.project_id))
        .order_by(calls.c.id)
    )
    session.expunge(call)
    (first, of_first), (second, of_second) = (kept_together(session, row, Call, Project) for row in found)
    assert first is not call
    assert (first.sid, first.began_at, first.intake) == ("CA1", AT, {"place": "main.top"})
    assert of_first is project
    assert project.name == "not yet written"
    assert (second, of_second) == (strange, None)


def test_what_was_read_so_can_be_changed_undone_and_deleted(session: Session) -> None:
    call = a_call()
    write_new(session, call)
    session.commit()
    session.expunge(call)
    by_id = select(*columns_of(Call))
    (read,) = kept_together(session, session.connection().execute(by_id).one(), Call)
    assert read in session
    assert read not in session.dirty
    read.language = "en"
    assert read in session.dirty
    session.rollback()
    assert read.language == "zh", "undone with its transaction"
    read.language = "en"
    session.commit()
    assert session.scalar(select(Call.language)) == "en"
    session.delete(read)
    session.commit()
    assert session.scalars(select(Call.id)).all() == []
