"""Keeps somebody outside our session who sweeps when the runner is gone, however it went."""

import asyncio
import subprocess
import sys
from typing import TextIO

POLL_S = 0.5


class Watchman:
    """A small process that holds the lock of the installation and waits for our end of its pipe to close."""

    def __init__(self, marker: str, lock: TextIO) -> None:
        self._marker, self._lock = marker, lock
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "dev.sweep", self._marker],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[self._lock.fileno()],
        )

    async def stay(self) -> None:
        """Replace it when somebody kills it, for as long as this is not cancelled."""
        while True:
            await asyncio.sleep(POLL_S)
            if self._process.poll() is not None:
                self._process = self._start()

    def sweep(self) -> None:
        """Let it sweep now, and wait until it has."""
        if self._process.poll() is not None:
            self._process = self._start()
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
