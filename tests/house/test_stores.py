"""What the launchers of the embedded stores promise."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from dev import postgres, valkey
from tests.house.runner import ROOT, gone
from tests.stores import fresh_postgres

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")


def _counted(url: str) -> int:
    with Redis.from_url(url) as store:
        count: int = store.incr("runs")
        return count


def test_what_valkey_was_told_outlives_a_restart(tmp_path: Path) -> None:
    for expected in (1, 2):
        with valkey.running(tmp_path / "valkey") as url:
            assert _counted(url) == expected


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    with valkey.running(deep / "valkey") as url:
        sock = Path(url.removeprefix("unix://"))
        assert _counted(url) == 1
        assert len(os.fsencode(sock)) <= 100
        assert sock.parent.stat().st_mode & 0o777 == 0o700
    sock.parent.rmdir()


def test_a_leftover_valkey_is_ended_and_its_data_kept(tmp_path: Path) -> None:
    directory = tmp_path / "valkey"
    with valkey.running(directory) as url:
        assert _counted(url) == 1
        with valkey.running(directory) as again:
            assert _counted(again) == 2


def _start(code: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)


@LINUX
@pytest.mark.chaos
@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            "import pathlib, redis, signal, sys\nfrom dev import valkey\n"
            "with valkey.running(pathlib.Path(sys.argv[1])) as url:\n"
            "    print(redis.Redis.from_url(url).info()['process_id'], flush=True); signal.pause()",
            id="valkey",
        ),
        pytest.param(
            "import signal\nfrom dev import postgres\nwith postgres.running() as server:\n"
            "    pid = (server.socket_directory / 'data/postmaster.pid').read_text().split()[0]\n"
            "    print(pid, flush=True); signal.pause()",
            id="postgres",
        ),
    ],
)
def test_a_store_ends_with_a_killed_parent(code: str, tmp_path: Path) -> None:
    with _start(code, str(tmp_path / "valkey")) as parent:
        assert parent.stdout
        store = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        gone(store)


@pytest.mark.chaos
def test_what_a_killed_postgres_left_is_removed_by_the_next() -> None:
    code = (
        "import signal\nfrom dev import postgres\nwith postgres.running() as server:\n"
        "    print(server.socket_directory, flush=True); signal.pause()"
    )
    with _start(code) as parent:
        assert parent.stdout
        left = Path(parent.stdout.readline().strip())
        server = int((left / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(parent.pid, signal.SIGKILL)
        gone(server)
    assert left.exists()
    with postgres.running():
        assert not left.exists()


def _make_table(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE homes (id int)")


def _homes(url: str, *statements: str) -> int:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        row = connection.execute("SELECT count(*) FROM homes").fetchone()
        assert row
        return int(row[0])


def test_each_test_has_a_database_of_its_own_made_from_one_migration() -> None:
    migrated: list[str] = []

    def migrate(url: str) -> None:
        migrated.append(url)
        _make_table(url)

    with postgres.running() as server:
        _two_databases(server, migrate)
    assert len(migrated) == 1


def _two_databases(server: postgres.Server, migrate: Callable[[str], None]) -> None:
    with fresh_postgres(server, migrate) as one, fresh_postgres(server, migrate) as other:
        assert _homes(one, "INSERT INTO homes VALUES (1)") == 1
        assert _homes(other) == 0
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        _homes(one)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives itself away")
def test_programs_that_nobody_may_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout under a private directory still has a PostgreSQL, and the directory stays private."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "install").symlink_to(postgres.binaries().parents[2])
    hidden = private / "install" / postgres.binaries().relative_to(postgres.binaries().parents[2])
    monkeypatch.setattr(postgres, "binaries", lambda: hidden)
    with postgres.running() as server, server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert private.stat().st_mode & 0o777 == 0o700
