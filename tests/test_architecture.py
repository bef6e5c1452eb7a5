"""Promises about the whole."""

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, inspect, text

from base import migrations
from base.access import Guard, Role, guard_of
from base.clock import now
from base.database import Base, Database, Moment
from base.queue import Lane
from base.settings import ROOT, Settings
from tests.conftest import fill_every_table

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NOT_ROOMS = {"tests", "bench", "migrations", "docs", "var"}


def test_every_package_on_disk_is_a_room_with_a_place() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS
    listed = set(PYPROJECT["tool"]["importlinter"]["root_packages"])
    assert on_disk == listed


def test_the_example_of_settings_lists_exactly_the_settings() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_lane_is_worked_and_every_process_exists() -> None:
    processes = dict(re.findall(r"^(\w+): (.*)$", (ROOT / "Procfile").read_text("utf-8"), re.MULTILINE))
    assert {lane.value for lane in Lane} <= processes.keys()
    assert processes.keys() == {"release", "web", "clock", *Lane}
    for lane in Lane:
        assert processes[lane.value].endswith(f"worker.py {lane.value}")


def test_every_view_says_who_may_enter(app: Flask) -> None:
    assert {name for name, view in app.view_functions.items() if not guard_of(view)} == set()


def test_only_these_views_are_open_to_everybody(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if Guard.PUBLIC in guard_of(view)}
    coming_in = {
        "console.login", "console.log_in", "console.login_code", "console.log_in_code", "console.static_file",
    }  # fmt: skip
    fetched = {"calendars.calendar", "prompts.prompt"}
    assert public == {"health.alive", "health.ready", "health.metrics"} | fetched | coming_in


def test_what_the_carrier_calls_is_signed_and_nothing_else_is(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        assert (guard == {Guard.SIGNED}) == rule.rule.startswith(("/voice/", "/sms/")), rule.rule


def test_a_view_of_the_desk_is_for_roles(app: Flask) -> None:
    for name, view in app.view_functions.items():
        guard = guard_of(view)
        if not guard & {Guard.SIGNED, Guard.PUBLIC}:
            assert guard <= set(Role), name
            assert guard, name


def test_migrations_are_numbered_in_one_line() -> None:
    files = sorted(path.name for path in (ROOT / "migrations").glob("*.py"))
    numbers = [int(name[:4]) for name in files]
    assert numbers == list(range(1, len(files) + 1))


@pytest.fixture
def empty_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if database_kind == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        server = request.getfixturevalue("postgres_server")
        server.drop("empty")
        with server.connect() as connection:
            connection.execute("CREATE DATABASE empty")
        database = Database(server.url("empty"))
    yield database
    database.close()


def test_the_migrations_make_what_the_models_say(empty_database: Database) -> None:
    migrations.upgrade(empty_database.engine)
    assert migrations.pending(empty_database.engine) == []
    assert drift(empty_database, Base.metadata) == []


def test_what_the_days_have_cost_is_kept_as_money(empty_database: Database, app: Flask) -> None:
    prices = {"sms_cost": 0.5, "call_cost": 2.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    migrations.upgrade(empty_database.engine, "0024")
    with empty_database.engine.begin() as connection:
        connection.execute(text("INSERT INTO spending (day, segments, calls) VALUES ('2026-11-22', 10, 3)"))
    migrations.upgrade(empty_database.engine)
    with empty_database.engine.begin() as connection:
        assert connection.execute(text("SELECT cost FROM spending")).scalar_one() == 11.0


def test_people_and_homes_from_before_are_found_by_any_spelling(empty_database: Database) -> None:
    (file,) = (ROOT / "migrations").glob("*_found_by_any_spelling.py")
    migrations.upgrade(empty_database.engine, f"{int(file.name[:4]) - 1:04d}")
    with empty_database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO project (id, name, name_en, area_code, day_starts, day_ends, is_demo) "
                "VALUES (1, '幸福里小区', '', '', '08:30', '18:00', false)"
            )
        )
        connection.execute(text("INSERT INTO building (id, project_id, name, keys) VALUES (1, 1, '3号楼', '3')"))
        connection.execute(
            text(
                "INSERT INTO home (id, building_id, unit, name, occupancy, riser) "
                "VALUES (1, 1, '', '0902室', 'lived_in', '')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO person (name, salutation, language, birth_is_lunar, special_care, email, is_demo) "
                "VALUES (:name, '', 'zh', false, '', '', false)"
            ),
            [{"name": "林婷"}] * 1001,
        )
    migrations.upgrade(empty_database.engine)
    with empty_database.engine.connect() as connection:
        assert connection.execute(text("SELECT keys FROM home")).scalar_one() == "902"
        assert connection.execute(text("SELECT DISTINCT keys FROM person")).scalars().all() == [
            " 林婷 linting ting lt t"
        ]


