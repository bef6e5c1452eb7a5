"""A sheet of shifts: read or complained about row by row, stored whole or not at all, twice is once."""

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Staff
from oncall.ladder import Post
from oncall.models import Shift
from oncall.rotasheet import Known, ShiftRow, read_shifts
from tests import make

KNOWN = Known({"幸福花园": 1}, {"王强": 7, "13900000001": 7, "liyong": 8}, "Asia/Shanghai")
HEADS = (1, ["项目", "岗位", "员工", "开始", "结束"])
NOON = datetime.fromisoformat("2026-11-30T12:00+08:00")


def row(*cells: object) -> tuple[int, list[object]]:
    return 2, list(cells)


BEGINS, ENDS = datetime.fromisoformat("2026-12-01T18:00+08:00"), datetime.fromisoformat("2026-12-02T08:30+08:00")


@pytest.mark.parametrize(
    ("cells", "post", "staff_id"),
    [
        (("幸福花园", "一值", "王强", "2026-12-01 18:00", "2026-12-02 08:30"), Post.FIRST, 7),
        (("幸福花园", "second", "13900000001", "2026/12/01 18:00", "2026-12-02 08：30"), Post.SECOND, 7),
        (("幸福花园 ", "分管副总", "liyong", BEGINS.replace(tzinfo=None), ENDS.replace(tzinfo=None)), Post.DIRECTOR, 8),
        (("幸福花园", "一值", 13900000001.0, "2026/12/1 18:00", "2026-12-2 8:30:00"), Post.FIRST, 7),
    ],
)  # fmt: skip
def test_a_row_is_read_however_it_is_written(cells: tuple[object, ...], post: Post, staff_id: int) -> None:
    shifts, complaints = read_shifts([HEADS, row(*cells)], KNOWN)
    assert (shifts, complaints) == ([ShiftRow(1, post, staff_id, BEGINS, ENDS)], [])


def test_midnight_is_a_bare_day_in_a_workbook() -> None:
    midnight = ENDS.date()
    shifts, complaints = read_shifts(
        [HEADS, row("幸福花园", "一值", "王强", BEGINS.replace(tzinfo=None), midnight)], KNOWN
    )
    assert complaints == []
    assert shifts[0].ends_at == datetime.fromisoformat("2026-12-02T00:00+08:00")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("乐园", "一值", "王强", "2026-12-01 18:00", "2026-12-02 08:30"), "乐园"),
        (("幸福花园", "三值", "王强", "2026-12-01 18:00", "2026-12-02 08:30"), "一值 first"),
        (("幸福花园", "一值", "王五", "2026-12-01 18:00", "2026-12-02 08:30"), "no such staff '王五'"),
        (("幸福花园", "一值", "王强", "明天", "2026-12-02 08:30"), "明天"),
        (("幸福花园", "一值", "王强", "2026-12-01", "2026-12-02 08:30"), "2026-12-01 18:00"),
        (("幸福花园", "一值", "王强", "2026-12-02 08:30", "2026-12-01 18:00"), "after"),
        (("幸福花园", "一值", "王强", "2026-12-01 18:00", "2027-12-01 18:00"), "31 days"),
        (("幸福花园", "一值"), "no such staff ''"),
    ],
)
def test_a_bad_row_says_where_what_and_what_to_do(cells: tuple[object, ...], words: str) -> None:
    shifts, complaints = read_shifts([HEADS, row(*cells)], KNOWN)
    assert shifts == []
    assert [complaint.row for complaint in complaints] == [2]
    assert words in complaints[0].words
    assert "第 2 行" in complaints[0].words


def test_titles_and_empty_rows_are_passed_over_and_missing_heads_are_named() -> None:
    title, empty = (1, ["十二月值班表", "", ""]), (3, ["", None, ""])
    good = (4, ["幸福花园", "一值", "王强", "2026-12-01 18:00", "2026-12-02 08:30"])
    shifts, complaints = read_shifts([title, (2, HEADS[1]), empty, good], KNOWN)
    assert (len(shifts), complaints) == (1, [])
    assert "岗位" in read_shifts([title], KNOWN)[1][0].words


@pytest.fixture
def garden(app: object) -> None:
    clock.stop_at(NOON)
    with transaction() as session:
        project = make.a_project(session)
        for name, number in (("王强", "+8613900000001"), ("李明", "+8613900000002")):
            make.a_member_of_staff(session, name, number, Role.TECHNICIAN, project)


