"""The processes of one run: started, watched, started again when they die, and stopped together."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from dev.steps import ANSWER_LIMIT_S, POLL_S, speaks_http
from dev.terminal import Terminal
from dev.tether import tethered

DEATHS_LIMIT = 5
DEATHS_WINDOW_S = 60.0
PAUSE_S = 0.3  # before a dead process is started again
STOP_GRACE_S = 8.0  # a job in hand may finish
OUTPUT_LIMIT_S = 1.0  # a child of the step may hold its output open for ever


class StepError(RuntimeError):
    """A step before or after the start did not end well; what it printed is on the terminal."""


@dataclass(frozen=True)
class Role:
    """A process of the house: how it starts, where it answers if it does, whether it is the world outside."""

    name: str
    command: str
    probe: str = ""  # like 127.0.0.1:8000/healthz
    is_outside: bool = False


@dataclass
class House:
    """Everything that runs. Use it from the main thread: a child is tied to the thread that starts it."""

    environment: Mapping[str, str]
    terminal: Terminal
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    outside_restarted: asyncio.Event = field(default_factory=asyncio.Event)
    _living: dict[str, tuple[Role, Process]] = field(default_factory=dict)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _stopping: bool = False

    async def keep(self, role: Role) -> None:
        """Start a process and keep it running until the house stops."""
        await self._start(role)
        self._remember(asyncio.create_task(self._watch(role)))

    async def step(self, command: str) -> None:
        """Run a command to its end. Raises StepError when it ends with anything but 0."""
        name = "setup"
        process, output = await self._spawn(name, command)
        code = await process.wait()
        await asyncio.wait([output], timeout=OUTPUT_LIMIT_S)  # what it said comes before what follows
        if code:
            raise StepError(f"`{command}` {_ending(code)}")

    async def answers(self, role: Role) -> None:
        """Wait until a process answers HTTP. Raises StepError after a minute."""
        deadline = time.monotonic() + ANSWER_LIMIT_S
        while not await asyncio.to_thread(speaks_http, role.probe):
            if time.monotonic() > deadline:
                raise StepError(f"{role.name} does not answer at {role.probe}")
            await asyncio.sleep(POLL_S)

    async def stop(self, hurry: asyncio.Event) -> None:
        """End the house: ask the inside, then the outside. `hurry` cuts the waiting. What is left is swept."""
        self._stopping = True
        for is_outside in (False, True):
            asked = [process for role, process in self._living.values() if role.is_outside is is_outside]
            for process in asked:
                _tell(process, signal.SIGTERM)
            await _first_of(_all_ended(asked), hurry.wait(), asyncio.sleep(STOP_GRACE_S))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, role: Role) -> None:
        deaths: deque[float] = deque(maxlen=DEATHS_LIMIT)
        while True:
            _, process = self._living[role.name]
            code = await process.wait()
            if self._stopping:
                return
            _end_group(process.pid)
            deaths.append(time.monotonic())
            if len(deaths) == DEATHS_LIMIT and deaths[-1] - deaths[0] < DEATHS_WINDOW_S:
                self.terminal.say(
                    f"{role.name} 一分钟内退出 {DEATHS_LIMIT} 次，全部停止",
                    f"{role.name} {_ending(code)}, the fifth time in a minute: stopping everything",
                )
                self.failed.set()
                return
            await asyncio.sleep(PAUSE_S)
            if self._stopping:
                return
            await self._start(role)
            self.terminal.say(f"{role.name} 已退出，已重新启动", f"{role.name} {_ending(code)}; started again")
            if role.is_outside:
                self.outside_restarted.set()

    async def _start(self, role: Role) -> None:
        process, _ = await self._spawn(role.name, role.command)
        self._living[role.name] = (role, process)

    async def _spawn(self, name: str, command: str) -> tuple[Process, "asyncio.Task[None]"]:
        # A pipe of our own: asyncio's may hold back the news of a death while a grandchild has its end open.
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                "/bin/sh", "-c", f"exec {command}",
                stdin=asyncio.subprocess.DEVNULL, stdout=writing, stderr=writing, env=self.environment,
                start_new_session=True, preexec_fn=tethered(),
            )  # fmt: skip
        finally:
            os.close(writing)
        output = asyncio.create_task(self._relay(name, reading))
        self._remember(output)
        return process, output

    async def _relay(self, name: str, reading: int) -> None:
        """Pass on what a process prints, line by line, until nobody holds the other end any more."""
        stream = asyncio.StreamReader()
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            protocol = asyncio.StreamReaderProtocol(stream)
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
            rest = b""
            try:
                while chunk := await stream.read(1 << 16):
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        self.terminal.line(name, line.decode(errors="replace").rstrip("\r"))
            finally:
                transport.close()
            if rest:
                self.terminal.line(name, rest.decode(errors="replace"))

    def _remember(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if (
            not task.cancelled() and task.exception()
        ):  # the terminal is gone, or we have a fault: never run on unwatched
            self.failed.set()


def _ending(code: int) -> str:
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"


def _tell(process: Process, sig: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(sig)


def _end_group(pid: int) -> None:
    """End what a dead process left in its group, where it would hold the port; a job has its own group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left; macOS says the second of zombies
        return


async def _all_ended(processes: list[Process]) -> None:
    await asyncio.gather(*(process.wait() for process in processes))


async def _first_of(*things: object) -> None:
    tasks = [asyncio.ensure_future(thing) for thing in things]  # type: ignore[call-overload]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
