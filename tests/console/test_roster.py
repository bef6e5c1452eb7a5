"""A list of residents is brought in a browser: tried out first, then imported, watched, and never half done unseen."""

import csv
import io
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
from console.roster import files, hinting, jobs
from console.words import say
from directory import enrolment, rosterbook, rosterruns
from directory.auditmodels import Audit, AuditWhat
from directory.models import Contact, Home, Number, Person, Project
from directory.rostermodels import RosterImport, RosterState
from directory.template import write_template
from tests import make
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening
from tests.directory.sheets import HEADS, write_csv, write_xlsx

HERE = "幸福里小区"
HOME = [HERE, "9号楼", "1单元"]
LI = [*HOME, "0101", "李芳", "13800138001"]
CHEN = [*HOME, "0102", "陈明", "13900139002"]
WANG = [*HOME, "0103", "王磊", "13700137003"]
WRONG = [*HOME, "0104", "赵云", "1380013800"]


def sheet(*rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows((HEADS, *rows))
    return text.getvalue().encode()


def sends(client: Browser, data: bytes, name: str = "业主名册.csv") -> Any:
    form = {"csrf_token": client.token("/roster"), "file": (io.BytesIO(data), name)}
    return client.post("/roster", data=form, content_type="multipart/form-data")


def brings(client: Browser, *rows: list[Any], name: str = "业主名册.csv") -> str:
    """Upload a list; the address of its import."""
    answer = sends(client, sheet(*rows), name)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def a_checked_roster(evening: Evening) -> None:
    """A list that an administrator brought, tried out: some rows good, some refused."""
    data = sheet(LI, CHEN, WRONG, ["滨江新苑", *WANG[1:3], "", *WANG[4:]])
    with transaction() as session:
        rosterbook.bring(
            session, staff_id=evening.staff["admin"], project_id=None, file_name="业主名册 2026-11 最终版.csv",
            size=len(data), path=files.put_away(data, at=now()), at=now(),
        )  # fmt: skip
    jobs.work()


def imports(client: Browser, *rows: list[Any]) -> str:
    """Upload it, have it tried out, and have it imported."""
    where = brings(client, *rows)
    jobs.work()
    assert client.sends(f"{where}/start").status_code == 303
    jobs.work()
    return where


def count_of(page: str, name: str) -> int:
    found = re.search(rf"<dt>{say(f'roster.count.{name}', 'zh')}</dt><dd class=\"num\">([\d,]+)</dd>", page)
    assert found, name
    return int(found[1].replace(",", ""))


def state_of(page: str) -> str:
    found = re.search(r'id="ri-tags"><span class="chip[^"]*">([^<]+)<', page)
    assert found
    return found[1]


def names_of(*rows: list[Any]) -> set[str]:
    """Whom of these the directory knows."""
    with reading() as session:
        return set(session.scalars(select(Person.name).where(Person.name.in_([row[4] for row in rows]))))


def only_import() -> RosterImport:
    with reading() as session:
        return session.scalars(select(RosterImport).order_by(RosterImport.id.desc())).first()  # type: ignore[return-value]


def kept(settings: Settings) -> list[Path]:
    """What stands on the shelf and beside it."""
    places = (Path(settings.recordings_url) / "rosters", settings.var_dir / "rosters")
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def audited(id: int) -> list[tuple[AuditWhat, str, int | None]]:
    with reading() as session:
        query = select(Audit).where(Audit.about == f"roster:{id}").order_by(Audit.id)
        return [(one.what, one.reason, one.staff_id) for one in session.scalars(query)]


def test_it_is_tried_out_first_and_nothing_is_written(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    where = brings(client, LI, CHEN, WRONG)
    assert state_of(client.get(where).text) == "排队"
    jobs.work()
    page = client.get(where).text
    assert state_of(page) == "已核对，未导入"
    expected = {"rows": 3, "people": 2, "homes": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert {name: count_of(page, name) for name in expected} == expected
    assert "导入 2 行" in page
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", page.split('id="ri-refused"')[1])
    assert cells[:3] == ["4", "电话", "1380013800"]
    assert cells[3]
    assert names_of(LI, CHEN, WRONG) == set()


def test_then_it_is_imported_and_the_file_is_gone(logged_in: LogIn, evening: Evening, settings: Settings) -> None:
    client = logged_in("manager")
    where = imports(client, LI, CHEN)
    page = client.get(where).text
    assert state_of(page) == "已导入"
    assert count_of(page, "new") == 2
    assert names_of(LI, CHEN) == {"李芳", "陈明"}
    assert kept(settings) == []
    row = client.get("/roster").text.split(f'id="ri-{only_import().id}"')[1]
    assert "业主名册.csv" in row
    assert "孙倩" in row
    assert re.findall(r'class="num rst__n"[^>]*>([^<]+)<', row)[:5] == ["2", "2", "0", "0", "0"]
    manager = evening.staff["manager"]
    (what, name, who), (_, said, job) = audited(only_import().id)
    assert (what, name, who, job) == (AuditWhat.ROSTER, "业主名册.csv", manager, manager)
    assert "新增 new 2" in said
    assert "导入了名册" in client.get("/audit?what=roster").text


def test_the_same_list_again_changes_nothing(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("admin")
    imports(client, LI, CHEN)
    page = client.get(imports(client, LI, CHEN)).text
    assert (count_of(page, "new"), count_of(page, "changed"), count_of(page, "unchanged")) == (0, 0, 2)


def test_a_workbook_and_the_template_come_in_too(logged_in: LogIn, evening: Evening, tmp_path: Path) -> None:
    client = logged_in("admin")
    answer = client.get("/roster/template")
    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    write_template(tmp_path / "own.xlsx")
    for data in (answer.data, write_xlsx(tmp_path / "a.xlsx", HEADS, LI).read_bytes()):
        where = str(sends(client, data, "a.xlsx").location)
        jobs.work()
        assert count_of(client.get(where).text, "new") == 1


def test_what_nobody_sees_in_a_cell_is_no_trouble(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    homes = [[*LI[:3], f"{n:04}", *LI[4:]] for n in range(1, 100)]
    where = brings(client, *homes, [*WRONG[:5], "1380\x00011"])
    jobs.work()
    page = client.get(where).text
    assert state_of(page) == "已核对，未导入"
    assert ">1380011<" in page


def test_refused_rows_are_a_file_that_no_spreadsheet_runs(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    where = brings(client, LI, [*WRONG[:5], "=HYPERLINK(1)"])
    jobs.work()
    assert client.sends(f"{where}/refused").status_code == 422
    assert AuditWhat.EXPORTED not in {what for what, *_ in audited(only_import().id)}
    answer = client.sends(f"{where}/refused", reason="逐行更正")
    heads, row, (mark,) = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert heads[0] == "行号 row"
    assert row[:3] == ["3", "电话", "'=HYPERLINK(1)"]
    assert row[3]
    assert (AuditWhat.EXPORTED, "逐行更正", evening.staff["manager"]) in audited(only_import().id)
    assert mark.startswith("# 导出人")
    assert "理由 逐行更正" in mark
    later(days=8)
    jobs.forget_files()
    client = logged_in("manager")
    assert client.sends(f"{where}/refused", reason="逐行更正").status_code == 404
    assert 'id="ri-refused"' not in client.get(where).text


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "文件是空的"),
        (b"%PDF-1.7 ...", "a.csv", "这是 PDF 文件"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "a.xls", "旧版 .xls"),
        (b"x" * 2000, "a.csv", "文件太大"),
        (b"", "", "请选一个"),
    ],
    ids=["empty", "PDF", "old", "large", "none"],
)
def test_what_is_plainly_no_list_is_refused_at_once(
    logged_in: LogIn, evening: Evening, settings: Settings, monkeypatch: pytest.MonkeyPatch, data: bytes, name: str,
    words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(files, "MOST_BYTES", 1500)
    answer = sends(logged_in("manager"), data, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert kept(settings) == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RosterImport)) == 0


def test_a_body_beyond_all_measure_is_not_read(logged_in: LogIn, evening: Evening) -> None:
    length = {"CONTENT_LENGTH": str(files.MOST_BYTES + 128 * 1024)}
    kind = "multipart/form-data; boundary=x"
    body = io.BytesIO(b"--x")
    answer = logged_in("manager").post("/roster", input_stream=body, content_type=kind, environ_overrides=length)
    assert answer.status_code == 413
    assert "最多 32 MB" in answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"PK\x03\x04 nothing", "文件已损坏"), ("名字,电话\n李芳,13800138001\n".encode(), "缺少列：项目、楼栋、房号")],
    ids=["broken", "without heads"],
)
def test_what_turns_out_to_be_no_list_says_why(logged_in: LogIn, evening: Evening, data: bytes, words: str) -> None:
    client = logged_in("manager")
    where = str(sends(client, data, "a.xlsx").location)
    jobs.work()
    page = client.get(where).text
    assert state_of(page) == "没有做完"
    assert words in page.split('id="ri-why"')[1]
    assert client.sends(f"{where}/start").status_code == 409
    assert sends(client, sheet(LI)).status_code == 303, "the place is free again"


