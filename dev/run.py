"""The development runner: `python -m dev.run` starts the whole house on this machine and stops it again."""

import asyncio
import errno
import fcntl
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from dev import procfile, valkey
from dev.environment import BeyondThisMachineError, house_environment
from dev.house import House, Role, StepError
from dev.procfile import Procfile, ProcfileError
from dev.steps import WAIT, commands
from dev.sweep import MARKER
from dev.terminal import Terminal, panel
from dev.tether import die_with
from dev.watchman import Watchman

LISTENERS = {
    "web": ("PORT", "healthz"),
    "sandbox": ("SANDBOX_PORT", ""),
}  # setting of its port, path that answers
SWEEP_LIMIT_S = 6.0  # how long a killed run's watchman may still be at work


class RefusedError(RuntimeError):
    """The house cannot start. The message says in both languages why, and what to do."""


@dataclass(frozen=True)
class Steps:
    """Commands that end by themselves: before ours start, and when the outside answers."""

    release: list[str]
    ready: list[str]


def main() -> int:
    """Run the house until a signal, five deaths or a failed start; 0 when asked to stop, otherwise 1."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may lack Chinese
    if "MAKELEVEL" in os.environ:  # a killed make takes us along
        die_with(os.getppid())
    root = Path.cwd()
    try:
        environment = house_environment(root, os.environ)
        inside, outside = (procfile.read((root / name).read_text()) for name in ("Procfile", "Procfile.dev"))
        roles = _roles(inside, outside, environment, root)
        with _only_run(root / "var" / "run.lock") as lock:
            _refuse_taken_ports(roles, environment)
            return _run(roles, inside, outside, environment, lock)
    except (RefusedError, ProcfileError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:  # nobody reads us any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except BeyondThisMachineError as error:
        print(
            f"make run 只用于本机开发，而 {error} 指向本机之外。请用 Procfile 启动生产环境。\n"
            f"make run is for this machine alone, but {error} reaches beyond it. "
            "Start the processes of the Procfile with a supervisor instead, or take the setting out of .env.",
            file=sys.stderr,
        )
    return 1


def _roles(inside: Procfile, outside: Procfile, environment: Mapping[str, str], root: Path) -> list[Role]:
    """Return the processes in the order they start: first the outside, without a Valkey nobody asks for."""
    own_valkey = environment["REDIS_URL"] == valkey.url(root / "var" / "valkey")
    commands = [(name, command, True) for name, command in outside.processes.items() if name != "valkey" or own_valkey]
    commands += [(name, command, False) for name, command in inside.processes.items()]
    return [Role(name, command, _probe(name, environment), is_outside) for name, command, is_outside in commands]


def _probe(name: str, environment: Mapping[str, str]) -> str:
    if name not in LISTENERS:
        return ""
    setting, path = LISTENERS[name]
    return f"127.0.0.1:{environment[setting]}/{path}"


@contextmanager
def _only_run(path: Path) -> Iterator[TextIO]:
    """Hold the lock of this installation. The watchman holds it too, so that two runs never overlap."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + SWEEP_LIMIT_S
    with path.open("a+") as lock:
        while not _locked(lock):
            lock.seek(0)
            holder = lock.read().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                raise RefusedError(
                    f"回音已在此目录运行（进程 {holder}）。请先在那个窗口按 Ctrl-C。\n"
                    f"Huiyin already runs from this directory (process {holder}). Press Ctrl-C there first."
                )
            time.sleep(0.05)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _refuse_taken_ports(roles: list[Role], environment: Mapping[str, str]) -> None:
    for role in roles:
        if not role.probe:
            continue
        setting = LISTENERS[role.name][0]
        given = environment[setting]
        if not given.isdecimal() or not 0 < int(given) < 65536:
            raise RefusedError(
                f"{setting}={given} 不是端口号，请填 1 到 65535 之间的数字。\n"
                f"{setting}={given} is not a port. Write a number from 1 to 65535."
            )
        port = int(given)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                other = f"{setting}={port + 10} make run"
                raise RefusedError(
                    f"端口 {port} 已被占用，而 {role.name} 需要它。请停止那个程序，或换一个端口：{other}\n"
                    f"Port {port}, which {role.name} needs, is taken by another program. "
                    f"Stop that program, or choose another port: {other}"
                ) from None


def _run(roles: list[Role], inside: Procfile, outside: Procfile, environment: dict[str, str], lock: TextIO) -> int:
    marker = secrets.token_hex(8)
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    house = House(environment | {MARKER: marker, "PATH": path}, Terminal(role.name for role in roles))
    steps = Steps([*inside.release, *outside.release], [*inside.ready, *outside.ready])
    watchman = Watchman(marker, lock)
    try:
        return asyncio.run(_live(house, watchman, roles, steps))
    finally:
        watchman.sweep()


async def _live(house: House, watchman: Watchman, roles: list[Role], steps: Steps) -> int:
    asked, hurry = asyncio.Event(), asyncio.Event()

    def stop_is_asked() -> None:
        (hurry if asked.is_set() else asked).set()

    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sig, stop_is_asked)
    events = [asyncio.create_task(event.wait()) for event in (asked, house.failed)]
    staying = asyncio.create_task(watchman.stay())
    living = asyncio.create_task(_open(house, roles, steps))
    await asyncio.wait([*events, living], return_when=asyncio.FIRST_COMPLETED)
    if asked.is_set():
        house.terminal.say("正在停止", "stopping")
    for task in (living, staying, *events):
        task.cancel()
    (fault, *_) = await asyncio.gather(living, staying, *events, return_exceptions=True)
    await house.stop(hurry)
    if isinstance(fault, Exception):
        raise fault
    return 0 if asked.is_set() else 1


async def _open(house: House, roles: list[Role], steps: Steps) -> None:
    """Start everything in order, show where to look, repeat `ready` when the outside started again.

    What answers nobody starts last: the web process is there a second or two sooner for it.
    """
    outside = [role for role in roles if role.is_outside]
    inside = sorted((role for role in roles if not role.is_outside), key=lambda role: not role.probe)
    made_ready = [*(f"{WAIT}{role.probe}" for role in outside if role.probe), *steps.ready]
    try:
        for role in outside:
            await house.keep(role)
        for command in commands([*steps.release, *made_ready]):
            await house.step(command)
        for role in inside:
            await house.keep(role)
            if role.probe:
                await house.answers(role)
        house.terminal.block(panel(house.environment, Path("var/demo-logins.json")))
        while True:
            await house.outside_restarted.wait()
            house.outside_restarted.clear()
            for command in commands(made_ready):
                await house.step(command)
    except StepError as error:
        house.terminal.say("启动失败，全部停止", f"{error}: stopping everything")


if __name__ == "__main__":
    sys.exit(main())
