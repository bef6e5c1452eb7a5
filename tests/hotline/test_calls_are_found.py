"""A call is found with its project, by one question."""

from datetime import UTC, datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from base.rows import write_new
from hotline.actions.calls import call_by_id
from hotline.models import Call
from tests.make import a_project


def test_a_call_comes_with_its_project_in_one_question(session: Session) -> None:
    project = a_project(session)
    name, calls = project.name, []
    for sid, of_project in (("CA1", project.id), ("CA2", None)):
        call = Call(
            sid=sid, to_number="+864008001234", began_at=datetime(2026, 11, 22, tzinfo=UTC), project_id=of_project
        )
        write_new(session, call)
        calls.append(call.id)
    session.expunge_all()
    del project, call  # what nobody holds any more the session does not know
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _c, _k, said, *_: asked.append(said))
    known, unknown = (call_by_id(session, id) for id in calls)
    assert (known.project.name, unknown.project) == (name, None)
    assert len(asked) == 2, asked
    again = call_by_id(session, calls[0])
    assert again is known
    assert again.project.name == name
