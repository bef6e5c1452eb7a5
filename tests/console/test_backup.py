"""A backup is made while the service writes, and comes back whole into an empty place and into no other."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app import furnish
from base import backups, migrations, pgtools
from base.clock import now
from base.database import Base, Database, reading, transaction
from base.pulse import BACKUP, beat, last_beat
from base.queue import Lane, hints
from base.settings import Settings
from dev import postgres
from hotline import prompts, recordings
from hotline.shelf import Folder
from messages.ledger.restored import RESTORED
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from tests import make
from tests.base.test_commands import one_line
from tests.conftest import fill_every_table
from tests.messages.fake import a_text
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, Kind
from tickets.models import Ticket

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40
ENOUGH = 20
"""How many tickets are opened before a backup begins, so that it meets a service at work."""
WORDS = "电梯停在三楼，有异响 🛗"


@pytest.fixture(autouse=True)
def programs_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the path, as a package of the system puts them there."""
    monkeypatch.setenv("PATH", f"{postgres.binaries()}:{os.environ['PATH']}")


class House:
    """One installation, and an operator's hand on it."""

    def __init__(self, app: Flask, runner: FlaskCliRunner, empty: Callable[[], str], home: Path) -> None:
        self.app, self.runner, self.empty, self.home = app, runner, empty, home

    def moves(self) -> None:
        """From here on everything is said to a new and empty installation."""
        settings: Settings = self.app.extensions["settings"]
        self.app.extensions["database"].close()
        new = {"database_url": self.empty(), "recordings_url": str(self.home / "elsewhere")}
        furnish(self.app, settings.model_copy(update=new))

    @property
    def backup(self) -> Path:
        return self.home / "backups" / "monday"

    def says(self, *words: str) -> Result:
        return self.runner.invoke(args=list(words))

    def backs_up(self) -> str:
        done = self.says("backup", str(self.backup))
        assert done.exit_code == 0, done.output
        return done.output

    def restores(self, *options: str) -> str:
        done = self.says("restore", str(self.backup), *options)
        assert done.exit_code == 0, done.output
        return done.output

    def is_refused(self, *options: str) -> str:
        done = self.says("restore", str(self.backup), *options)
        assert done.exit_code == 1, done.output
        return one_line(done.stderr)


