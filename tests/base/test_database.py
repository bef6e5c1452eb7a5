"""The database: aware moments, work done after the commit, writers that take turns."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from base import database as base_database
from base.database import Database, reading, refresh_statistics, transaction
from base.pulse import Pulse, beat, last_beat
from base.rows import write_new
from base.work import after_commit
from hotline.models import Call
from tests.make import a_project

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
BACKEND = text("SELECT pg_backend_pid()")


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        beat(session, "clock", at=datetime(2026, 11, 22))  # noqa: DTZ001  that is the point


def test_a_moment_comes_back_as_the_same_moment_in_utc(session: Session) -> None:
    beat(session, "clock", at=AT.astimezone(timezone(timedelta(hours=8))))
    session.expire_all()
    assert last_beat(session, "clock") == AT
    assert last_beat(session, "clock").tzinfo is UTC  # type: ignore[union-attr]


def test_what_was_put_off_happens_after_the_commit_and_not_after_a_failure(app: Flask) -> None:
    done: list[str] = []
    with transaction() as session:
        after_commit(session, lambda: done.append("kept"))
        assert done == []
    with pytest.raises(ZeroDivisionError):
        fail_after_putting_off(done)
    assert done == ["kept"]


def fail_after_putting_off(done: list[str]) -> None:
    with transaction() as session:
        after_commit(session, lambda: done.append("lost"))
        _ = 1 / 0


def test_writers_take_turns_and_lose_nothing(app: Flask) -> None:
    database: Database = app.extensions["database"]
    with database.transaction() as session:
        beat(session, "count", at=AT)

    def add_a_second() -> None:
        for _ in range(20):
            with database.transaction() as session:
                (now,) = session.execute(select(Pulse.beat_at).where(Pulse.name == "count").with_for_update()).one()
                session.execute(update(Pulse).where(Pulse.name == "count").values(beat_at=now + timedelta(seconds=1)))

    threads = [threading.Thread(target=add_a_second) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert last_beat(session, "count") == AT + timedelta(seconds=160)


@pytest.mark.parametrize("rested_s", [0.0, 60.0])
def test_a_connection_that_the_server_ended_is_never_given_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, rested_s: float
) -> None:
    monkeypatch.setattr(base_database, "RESTED_S", rested_s)  # asked because it rested, or because its socket spoke
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        pytest.skip("SQLite has no server that ends a connection")
    with database.engine.connect() as other:
        with database.transaction() as session:
            ended = session.execute(BACKEND).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": ended})
        with database.transaction() as session:
            assert session.execute(BACKEND).scalar_one() != ended


def test_a_connection_in_steady_use_is_not_asked_whether_it_lives(app: Flask) -> None:
    database: Database = app.extensions["database"]
    pings: list[object] = []
    with database.transaction() as session:
        session.execute(select(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.engine.dialect, "do_ping", pings.append)
        for _ in range(3):
            with database.reading() as session:
                session.execute(select(1))
    assert pings == []


def test_only_a_transaction_that_may_be_found_out_again_does_not_wait_for_the_disk(app: Flask) -> None:
    database: Database = app.extensions["database"]
    if database.is_sqlite:
        pytest.skip("SQLite always waits for its disk")
    said_by = text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'")
    for waits_for_disk in (False, True):  # the same connection waits again
        with transaction(waits_for_disk=waits_for_disk) as session:
            # the server of the tests is told on its command line never to wait
            assert session.execute(said_by).scalar_one() == ("command line" if waits_for_disk else "session")


def test_reading_waits_for_no_writer(app: Flask) -> None:
    database: Database = app.extensions["database"]
    with database.transaction() as writing:
        a_project(writing)
        with database.reading() as reading:
            assert last_beat(reading, "nobody") is None


def test_a_reader_cannot_leave_anything_behind(app: Flask) -> None:
    database: Database = app.extensions["database"]
    with database.reading() as session:
        a_project(session, "不会留下")
    with database.reading() as session:
        from directory.models import Project  # noqa: PLC0415

        assert session.scalar(select(Project)) is None


def test_sqlite_knows_how_much_there_is_of_what(app: Flask) -> None:
    known = text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'project' AND stat LIKE '3 %'")
    with transaction() as session:
        for name in ("东苑", "西苑", "南苑"):
            a_project(session, name=name)
    refresh_statistics()
    with reading() as session:
        if app.extensions["database"].is_sqlite:
            assert session.scalars(known).all()
        else:  # it counts by itself, and was not kept from it
            assert session.scalar(text("SHOW autovacuum")) == "on"


def test_a_step_that_is_undone_leaves_nothing_also_of_what_went_round_the_unit_of_work(app: Flask) -> None:
    with transaction() as session:
        write_new(session, _call("CA1"))
        with suppress(RuntimeError), session.begin_nested():
            write_new(session, _call("CA2"))
            raise RuntimeError("refused")
        with session.begin_nested():
            write_new(session, _call("CA3"))
        with suppress(RuntimeError), session.begin_nested():
            with session.begin_nested():
                write_new(session, _call("CA4"))
            raise RuntimeError("refused")
    with reading() as session:
        assert session.scalars(select(Call.sid).order_by(Call.sid)).all() == ["CA1", "CA3"]


def _call(sid: str) -> Call:
    return Call(sid=sid, to_number="+864008001234", began_at=AT)
