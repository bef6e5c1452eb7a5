"""A list of residents is brought in a browser: tried out first, then imported; what is no list is refused in words."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

import directory.importing
from base.clock import now
from base.database import reading
from base.settings import Settings
from console.roster import files, jobs
from directory import enrolment, rosterruns
from directory.auditmodels import AuditWhat
from directory.models import Contact, Home, Number, Person
from directory.rostermodels import RosterImport
from directory.template import write_template
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
    imports,
    kept,
    names_of,
    only_import,
    sends,
    sheet,
    state_of,
)
from tests.directory.sheets import HEADS, write_xlsx


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


def test_the_page_counts_like_the_directory(logged_in: LogIn, evening: Evening) -> None:
    def rows() -> list[int]:
        with reading() as session:
            tables = (Home, Person, Contact, Number)
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = rows()
    imports(logged_in("manager"), LI, CHEN, [*LI[:3], "0105", *LI[4:]])
    assert [now_ - then for now_, then in zip(rows(), before, strict=True)] == [3, 2, 3, 2]
