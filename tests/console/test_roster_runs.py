"""An import of residents that is one at a time, dies, is slow or fails is never half done unseen."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

import directory.importing
from base.clock import now
from base.database import Database, reading, transaction
from base.errors import Conflict
from base.queue import Lane, hints
from base.settings import Settings
from console.roster import hinting, jobs
from directory import enrolment, rosterbook, rosterruns
from directory.auditmodels import AuditWhat
from directory.models import Person
from directory.rostermodels import RosterImport, RosterState
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.rosters import (
    CHEN,
    LI,
    WANG,
    WRONG,
    audited,
    brings,
    count_of,
    kept,
    names_of,
    only_import,
    sends,
    sheet,
    state_of,
)
from tests.directory.sheets import HEADS, write_csv


def test_two_at_once_are_refused_in_words(logged_in: LogIn, evening: Evening, settings: Settings) -> None:
    admin, manager = logged_in("admin"), logged_in("manager")
    where = brings(admin, LI)
    assert len(kept(settings)) == 1
    answer = sends(manager, sheet(CHEN))
    assert answer.status_code == 409
    assert "已有一份名册正在核对或导入" in answer.text
    assert len(kept(settings)) == 1, "what was refused is not kept"
    jobs.work()
    other = brings(manager, CHEN)
    answer = admin.sends(f"{where}/start")
    assert answer.status_code == 409
    assert "已有一份名册正在核对或导入" in answer.text
    jobs.work()
    assert admin.sends(f"{where}/start").status_code == 303
    assert manager.sends(f"{other}/start").status_code == 409


def test_a_command_keeps_to_the_same_order(
    logged_in: LogIn, evening: Evening, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "全部.csv", HEADS, LI, WRONG)
    client = logged_in("admin")
    brings(client, CHEN)
    refused = runner.invoke(args=["roster", "import", str(path)])
    assert refused.exit_code == 1
    assert "已有一份名册正在核对或导入" in refused.stderr
    jobs.work()
    runner.invoke(args=["roster", "import", str(path)])
    row = client.get("/roster").text.split("全部.csv")[1]
    assert "命令" in row
    assert re.findall(r'class="num rst__n"[^>]*>([^<]+)<', row)[:5] == ["2", "1", "0", "0", "1"]
    ((what, said, who),) = audited(only_import().id)
    assert (what, who) == (AuditWhat.ROSTER, None)
    assert "拒收 refused 1" in said


@pytest.fixture
def dies(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A process takes the list that waits, writes its first row, and is gone without a word."""
    monkeypatch.setattr(enrolment, "PIECE", 1)
    database: Database = app.extensions["database"]
    write, calls = directory.importing.enrol, [0]

    def work() -> None:
        def last_words(*given: Any, **more: Any) -> None:
            if calls[0]:
                os._exit(9)
            calls[0] = 1
            write(*given, **more)

        directory.importing.enrol = last_words  # type: ignore[assignment]  # of the child alone
        jobs.work()

    def run() -> None:
        database.close()  # as a worker has before it forks
        if (pid := os.fork()) == 0:
            try:
                work()
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9

    return run


def test_one_that_died_half_way_says_so_and_is_done_again(
    logged_in: LogIn, evening: Evening, settings: Settings, dies: Callable[[], None]
) -> None:
    client = logged_in("manager")
    where = brings(client, LI, CHEN, WANG)
    jobs.work()
    client.sends(f"{where}/start")
    dies()
    assert state_of(client.get(where).text) == "导入中"
    assert client.sends(f"{where}/retry").status_code == 409, "nobody knows yet that it is dead"
    assert len(kept(settings)) == 2, "the list, and the copy of the dead"
    later(seconds=91)
    page = client.get(where).text
    assert state_of(page) == "中断"
    assert "之前的行已写入" in page
    assert len(names_of(LI, CHEN, WANG)) == 1
    assert "中断" in client.get("/roster").text
    assert client.sends(f"{where}/retry").status_code == 303
    jobs.work()
    page = client.get(where).text
    assert state_of(page) == "已导入"
    assert (count_of(page, "new"), count_of(page, "unchanged")) == (2, 1)
    with reading() as session:
        twice = select(func.count()).select_from(Person).where(Person.name.in_(["李芳", "陈明", "王磊"]))
        assert session.scalar(twice) == 3
    assert kept(settings) == []


def test_the_dead_keep_nobody_waiting(logged_in: LogIn, evening: Evening, dies: Callable[[], None]) -> None:
    client = logged_in("manager")
    dead = brings(client, LI, CHEN)
    dies()
    assert sends(client, sheet(WANG)).status_code == 409
    later(seconds=91)
    brings(client, WANG)
    assert state_of(client.get(dead).text) == "中断"
    jobs.work()
    assert client.sends(f"{dead}/retry").status_code == 303
    jobs.work()
    assert state_of(client.get(dead).text) == "已核对，未导入"


def test_a_slow_run_ends_where_another_has_taken_over(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("manager")
    where = brings(client, LI, CHEN)
    jobs.work()
    client.sends(f"{where}/start")
    monkeypatch.setattr(enrolment, "PIECE", 1)
    monkeypatch.setattr(rosterruns, "EVERY_S", 0.0)
    tell = rosterbook.show_life

    def taken_over(session: Any, taken: Any, step: str, done: int, total: int, *, at: Any) -> bool:
        if (step, done) == ("writing", 1):  # another has it by now
            session.get_one(RosterImport, taken.id).run += 1
            session.flush()
        return tell(session, taken, step, done, total, at=at)

    monkeypatch.setattr(rosterbook, "show_life", taken_over)
    jobs.work()
    assert only_import().state is RosterState.IMPORTING, "it is not its to end"
    assert len(names_of(LI, CHEN)) == 1


def test_what_fails_in_the_middle_is_written_down_and_fails_the_job(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("manager")
    where = brings(client, LI)
    monkeypatch.setattr(directory.importing, "enrol", lambda *_given, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.work()
    page = client.get(where).text
    assert state_of(page) == "没有做完"
    assert "再做一次是安全的" in page
    assert "再核对一次" in page


def test_a_lost_hint_is_given_again_by_the_clock(logged_in: LogIn, evening: Evening) -> None:
    waiting = hints().queue(Lane.BULK)
    hinting.if_any_waits()
    assert waiting.is_empty()
    brings(logged_in("manager"), LI)
    waiting.empty()
    hinting.if_any_waits()
    hinting.if_any_waits()
    (job,) = waiting.get_jobs()
    assert (job.func_name, job.timeout) == (hinting.JOB, hinting.TAKES_S)
    job.func(*job.args)
    hinting.if_any_waits()
    assert len(waiting.get_jobs()) == 1
    assert only_import().state is RosterState.CHECKED


def test_the_database_itself_lets_only_one_be_under_way(app: Flask, evening: Evening) -> None:
    def bring() -> None:
        with transaction() as session:
            rosterbook.bring(
                session, staff_id=evening.staff["admin"], project_id=None, file_name="a.csv", size=1, path="a", at=now()
            )

    bring()
    with pytest.raises(Conflict):
        bring()
    with transaction() as session:
        taken = rosterbook.take(session, at=now())
        assert rosterbook.take(session, at=now()) is None
    assert taken is not None
    with transaction() as session:
        assert rosterbook.finish(session, taken, {}, (), "", at=now() + timedelta(seconds=1))
        assert not rosterbook.finish(session, taken, {}, (), "", at=now()), "told twice"
    bring()