def sheet(path: Path, *rows: tuple[str, ...]) -> str:
    lines = ["项目,岗位,员工,开始,结束", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines), "utf-8")
    return str(path)


def shifts_there() -> list[tuple[str, str]]:
    with reading() as session:
        found = session.scalars(select(Shift).order_by(Shift.starts_at)).all()
        return [(shift.staff.name, f"{clock.local(shift.ends_at, 'Asia/Shanghai'):%d %H:%M}") for shift in found]


ONE = ("幸福花园", "一值", "王强", "2026-11-30 08:00", "2026-11-30 20:00")
TWO = ("幸福花园", "一值", "13900000002", "2026-11-30 20:00", "2026-12-01 08:00")


def test_a_sheet_is_imported_changed_and_replaced(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", ONE, TWO)])
    assert (done.exit_code, "new 2" in done.output) == (0, True), done.output
    assert "12-01 08:00 – 12-31 12:00" in done.output, "where nobody is on duty is said"
    again = runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", ONE, TWO)])
    assert "unchanged 2" in again.output
    longer = (*TWO[:4], "2026-12-01 09:00")
    assert "changed 1" in runner.invoke(args=["rota", "import", sheet(tmp_path / "b.csv", longer)]).output
    assert shifts_there() == [("王强", "30 20:00"), ("李明", "01 09:00")]
    swapped = ("幸福花园", "一值", "李明", *ONE[3:])
    done = runner.invoke(args=["rota", "import", "--replace", sheet(tmp_path / "c.csv", swapped, longer)])
    assert "removed 1" in done.output
    assert shifts_there() == [("李明", "30 20:00"), ("李明", "01 09:00")]


def test_one_bad_row_and_nothing_is_stored(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", ONE, ("乐园", *TWO[1:]))])
    assert (done.exit_code, shifts_there()) == (1, [])
    assert "第 3 行" in done.output


def test_a_name_two_people_share_means_neither(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    with transaction() as session:
        session.scalars(select(Staff).where(Staff.name == "王强")).one().login = "wang"
        session.flush()
        make.a_member_of_staff(session, "王强", "+8613900000009", Role.TECHNICIAN).login = "another"
    done = runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", ONE)])
    assert (done.exit_code, shifts_there()) == (1, [])
    assert "没有重名" in done.output


def test_a_workbook_with_real_dates_is_read_too(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.write_row(0, 0, HEADS[1])
        page.write_row(1, 0, ["幸福花园", "一值", "王强"])
        page.write_datetime(1, 3, BEGINS.replace(tzinfo=None), moment)
        page.write_datetime(1, 4, ENDS.replace(tzinfo=None), moment)
    assert runner.invoke(args=["rota", "import", str(path)]).exit_code == 0
    assert shifts_there() == [("王强", "02 08:30")]


def test_gaps_are_an_error_for_whoever_asks(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    assert runner.invoke(args=["rota", "gaps"]).exit_code == 1
    month = ("幸福花园", "一值", "王强", "2026-11-30 08:00", "2026-12-31 08:00")
    last = ("幸福花园", "一值", "王强", "2026-12-31 08:00", "2027-01-01 08:00")
    runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", month, last)])
    done = runner.invoke(args=["rota", "gaps"])
    assert (done.exit_code, "31" in done.output) == (0, True), done.output


def test_what_is_no_sheet_is_refused_in_a_sentence(garden: None, runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7 not a sheet")
    done = runner.invoke(args=["rota", "import", str(tmp_path / "a.xlsx")])
    assert (done.exit_code, "PDF" in done.output, "Traceback" in done.output) == (1, True, False)


def test_the_quarter_is_checked_with_a_score_and_what_everybody_carries(
    garden: None, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    runner.invoke(args=["rota", "import", sheet(tmp_path / "a.csv", ONE, TWO)])
    done = runner.invoke(args=["rota", "check"])
    assert done.exit_code == 1
    assert "幸福花园" in done.output
    assert "/100" in done.output
    assert "李明  班次 turns 1, 小时 hours 12, 夜间 nights 8" in done.output, done.output
    month = ("幸福花园", "一值", "王强", "2026-11-30 08:00", "2026-12-31 08:00")
    runner.invoke(args=["rota", "import", sheet(tmp_path / "b.csv", month)])
    assert "重叠 / at the same time: 王强 first, 李明 first" in runner.invoke(args=["rota", "check"]).output
    done = runner.invoke(args=["rota", "check", "--days", "20"])
    assert (done.exit_code, "nobody" in done.output) == (0, False), done.output
