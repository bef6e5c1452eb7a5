"""How every command ends: what went wrong is one line on stderr and exit 1; a trace goes to the log only."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from psycopg import errors
from sqlalchemy.exc import OperationalError

from base import commands, migrations
from base.database import Database
from base.settings import ROOT
from base.write_lock import is_busy

HAN = re.compile(r"[\u3400-\u9fff]")
FAULTY = {"HUIYIN_ENV": "production", "PUBLIC_URL": "https://hotline.example.com", "HOTLINE_NUMBER": "+862112345678"}
MISSING = ("SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
UNREADABLE = {"PORT": "many"}
A_COLLEAGUE = "staff add Wang --number 13800138000 --role agent"


def flask(folder: Path, *args: str, **given: str) -> "subprocess.CompletedProcess[str]":
    """What an operator's shell shows, of an installation that has nothing yet."""
    here = {
        "PATH": os.environ["PATH"], "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/huiyin.db",
        "REDIS_URL": "redis://127.0.0.1:1", "TWILIO_API_BASE": "http://127.0.0.1:1",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app", *args]
    return subprocess.run(command, cwd=ROOT, env=here | given, capture_output=True, text=True, check=False)


def one_line(said: str) -> str:
    """The only line there is, in Chinese and English."""
    (line,) = said.splitlines()
    assert HAN.search(line), line
    assert re.search(r"[a-z]{3}", line), line
    return line


def every_command(app: Flask) -> Iterator[tuple[str, click.Command]]:
    """Groups and what is in them, by what an operator types."""
    for name, command in app.cli.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


def test_every_command_is_listed_with_help_in_both_languages(app: Flask) -> None:
    listed = {name: command.get_short_help_str() for name, command in every_command(app)}
    assert {name for name, words in listed.items() if not re.search("[a-z]{3}", words)} == set()
    assert {name for name, words in listed.items() if not HAN.search(words)} == set()
    for name, command in every_command(app):
        for option in command.params:
            if isinstance(option, click.Option):
                assert HAN.search(option.help or ""), f"{name} {option.name}"
                assert re.search("[a-z]{3}", option.help or ""), f"{name} {option.name}"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_exactly_the_commands_there_are(app: Flask, readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `flask ")]
    listed = [name for row in rows for name in re.findall(r"`flask ([a-z]+(?: [a-z]+)?)", row)]
    there = {name for name, command in every_command(app) if not isinstance(command, click.Group)}
    assert sorted(listed) == sorted(there)


@pytest.mark.parametrize("given", [FAULTY, UNREADABLE], ids=["missing", "unreadable"])
@pytest.mark.parametrize("command", ["db upgrade", A_COLLEAGUE, "menu check", "run"])
def test_with_bad_settings_a_command_says_what_is_wrong_with_them(
    tmp_path: Path, command: str, given: dict[str, str]
) -> None:
    done = flask(tmp_path, *command.split(), **given)
    line = one_line(done.stderr)
    assert all(name in line for name in (MISSING if given is FAULTY else given))
    assert (done.returncode, done.stdout) == (1, "")
    assert not (tmp_path / "huiyin.db").exists()


@pytest.mark.parametrize("given", [FAULTY, UNREADABLE], ids=["missing", "unreadable"])
def test_with_bad_settings_there_is_help_all_the_same(tmp_path: Path, given: dict[str, str]) -> None:
    done = flask(tmp_path, "--help", **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"doctor", "roster", "db"} <= {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    unknown = flask(tmp_path, "nonsense", **given)
    assert (unknown.returncode, "nonsense" in one_line(unknown.stderr)) == (2, True)


def test_the_doctor_names_every_bad_setting_and_goes_on(tmp_path: Path) -> None:
    done = flask(tmp_path, "doctor", **FAULTY)
    assert done.returncode == 1
    one_line(done.stderr)
    bad = [line for line in done.stdout.splitlines() if line.startswith("!!  settings 设置: ")]
    assert [name for name in MISSING if any(name in one_line(line) for line in bad)] == list(MISSING)
    assert len(bad) == len(MISSING) + 1, "and the sandbox on this machine"
    assert "migrations missing" in done.stdout
    assert [line[:2] for line in done.stdout.splitlines() if "carrier" in line] == ["--"], (
        "no token goes out on a guess"
    )


def test_a_duty_phone_is_advice_and_no_condition(tmp_path: Path) -> None:
    told = {line[:2]: line for line in flask(tmp_path, "doctor").stdout.splitlines() if "duty phone" in line}
    assert "DUTY_PHONE" in one_line(told["--"])
    given = flask(tmp_path, "doctor", DUTY_PHONE="+8613912345678").stdout
    assert "ok  duty phone" in given


def test_the_doctor_says_that_it_can_look_no_further_without_settings(tmp_path: Path) -> None:
    done = flask(tmp_path, "doctor", **UNREADABLE)
    assert done.returncode == 1
    one_line(done.stderr)
    assert [line[:2] for line in done.stdout.splitlines()] == ["!!", "--"]
    assert "PORT" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://huiyin:secret@127.0.0.1/huiyin"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/huiyin.db"),
        ("REDIS_URL", "valkey"),
        ("REDIS_URL", "redis://127.0.0.1:many"),
        ("TIMEZONE", "Mars/Olympus"),
        ("CALL_RATE", "-1"),
        ("HOTLINE_NUMBER", "400-123"),
        ("RECORDINGS_URL", "ftp://bucket"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    done = flask(tmp_path, "rota", "gaps", **{name: value})
    assert name in one_line(done.stderr)
    assert "secret" not in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    "command",
    [
        "project add 花园",
        A_COLLEAGUE,
        "rota gaps",
        "carrier connect",
        "demo load",
    ],
)
def test_without_a_database_the_line_says_what_to_do(tmp_path: Path, command: str) -> None:
    done = flask(tmp_path, *command.split())
    assert "migrations missing: 0001" in one_line(done.stderr)
    assert done.returncode == 1


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    away = "postgresql+psycopg://huiyin@127.0.0.1:1/huiyin"
    for command in ("rota gaps", "db upgrade", "project add 花园"):
        done = flask(tmp_path, *command.split(), DATABASE_URL=away)
        assert "does not answer" in one_line(done.stderr)
        assert done.returncode == 1


def test_a_carrier_that_is_away_is_one_line(tmp_path: Path) -> None:
    migrated(tmp_path)
    assert "does not answer" in one_line(flask(tmp_path, "carrier", "connect").stderr)


def migrated(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/huiyin.db")
    migrations.upgrade(database.engine)
    database.close()


def test_a_new_database_is_made_without_a_warning(tmp_path: Path) -> None:
    made = flask(tmp_path, "db", "upgrade")
    assert (made.returncode, made.stderr) == (0, "")


def test_a_migration_that_does_not_exist_is_one_line(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["db", "upgrade", "9999"])
    assert "9999" in one_line(done.stderr)
    assert done.exit_code == 1


def test_a_database_of_a_newer_version_is_told_so(app: Flask, runner: FlaskCliRunner) -> None:
    with app.extensions["database"].engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert "9999" in app.test_client().get("/readyz").text
    assert "9999" in one_line(runner.invoke(args=["db", "upgrade"]).stderr)


def test_a_file_that_cannot_be_written_is_one_line(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = runner.invoke(args=["roster", "template", str(tmp_path / "no" / "roster.xlsx")])
    assert "roster.xlsx" in one_line(done.stderr)
    assert done.exit_code == 1
    bad = tmp_path / "roster.csv"
    bad.write_text("项目,楼栋,房号,姓名,电话\n花园,1,101,王,12\n", "utf-8")
    (tmp_path / "roster.csv.errors.csv").mkdir()
    done = runner.invoke(args=["roster", "import", str(bad)])
    assert "roster.csv.errors.csv" in one_line(done.stderr)
    assert done.exit_code == 1


def test_what_nobody_expected_leaves_its_trace_in_the_log_only(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("of +8613800138000")

    monkeypatch.setattr(commands.migrations, "upgrade", breaks)
    done = runner.invoke(args=["db", "upgrade"])
    path = app.extensions["settings"].var_dir / "errors.log"
    assert str(path) in one_line(done.stderr)
    assert "KeyError" in done.stderr
    assert done.exit_code == 1
    kept = path.read_text("utf-8")
    assert "Traceback" in kept
    assert "+86138****8000" in kept
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("typed", "named", "path"),
    [
        ("db upgrade head more", "more", "db upgrade"), ("db sideways", "sideways", "db"),
        ("doctor --loudly", "--loudly", "doctor"), ("roster import missing.xlsx", "missing.xlsx", "roster import"),
        ("greeting preview tomorrow", "tomorrow", "greeting preview"), ("token create", "NAME", "token create"),
        (A_COLLEAGUE.replace("agent", "boss"), "boss", "staff add"), ("nonsense", "nonsense", ""),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_too_and_ends_with_two(
    runner: FlaskCliRunner, typed: str, named: str, path: str
) -> None:
    ended = runner.invoke(args=typed.split())
    assert ended.exit_code == 2
    line = one_line(ended.stderr)
    assert named in line
    assert f"{path} --help" in line


def test_who_asks_for_help_gets_it(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["demo", "--help"]).exit_code == 0
    alone = runner.invoke(args=["db"])
    assert alone.exit_code == 2
    assert "upgrade" in alone.output


def test_the_web_process_says_what_is_wrong_with_its_settings_without_a_trace(tmp_path: Path) -> None:
    here = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/huiyin.db"}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--preload", "app:create_app()"]
    ended = subprocess.run(
        command, cwd=ROOT, env=here | FAULTY, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert all(name in ended.stderr for name in MISSING), ended.stderr


def test_only_what_passes_is_called_busy(tmp_path: Path) -> None:
    file = tmp_path / "huiyin.db"
    sqlite3.connect(file).close()
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as read_only:
        assert not is_busy(_failed(read_only, "CREATE TABLE t (id int)"))
    with contextlib.closing(sqlite3.connect(file)) as first, contextlib.closing(sqlite3.connect(file, 0)) as second:
        first.execute("BEGIN IMMEDIATE")
        assert is_busy(_failed(second, "BEGIN IMMEDIATE"))


@pytest.mark.parametrize(
    ("why", "busy"),
    [
        (errors.LockNotAvailable(), True), (errors.DeadlockDetected(), True), (errors.DiskFull(), False),
        (errors.QueryCanceled(), False),
    ],
)  # fmt: skip
def test_on_postgresql_too(why: Exception, busy: bool) -> None:
    assert is_busy(OperationalError("LOCK", None, why)) is busy


def _failed(connection: sqlite3.Connection, statement: str) -> OperationalError:
    with pytest.raises(sqlite3.OperationalError) as refused:
        connection.execute(statement)
    return OperationalError(statement, None, refused.value)