@pytest.fixture
def house(
    app: Flask, runner: FlaskCliRunner, database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[House]:
    made: list[str] = []

    def empty() -> str:
        name = f"elsewhere{len(made)}_{tmp_path.name.replace('-', '_')}"[:60].lower()
        made.append(name)
        if database_kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        server: postgres.Server = request.getfixturevalue("postgres_server")
        with server.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return server.url(name)

    yield House(app, runner, empty, tmp_path)
    app.extensions["database"].close()
    if database_kind == "postgres":
        for name in made:
            request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def estate(app: Flask) -> Path:
    """A row in every table, what somebody said, and a prompt that somebody has spoken; answers where it was said."""
    fill_every_table(app.extensions["database"])
    prompts.keep("hello_zh", WAV)
    return Path(recordings.keep(WAV, at=now()))


class Callers:
    """Open tickets, one a transaction, until the block ends."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._is_over = threading.Event()
        self._has_begun = threading.Event()
        self._thread = threading.Thread(target=self._call)
        self.count = 0

    def __enter__(self) -> "Callers":
        self._thread.start()
        if not self._has_begun.wait(60):
            self.__exit__()
            raise AssertionError("nobody gets through")
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _call(self) -> None:
        database: Database = self._app.extensions["database"]
        while not self._is_over.is_set():
            with self._app.app_context(), database.transaction() as session:
                draft = TicketDraft(Kind.REPAIR, "lift", Channel.CALL, summary=WORDS)
                open_ticket(session, draft, at=datetime(2026, 11, 22, tzinfo=UTC))
            self.count += 1
            if self.count == ENOUGH:
                self._has_begun.set()


def everything() -> dict[str, list[Any]]:
    """Every row of every table, but that a backup was made: it cannot hold that itself."""
    with reading() as session:
        return {
            name: [
                tuple(row)
                for row in session.execute(select(table).order_by(*table.primary_key))
                if (name, row[0]) != ("pulse", BACKUP)
            ]
            for name, table in Base.metadata.tables.items()
        }


def test_what_is_backed_up_while_the_service_writes_comes_back_whole(house: House, estate: Path) -> None:
    first = everything()
    with Callers(house.app) as callers:
        house.backs_up()
    last = everything()
    with reading() as session:
        assert last_beat(session, BACKUP) is not None, "the page of operations says how old it is"
    moving = {name for name, rows in last.items() if rows != first[name]}
    assert {"ticket", "ticket_event"} <= moving
    assert house.backup.stat().st_mode & 0o777 == 0o700
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    house.moves()
    house.restores()
    after = everything()
    assert {name: after[name] for name in after if name not in moving} == {
        name: last[name] for name in last if name not in moving
    }
    assert {name: len(rows) for name, rows in after.items()} == {
        name: count for name, count in listed["rows"].items() if name != "alembic_version"
    }
    assert ENOUGH < len(after["ticket"]) <= callers.count + 1
    assert after["ticket"] == last["ticket"][: len(after["ticket"])], "those of one moment, and none of a later one"
    with reading() as session:
        halves = session.scalar(select(func.count()).where(Ticket.id > 1, ~Ticket.events.any()))
    assert halves == 0, "no ticket without the line that it was opened"
    assert recordings.holds(str(estate))
    assert [name for name, _ in prompts.every()] == [f"hello_zh-{hashlib.sha256(WAV).hexdigest()[:12]}.wav"]


def test_what_is_restored_goes_on_and_keeps_its_rules(house: House, estate: Path) -> None:
    house.backs_up()
    house.moves()
    house.restores()
    with transaction() as session:
        newer = open_ticket(session, TicketDraft(Kind.REPAIR, "lift", Channel.CALL), at=now())
        assert newer.id == 2, "numbers go on where they were"
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("DELETE FROM ticket_event"))


WAITED = (MessageClass.SERVICE, MessageClass.CARE, MessageClass.EMERGENCY, MessageClass.STAFF)


@pytest.mark.parametrize(
    ("options", "still"), [((), {"emergency", "staff", "later"}), (("--moved",), {"service", "care", *WAITED, "later"})]
)
def test_what_may_have_left_since_does_not_leave_again_but_danger_and_pages(
    house: House, options: tuple[str, ...], still: set[str]
) -> None:
    at = now()
    with transaction() as session:
        make.a_member_of_staff(session)
        for one in WAITED:
            made = a_text(
                session, one, at=at, number="+8613900000001" if one is MessageClass.STAFF else "+8613800138000"
            )
            made.body, made.state, made.due_at = one.value, MessageState.PLANNED, at
        later = a_text(session, at=at)
        later.body, later.due_at = "later", at + timedelta(days=1)
    house.backs_up()
    house.moves()
    house.restores(*options)
    with reading() as session:
        messages = list(session.scalars(select(Message)))
        waiting = {each.body for each in messages if each.state is MessageState.PLANNED}
        held = {each.reason for each in messages if each.state is not MessageState.PLANNED}
    assert waiting == still
    assert held == (set() if options else {RESTORED})


def test_only_an_empty_place_is_filled_unless_somebody_says_so(house: House, estate: Path) -> None:
    house.backs_up()
    before = everything()
    with transaction() as session:
        open_ticket(session, TicketDraft(Kind.REPAIR, "lift", Channel.CALL), at=now())
        session.execute(text("CREATE TABLE of_a_newer_release (id INTEGER)"))
    later = recordings.keep(WAV, at=now())
    now_held = everything()
    assert "--overwrite" in house.is_refused()
    assert everything() == now_held
    house.restores("--overwrite")
    assert everything() == before
    with pytest.raises(DBAPIError), reading() as session:
        session.execute(text("SELECT * FROM of_a_newer_release"))
    assert recordings.holds(later), "the carrier has forgotten it: this is the only one"


def test_files_alone_make_a_place_one_that_is_not_empty(house: House, estate: Path) -> None:
    house.backs_up()
    house.moves()
    recordings.keep(WAV, at=now())
    assert str(house.home / "elsewhere") in house.is_refused()


def test_nothing_is_restored_under_a_service_that_runs(house: House, estate: Path) -> None:
    house.backs_up()
    with transaction() as session:
        beat(session, "clock", at=now())
    assert "stop all its processes" in house.is_refused("--overwrite")


def test_nor_while_somebody_works_a_lane(house: House, estate: Path) -> None:
    house.backs_up()
    connection = hints().connection
    worker = SimpleWorker([hints().queue(Lane.BULK)], connection=connection, serializer=JSONSerializer)
    worker.register_birth()
    try:
        assert "the lanes bulk" in house.is_refused("--overwrite")
    finally:
        worker.register_death()


def test_a_database_that_was_only_set_up_is_empty(house: House, estate: Path) -> None:
    house.backs_up()
    before = everything()
    house.moves()
    migrations.upgrade(house.app.extensions["database"].engine)
    house.restores()
    assert everything() == before


def test_an_older_backup_says_that_it_wants_an_upgrade(house: House, estate: Path) -> None:
    engine = house.app.extensions["database"].engine
    migrations.downgrade(engine, "-1")
    house.backs_up()
    house.moves()
    assert "db upgrade" in house.restores()
    migrations.upgrade(house.app.extensions["database"].engine)
    assert len(everything()["ticket"]) == 1


def _changed(house: House, **facts: object) -> None:
    path = house.backup / "backup.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | facts), "utf-8")


def test_a_backup_that_is_not_what_it_was_is_refused_before_anything_is_touched(house: House, estate: Path) -> None:
    house.backs_up()
    assert "whole" in house.says("restore", str(house.backup), "--check").output
    said = house.backup / "recordings" / estate
    held = everything()
    said.write_bytes(WAV[:-1] + b"\x01")
    for option in ("--check", "--overwrite"):
        assert str(estate) in house.is_refused(option)
    said.unlink()
    assert "lacks" in house.is_refused("--check")
    said.write_bytes(WAV)
    _changed(house, migration="9999")
    assert "newer than this program: 9999" in house.is_refused("--overwrite")
    _changed(house, migration="0001", database="other")
    assert "database" in house.is_refused("--check")
    (house.backup / "backup.json").unlink()
    assert "no backup here" in house.is_refused("--check")
    assert everything() == held


@pytest.mark.parametrize(
    ("path", "said"), [("recordings/../../../outside.wav", "outside the backup"), ("photos/a.jpg", "nobody here knows")]
)
def test_a_list_that_names_what_is_not_of_a_backup_is_refused(house: House, estate: Path, path: str, said: str) -> None:
    house.backs_up()
    file = house.backup / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(WAV)
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    print_ = {"size": len(WAV), "sha256": hashlib.sha256(WAV).hexdigest()}
    _changed(house, files=listed["files"] | {path: print_})
    house.moves()
    assert said in house.is_refused("--overwrite")


def test_a_list_without_the_database_is_none(house: House, estate: Path) -> None:
    house.backs_up()
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    _changed(house, files={path: one for path, one in listed["files"].items() if "/" in path})
    assert "lacks a file: database." in house.is_refused("--check")


def test_what_is_restored_is_counted_against_the_list(house: House, estate: Path) -> None:
    house.backs_up()
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    _changed(house, rows=listed["rows"] | {"ticket": listed["rows"]["ticket"] + 1})
    house.moves()
    assert "do not have the rows they had: ticket" in house.is_refused("--overwrite")


def test_what_is_still_being_written_is_no_file_of_a_backup(house: House, estate: Path) -> None:
    shelf = recordings.shelf()
    assert isinstance(shelf, Folder)
    (shelf.place / "half.wav.part").write_bytes(WAV[:7])
    house.backs_up()
    assert not list(house.backup.rglob("half*"))


def test_a_file_whose_time_is_up_while_it_would_be_copied_is_none_of_the_backup(
    house: House, estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = recordings.keep(WAV, at=now())
    copies = backups._copy

    def copy(file: Path, to: Path) -> backups.Fingerprint:
        recordings.throw_away(gone)
        return copies(file, to)

    monkeypatch.setattr(backups, "_copy", copy)
    house.backs_up()
    assert f"recordings/{estate}" in backups.check(house.backup).files
    assert not list(house.backup.rglob(Path(gone).name))


def test_where_a_file_cannot_be_put_back_the_database_is_left_as_it_was(house: House, estate: Path) -> None:
    house.backs_up()
    with transaction() as session:
        open_ticket(session, TicketDraft(Kind.REPAIR, "lift", Channel.CALL), at=now())
    held = everything()
    shelf = recordings.shelf()
    assert isinstance(shelf, Folder)
    (shelf.place / estate).unlink()
    (shelf.place / estate).parent.rmdir()
    (shelf.place / estate).parent.touch()  # no room for a folder of this name
    house.is_refused("--overwrite")
    assert everything() == held


def test_a_backup_of_the_other_kind_of_database_is_not_read(house: House, estate: Path, database_kind: str) -> None:
    house.backs_up()
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    ours, other = (
        ("database.sqlite", "database.dump") if database_kind == "sqlite" else ("database.dump", "database.sqlite")
    )
    (house.backup / ours).rename(house.backup / other)
    files = {(other if name == ours else name): print_ for name, print_ in listed["files"].items()}
    _changed(house, database="postgresql" if database_kind == "sqlite" else "sqlite", files=files)
    assert "neither reads the other" in house.is_refused("--overwrite")


def test_a_folder_that_is_there_is_left_alone_and_a_failure_leaves_none(
    house: House, estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.backs_up()
    again = house.says("backup", str(house.backup))
    assert "there already" in one_line(again.stderr)
    house.moves()
    nothing = house.says("backup", str(house.home / "backups" / "tuesday"))
    assert "nothing to back up" in one_line(nothing.stderr)
    assert [path.name for path in (house.home / "backups").iterdir()] == ["monday"]


def test_without_the_programs_of_postgresql_the_line_says_what_to_install(
    house: House, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "sqlite":
        assert house.says("backup", str(house.backup)).exit_code == 0, "SQLite needs none"
        return
    monkeypatch.setenv("PATH", str(house.home))
    monkeypatch.setattr(pgtools, "PLACES", ())
    done = house.says("backup", str(house.backup))
    assert "postgresql-client-" in one_line(done.stderr)
    assert done.exit_code == 1


def test_half_a_dump_leaves_everything_as_it_was(house: House, estate: Path, database_kind: str) -> None:
    """Whatever the fingerprint says: it was cut before it was taken."""
    house.backs_up()
    (file,) = house.backup.glob("database.*")
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    listed = json.loads((house.backup / "backup.json").read_text("utf-8"))
    print_ = {"size": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    _changed(house, files=listed["files"] | {file.name: print_})
    held = everything()
    house.is_refused("--overwrite")
    assert everything() == held