def test_complaints_of_the_last_days_are_put_to_somebody_and_nothing_else_is(empty_database: Database) -> None:
    (file,) = (ROOT / "migrations").glob("*_old_complaints_are_put_too.py")
    migrations.upgrade(empty_database.engine, f"{int(file.name[:4]) - 1:04d}")
    tickets = {
        "moves": {}, "is taken": {"status": "acknowledged"}, "is over": {"status": "closed"},
        "HQ": {"owner_desk": "HQ"}, "a repair": {"kind": "repair"}, "a drill": {"is_drill": True}, "was put": {},
        "is old": {"opened_at": now() - timedelta(days=4)},
    }  # fmt: skip
    usual = {
        "kind": "complaint", "status": "open", "owner_desk": "", "is_drill": False,
        "opened_at": now() - timedelta(days=2),
    }  # fmt: skip
    with empty_database.engine.begin() as connection:
        for ref, what in tickets.items():
            connection.execute(
                text(
                    "INSERT INTO ticket (ref, kind, category, level, status, channel, place, language, summary,"
                    " owner_desk, opened_at, page_step, is_alarming, is_drill, version) VALUES (:ref, :kind, 'noise',"
                    " 'C1', :status, 'phone', '', 'zh', '', :owner_desk, :opened_at, 0, false, :is_drill, 1)"
                ).bindparams(bindparam("opened_at", type_=Moment)),
                {"ref": ref, **usual, **what},
            )
        connection.execute(
            text(
                "INSERT INTO complaint_hop (ticket_id, place, department, asked_at, due_at, answer, reason)"
                " SELECT id, 0, '', '2026-11-01 00:00:00', '2026-11-01 00:00:00', 'ours', '' FROM ticket"
                " WHERE ref = 'was put'"
            )
        )
    migrations.upgrade(empty_database.engine)
    with empty_database.engine.connect() as connection:
        due = text("SELECT ref FROM ticket WHERE ask_due_at > '2026-11-02 00:00:00' ORDER BY id")
        assert connection.execute(due).scalars().all() == ["moves"], "of the others nobody is texted by an upgrade"


def test_a_forgotten_table_or_another_kind_of_column_is_drift(empty_database: Database) -> None:
    migrations.upgrade(empty_database.engine)
    said = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(said)
    said.tables["person"].c.name.type = Integer()
    Table("forgotten", said, Column("id", Integer, primary_key=True))
    found = drift(empty_database, said)
    assert {change[0] if isinstance(change, tuple) else change[0][0] for change in found} == {
        "add_table",
        "modify_type",
    }


def test_a_new_migration_says_what_has_changed_and_nothing_else(
    empty_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    monkeypatch.setattr(migrations, "ROOT", tmp_path)
    migrations.upgrade(empty_database.engine)
    migrations.new("nothing", empty_database.engine)
    monkeypatch.setattr(Base.metadata.tables["person"].c.name, "type", Integer())
    migrations.upgrade(empty_database.engine)
    migrations.new("another kind", empty_database.engine)
    nothing, another = sorted(tmp_path.glob("migrations/*.py"))[-2:]
    assert nothing.read_text().count("pass") == 2
    assert "type_=sa.Integer()" in another.read_text()
    assert another.read_text().count("alter_column(") == 2, "up and down"


def drift(database: Database, said: MetaData) -> list[Any]:
    """In what the database differs from what the models say, kinds and defaults of columns included."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, said))


def test_up_down_and_up_again_with_data_in_it(empty_database: Database) -> None:
    engine = empty_database.engine
    migrations.upgrade(engine)
    fill_every_table(empty_database)
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    fill_every_table(empty_database)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in Base.metadata.tables:
            assert connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one() > 0, table


def test_each_step_down_and_up_keeps_what_is_below_it(empty_database: Database) -> None:
    engine = empty_database.engine
    migrations.upgrade(engine)
    fill_every_table(empty_database)
    numbers = [f"{n:04d}" for n in range(1, len(list((ROOT / "migrations").glob("*.py"))) + 1)]
    for number in reversed(numbers[:-1]):
        migrations.downgrade(engine, number)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 1
    for number in numbers[1:]:
        migrations.upgrade(engine, number)
    assert drift(empty_database, Base.metadata) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 1


def test_a_step_down_brings_back_what_was_archived(empty_database: Database) -> None:
    migrations.upgrade(empty_database.engine)
    fill_every_table(empty_database)
    with empty_database.transaction() as session:
        session.execute(text("UPDATE message_archive SET id = 7, once_key = 'old', sid = 'old'"))
        session.execute(text("UPDATE attempt_archive SET id = 'old', message_id = 7, sid = 'old'"))
    migrations.downgrade(empty_database.engine, "0007")
    with empty_database.engine.connect() as connection:
        kept = connection.execute(
            text("SELECT message.id, attempt.id FROM message JOIN attempt ON message_id = message.id")
        )
        assert (7, "old") in [tuple(row) for row in kept]


def test_jobs_take_only_ids_and_words() -> None:
    for path in [*ROOT.glob("*/jobs.py"), *ROOT.glob("*/jobs/*.py")]:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                kinds = {ast.unparse(a.annotation) for a in node.args.args if a.annotation}
                assert kinds <= {"int", "str"}, f"{path.parent.name}.jobs.{node.name} takes {kinds}"


def test_every_job_that_is_enqueued_exists() -> None:
    from importlib import import_module  # noqa: PLC0415

    named: set[str] = set()
    for path in [*ROOT.glob("*.py"), *ROOT.glob("*/**/*.py")]:
        if path.is_relative_to(ROOT / ".venv") or path.is_relative_to(ROOT / "tests"):
            continue
        named |= set(re.findall(r'"([a-z]+\.jobs(?:\.[a-z_]+)+)"', path.read_text("utf-8")))
    assert named
    for name in named:
        module, job = name.rsplit(".", 1)
        assert callable(getattr(import_module(module), job, None)), name


def test_only_the_clock_reads_the_time() -> None:
    readers = re.compile(r"datetime\.(now|utcnow|today)\(|time\.time\(\)")
    rooms = set(PYPROJECT["tool"]["importlinter"]["root_packages"]) - {"sandbox", "dev"}
    guilty = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] in rooms
        and path != ROOT / "base" / "clock.py"
        and readers.search(path.read_text("utf-8"))
    ]
    assert guilty == []


def test_the_locks_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text("utf-8")
        assert "--hash=sha256:" in lock
        assert not re.search(r"https?://|--index|--find-links|--extra", lock)
