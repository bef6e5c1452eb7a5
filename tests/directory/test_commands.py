"""The operator's commands: what they print, and how they end."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from base.access import Role
from base.database import reading
from directory.models import Person, Project, Staff
from tests.directory.sheets import CHEN, HEADS, LI, write_csv


def people() -> int:
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(Person)))


def test_an_import_prints_counts_and_ends_well(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", [*HEADS, "备注"], [*LI, "x"], [*CHEN, ""]))
    result = runner.invoke(args=["roster", "import", path])
    assert result.exit_code == 0, result.output
    assert "新增 new 2, 变更 changed 0, 未变 unchanged 0, 拒收 refused 0" in result.stdout
    assert "备注" in result.stdout
    again = runner.invoke(args=["roster", "import", path])
    assert "new 0, 变更 changed 0, 未变 unchanged 2" in again.stdout


def test_a_refused_row_ends_with_one(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", HEADS, LI, [*CHEN[:5], "110"])
    result = runner.invoke(args=["roster", "import", str(path)])
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert f"{path}.errors.csv" in result.stderr
    assert people() == 1


def test_a_dry_run_says_so(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = runner.invoke(args=["roster", "import", "--dry-run", str(write_csv(tmp_path / "a.csv", HEADS, LI))])
    assert result.exit_code == 0
    assert "dry run" in result.stdout
    assert people() == 0


def test_the_vanished_are_listed_with_masked_numbers(runner: FlaskCliRunner, tmp_path: Path) -> None:
    runner.invoke(args=["roster", "import", str(write_csv(tmp_path / "a.csv", HEADS, LI, CHEN))])
    path = str(write_csv(tmp_path / "a.csv", HEADS, LI))
    listed = runner.invoke(args=["roster", "import", path])
    assert listed.exit_code == 0
    assert "陈明" in listed.stdout
    assert "13900139000" not in listed.stdout
    assert "--end-missing" in listed.stdout
    assert "ended 1" in runner.invoke(args=["roster", "import", "--end-missing", path]).stdout


def test_an_area_code_may_be_given_for_a_new_project(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", HEADS, [*LI[:5], "62345678"]))
    assert runner.invoke(args=["roster", "import", path]).exit_code == 1
    assert runner.invoke(args=["roster", "import", "--area-code", "021", path]).exit_code == 0
    assert runner.invoke(args=["roster", "import", path]).exit_code == 0


def test_a_file_that_is_no_roster_ends_with_one_sentence(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7")
    result = runner.invoke(args=["roster", "import", str(path)])
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
    assert runner.invoke(args=["roster", "import", str(tmp_path / "nothing.csv")]).exit_code == 2


def test_a_bar_is_shown_when_asked_for(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "a.csv", HEADS, LI))
    assert "读取 reading" in runner.invoke(args=["roster", "import", "--progress", path]).stderr
    assert "读取 reading" not in runner.invoke(args=["roster", "import", path]).stderr


def test_the_template_can_be_imported(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert runner.invoke(args=["roster", "template", str(path)]).exit_code == 0
    result = runner.invoke(args=["roster", "import", str(path)])
    assert result.exit_code == 0, result.output
    assert "new 1," in result.stdout
    assert runner.invoke(args=["roster", "template", str(tmp_path / "a.csv")]).exit_code == 2


def test_staff_are_added_with_a_hashed_password(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["project", "add", "幸福花园", "--area-code", "021", "--number", "021-50110001"])
    args = ["staff", "add", "王强", "--number", "139 0000 0011", "--role", "technician", "--project", "幸福花园"]
    result = runner.invoke(args=[*args, "--login", "wang", "--password-stdin"], input="long enough\n")
    assert result.exit_code == 0, result.output
    with reading() as session:
        staff = session.scalars(select(Staff)).one()
        assert (staff.name, staff.number, staff.role, staff.login) == (
            "王强",
            "+8613900000011",
            Role.TECHNICIAN,
            "wang",
        )
        assert staff.project is not None
        assert staff.project.number == "+862150110001"
        assert PasswordHasher().verify(staff.password_hash, "long enough")


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (["--number", "13900000011", "--role", "boss"], 2, "technician"),
        (["--role", "agent"], 2, "--number"),
        (["--number", "12345", "--role", "agent"], 1, "短号"),
        (["--number", "13900000011", "--role", "agent", "--project", "没有"], 1, "没有"),
        (["--number", "13900000011", "--role", "agent", "--password-stdin"], 1, "密码"),
    ],
    ids=["unknown role", "no number", "short number", "unknown project", "no password"],
)
def test_staff_that_cannot_be_added(runner: FlaskCliRunner, args: list[str], code: int, word: str) -> None:
    result = runner.invoke(args=["staff", "add", "王强", *args], input="")
    assert result.exit_code == code
    assert word in result.stderr
    with reading() as session:
        assert session.scalars(select(Staff)).first() is None


def test_the_same_log_in_or_project_twice(runner: FlaskCliRunner) -> None:
    args = ["staff", "add", "王强", "--number", "13900000011", "--role", "agent"]
    assert runner.invoke(args=args).exit_code == 0
    assert runner.invoke(args=args).exit_code == 1
    assert runner.invoke(args=["project", "add", "幸福花园"]).exit_code == 0
    assert runner.invoke(args=["project", "add", "幸福花园"]).exit_code == 1
    with reading() as session:
        assert len(session.scalars(select(Project)).all()) == 1
