"""A call is found with its project, by one question."""

import threading
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from base.database import Database
from base.rows import write_new
from hotline.actions.calls import call_by_id
from hotline.models import Call
from tests.make import a_project
from tests.waits import until_somebody_waits

AT = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE_S = 30


def a_call(session: Session, sid: str, **more: object) -> Call:
    write_new(session, call := Call(sid=sid, to_number="+864008001234", began_at=AT, **more))
    return call


def test_a_call_comes_with_its_project_in_one_question(session: Session) -> None:
    project = a_project(session)
    name = project.name
    calls = [a_call(session, "CA1", project_id=project.id).id, a_call(session, "CA2").id]
    session.expunge_all()
    del project  # what nobody holds any more the session does not know
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _k, said, *_: asked.append(said))
    known, unknown = (call_by_id(session, id) for id in calls)
    assert (known.project.name, unknown.project) == (name, None)
    assert len(asked) == 2, asked
    again = call_by_id(session, calls[0])
    assert again is known
    assert again.project.name == name


def test_whoever_waited_for_a_call_knows_the_project_it_got_meanwhile(app: Flask, database_kind: str) -> None:
    database: Database = app.extensions["database"]
    with database.transaction() as session:
        call_id = a_call(session, "CA1").id
    found: list[str] = []

    def waits() -> None:
        with database.transaction() as session:
            call = call_by_id(session, call_id)
            assert call is not None
            found.append(call.project.name if call.project else "")

    other = threading.Thread(target=waits)
    with database.transaction() as session:
        call = call_by_id(session, call_id)
        assert call is not None
        other.start()
        if database_kind == "postgres":
            until_somebody_waits("it waits for the call that is locked")
        project = a_project(session)
        call.project_id, name = project.id, project.name
    other.join(PATIENCE_S)
    assert found == [name]
