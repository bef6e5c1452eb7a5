"""What every measurement stands on: both databases, Valkey, and the processes it starts and ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from app import create_app
from base import migrations
from base.database import Base, Database
from base.settings import ROOT, SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_NUMBER, Settings
from dev import postgres, procfile
from dev.steps import speaks_http
from dev.tether import die_with

KINDS = ("SQLite", "PostgreSQL")
OURS, THEIRS = 0, 1
"""The core of what is measured, and that of everything around it: the client, the stub, the stores."""
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
TEMPLATE = "bench_template"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things of one measurement are."""

    web: int
    carrier: int


@dataclass
class Stage:
    """Both databases and Valkey are running. `say` tells whoever waits how far we are."""

    home: Path
    memory: Path
    redis_url: str
    server: postgres.Server
    memory_server: postgres.Server
    say: Callable[[str], None]
    _made: int = field(default=0)

    @contextmanager
    def database(self, kind: str, *, in_memory: bool = False) -> Iterator[str]:
        """A migrated database of its own; its address. One in memory never waits for a disk."""
        self._made += 1
        if kind == "SQLite":
            path = (self.memory if in_memory else self.home) / f"bench-{self._made}.db"
            shutil.copy(self.home / "template.db", path)
            yield f"sqlite:///{path}"
            for left in path.parent.glob(f"{path.name}*"):
                left.unlink()
        else:
            name, server = f"bench_{self._made}", self.memory_server if in_memory else self.server
            yield server.clone(TEMPLATE, name)
            server.drop(name)

    def make_templates(self) -> None:
        """Run the migrations once for each store."""
        migrate(f"sqlite:///{self.home / 'template.db'}")
        for server in (self.server, self.memory_server):
            server.make_template(TEMPLATE, migrate)

    def environment(self, database_url: str, at: Addresses, **more: str) -> dict[str, str]:
        """What our processes get: this database, this Valkey, the stub as carrier, nothing from a `.env`."""
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
            "HUIYIN_ENV": "development",
            "LOG_FORMAT": "json",  # as a house keeps it
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
            "HOST": "127.0.0.1",
            "PORT": str(at.web),
            "PUBLIC_URL": f"http://127.0.0.1:{at.web}",
            "TWILIO_API_BASE": f"http://127.0.0.1:{at.carrier}",
            "TWILIO_ACCOUNT_SID": SANDBOX_ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": SANDBOX_AUTH_TOKEN,
            "HOTLINE_NUMBER": SANDBOX_NUMBER,
            "VAR_DIR": str(self.home),
            "RECORDINGS_URL": str(self.home / "recordings"),
            **more,
        }

    @contextmanager
    def application(self, environment: Mapping[str, str]) -> Iterator[Flask]:
        """The service in this process, in its context: for planning and for looking."""
        known = {name: environment[name.upper()] for name in Settings.model_fields if name.upper() in environment}
        app = create_app(Settings(_env_file=None, **known))  # type: ignore[arg-type]  # as from an environment
        try:
            with app.app_context():
                yield app
        finally:
            database: Database = app.extensions["database"]
            database.close()
            app.extensions["hints"].connection.close()


def migrate(url: str) -> None:
    """Bring an empty database up to date."""
    engine = Database(url).engine
    migrations.upgrade(engine)
    Base.metadata.create_all(engine)
    engine.dispose()


@contextmanager
def running(command: str, environment: Mapping[str, str], *, core: int | None, log: Path) -> Iterator[int]:
    """Run a process, tied to this one, for as long as the block lasts; its number."""
    process = start(command, environment, core=core, log=log)
    try:
        yield process.pid
    finally:
        stop(process)


def start(
    command: str, environment: Mapping[str, str], *, core: int | None, log: Path, reads: bool = False
) -> "subprocess.Popen[bytes]":
    """Start a process pinned to a core, its output in `log` (or, if `reads`, readable)."""
    here = os.getpid()

    def become() -> None:
        die_with(here)
        pin(core)

    with log.open("ab") as output:
        return subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if reads else output,
            stderr=output,
            start_new_session=True,
            preexec_fn=become,  # noqa: PLW1509  the main thread starts it
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make sure that it and all it started have."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        kill_tree(process.pid)  # a job at work has a group of its own
        process.wait()
    if process.stdout:
        process.stdout.close()


def kill_tree(pid: int) -> None:
    """SIGKILL a process and everything it started, its children's children included, all at once."""
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    doomed = [pid]
    for each in doomed:
        doomed += [child for child, parent in pairs if parent == each]
    for each in doomed:
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def pin(core: int | None) -> None:
    """Keep this process on one core, where there are two and the kernel lets us choose; None gives it all of them."""
    if len(CORES) > 1:
        os.sched_setaffinity(0, CORES if core is None else {CORES[core]})


@contextmanager
def web(
    environment: Mapping[str, str], *, log: Path, core: int | None, factory: str = "app:create_app()"
) -> Iterator[int]:
    """The web process exactly as the Procfile starts it (`factory` puts another application in); its number."""
    command = procfile.read((ROOT / "Procfile").read_text()).processes["web"]
    assert "app:create_app()" in command, command
    with running(command.replace("app:create_app()", factory), environment, core=core, log=log) as pid:
        _answers(f"127.0.0.1:{environment['PORT']}/healthz", log)
        yield pid


def _answers(place: str, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not speaks_http(place):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nobody answers at {place}:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


@contextmanager
def held_up() -> Iterator[Callable[[], str]]:
    """What the block was held up by that is not ours: other machines on the same processors, and the disk (Linux)."""
    before = _lost_s()

    def told() -> str:
        stolen, waited = (now_s - then_s for now_s, then_s in zip(_lost_s(), before, strict=True))
        return f"lost {stolen:.1f} s of its cores to others and waited {waited:.1f} s for its disk"

    yield told


def _lost_s() -> tuple[float, float]:
    """Seconds of all cores since the start that were stolen, and idle while the disk was waited for."""
    cores = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    return int(cores[7]) * tick_s, int(cores[4]) * tick_s


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lanes(
    environment: Mapping[str, str], names: tuple[str, ...], *, log: Path, core: int | None
) -> Iterator[dict[str, int]]:
    """Processes of `worker.py` by name (a lane, or `clock`); their numbers."""
    with ExitStack() as all_of_them:
        yield {
            name: all_of_them.enter_context(running(f"python worker.py {name}", environment, core=core, log=log))
            for name in names
        }