def test_a_project_brings_its_own_rows_only(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    elsewhere = ["滨江花园", *LI[1:]]
    where = brings(client, elsewhere, CHEN, ["从未有过的小区", *WANG[1:]])
    jobs.work()
    page = client.get(where).text
    assert (count_of(page, "new"), count_of(page, "refused")) == (1, 2)
    assert "您只负责“幸福里小区”" in page
    client.sends(f"{where}/start")
    jobs.work()
    assert names_of(LI, CHEN, WANG) == {"陈明"}
    with reading() as session:
        assert session.scalar(select(Project.id).where(Project.name == "从未有过的小区")) is None


def test_a_project_is_called_by_its_name_in_the_language_of_the_reader(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    brings(client, LI)
    for words, name, other in (("en", "Happiness Garden", HERE), ("zh", HERE, "Happiness Garden")):
        page = client.get(f"/roster?lang={words}").text
        assert page.count(name) == 2, "above the form and in the list"
        assert other not in page
    assert "Happiness Garden" in logged_in("director").get("/oncall/skills?lang=en").text


def test_who_lives_elsewhere_too_is_tied_but_not_changed(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        other = session.get_one(Project, evening.other_project)
        make.an_owner(session, make.a_home(session, other, "1-1-0101"), "+8613800138001", "李芳", "李博士")
    heads = [*HEADS, "称呼", "节日祝福"]
    text = io.StringIO()
    csv.writer(text).writerows([heads, [*LI[:5], "13800138001；13800138009", "李女士", "是"]])
    client = logged_in("manager")
    where = str(sends(client, text.getvalue().encode()).location)
    jobs.work()
    client.sends(f"{where}/start")
    jobs.work()
    assert "1 人在别的项目也有房屋" in client.get(where).text
    with reading() as session:
        person = session.scalars(select(Person).where(Person.name == "李芳")).one()
        assert person.salutation == "李博士"
        assert [number.number for number in person.numbers] == ["+8613800138001"]
        assert {contact.home.building.project.name for contact in person.contacts} == {HERE, "滨江花园"}


def test_nobody_sees_or_moves_the_import_of_others(logged_in: LogIn, evening: Evening) -> None:
    admin, manager = logged_in("admin"), logged_in("manager")
    where = brings(admin, LI)
    jobs.work()
    for answer in (manager.get(where), manager.get(f"{where}/state"), *(
        manager.sends(f"{where}/{press}") for press in ("start", "retry", "drop", "refused")
    )):  # fmt: skip
        assert answer.status_code == 404
    assert f'href="{where}"' not in manager.get("/roster").text
    assert f'href="{where}"' in admin.get("/roster").text
    assert logged_in("director").get("/roster").status_code == 403


def test_a_new_project_is_told_before_it_is_made(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("admin")
    where = brings(client, ["幸福里小曲", *LI[1:]])
    jobs.work()
    assert "会新建项目：幸福里小曲" in client.get(where).text


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


def test_whoever_watches_sees_the_rows_go_by(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("manager")
    where = brings(client, LI, CHEN, WANG)
    jobs.work()
    client.sends(f"{where}/start")
    monkeypatch.setattr(enrolment, "PIECE", 1)
    monkeypatch.setattr(rosterruns, "EVERY_S", 0.0)
    seen: list[tuple[str, str]] = []
    write, tags = directory.importing.enrol, [""]

    def watched(*given: Any, **more: Any) -> None:
        answer = client.get(f"{where}/state", headers={"HX-Request": "true", "HX-PTag": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["HX-PTag"])
        bar = re.search(r'<progress[^>]* value="(\d+)"', answer.text)
        seen.append((re.search(r'id="ri-how">([^<]+)<', answer.text)[1], bar[1] if bar else ""))  # type: ignore[index]
        write(*given, **more)

    monkeypatch.setattr(directory.importing, "enrol", watched)
    jobs.work()
    assert seen == [("处理 0 / 3 行", "0"), ("处理 1 / 3 行", "33"), ("处理 2 / 3 行", "66")]
    answer = client.get(f"{where}/state", headers={"HX-PTag": tags[-1]})
    assert state_of(answer.text) == "已导入"
    again = client.get(f"{where}/state", headers={"HX-PTag": answer.headers["HX-PTag"]})
    assert (again.status_code, again.data) == (304, b"")


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


def test_a_list_nobody_wants_is_deleted(logged_in: LogIn, evening: Evening, settings: Settings) -> None:
    client = logged_in("manager")
    where = brings(client, LI, WRONG)
    jobs.work()
    assert len(kept(settings)) == 2
    assert client.sends(f"{where}/drop").status_code == 303
    assert kept(settings) == []
    page = client.get(where).text
    assert state_of(page) == "不导入"
    assert "1380013800" not in page
    assert client.sends(f"{where}/start").status_code == 409


def test_a_list_nobody_comes_back_to_is_deleted_in_time(
    logged_in: LogIn, evening: Evening, settings: Settings, runner: FlaskCliRunner
) -> None:
    client = logged_in("manager")
    where = brings(client, LI)
    jobs.work()
    later(days=settings.roster_files_kept_days - 1)
    jobs.forget_files()
    assert len(kept(settings)) == 1
    later(days=2)
    assert "roster_files: 7 天 / days; 到期 / too old: 1" in runner.invoke(args=["retention"]).output
    runner.invoke(args=["retention", "--apply"])
    assert kept(settings) == []
    client = logged_in("manager")
    assert state_of(client.get(where).text) == "不导入"
    assert client.sends(f"{where}/start").status_code == 409


def test_a_file_that_nobody_could_write_down_does_not_stay_for_ever(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    brings(logged_in("manager"), LI)
    (wanted,) = kept(settings)
    files.put_away(sheet(CHEN), at=now())
    jobs.forget_files()
    assert len(kept(settings)) == 2, "whoever put it there may be about to write it down"
    later(days=31 + settings.roster_files_kept_days)
    jobs.forget_files()
    assert kept(settings) == [wanted], "a list that still waits is named"


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


def test_the_page_counts_like_the_directory(logged_in: LogIn, evening: Evening) -> None:
    def rows() -> list[int]:
        with reading() as session:
            tables = (Home, Person, Contact, Number)
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = rows()
    imports(logged_in("manager"), LI, CHEN, [*LI[:3], "0105", *LI[4:]])
    assert [now_ - then for now_, then in zip(rows(), before, strict=True)] == [3, 2, 3, 2]
