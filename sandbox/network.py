"""The state of the telephone network, and what everything in it shares."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sandbox import numbers
from sandbox.clock import Clock, ManualClock
from sandbox.faults import Faults
from sandbox.model import Call, Message, Owned, Phone, Recording
from sandbox.webhooks import Sender
from sandbox.wire import Wire

log = logging.getLogger("sandbox")


@dataclass
class Settings:
    """How the network behaves when nothing is wrong.

    `say` stretches the time speech takes (0: none at all); `list_lag_s` is how late lists show a
    new thing; `cps` how many REST calls start a second (0: all at once); `receipt_s` the time
    between two states of a text; `processing_s` how late a recording is ready; `mode` is two_way
    or one_way (no texts from mainland China); `hold_s` how long, in real seconds, a request is
    held that shall time out.
    """

    say: float = 1.0
    list_lag_s: float = 1.0
    cps: float = 1.0
    receipt_s: float = 0.5
    processing_s: float = 1.0
    mode: str = "two_way"
    hold_s: float = 60.0

    def update(self, data: dict[str, Any]) -> None:
        """Change some. Raises ValueError for unknown names or wrong values."""
        for name, value in data.items():
            kind = {f.name: f.type for f in fields(self)}.get(name)
            if kind is None:
                raise ValueError(f"unknown setting {name}")
            if name == "mode":
                if value not in ("two_way", "one_way"):
                    raise ValueError("mode is two_way or one_way")
            elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ValueError(f"{name} is a number of at least 0")
        for name, value in data.items():
            setattr(self, name, value)


class Network:
    """One account's whole world: its numbers, everybody's phones, what passed between them."""

    def __init__(self, account: str, token: str, clock: Clock) -> None:
        self.account, self.token, self.clock = account, token, clock
        self.base_url = ""
        self.began_at = clock.now()
        self.settings = Settings()
        self.faults = Faults()
        self.wire = Wire()
        self.sender = Sender(token, clock, self.faults, self.wire)
        self.version = 0
        self._changed = asyncio.Event()
        self._turning = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.crashes: list[str] = []
        self.sender.answered = self.touch
        self._forget()

    def _forget(self) -> None:
        self.owned: dict[str, Owned] = {}
        self.phones: dict[str, Phone] = {}
        self.calls: dict[str, Call] = {}
        self.messages: dict[str, Message] = {}
        self.texts_of: dict[str, list[Message]] = {}
        self.recordings: dict[str, Recording] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self._awaited: dict[str, asyncio.Event] = {}
        self.next_call_at: datetime | None = None

    def new_sid(self, prefix: str) -> str:
        """Return a fresh sid such as CA0123…"""
        return prefix + secrets.token_hex(16)

    def listed_at(self) -> datetime:
        """Return when something made now appears in lists."""
        return self.clock.now() + timedelta(seconds=self.settings.list_lag_s)

    def phone(self, number: str) -> Phone:
        """Return the telephone with this number; there is one for every number."""
        if number not in self.phones:
            self.phones[number] = Phone(number, numbers.kind_of(number))
        return self.phones[number]

    def owned_number(self, number: str) -> Owned | None:
        """Return the account's number, or None if it is somebody else's."""
        return self.owned.get(number)

    def owned_sid(self, sid: str) -> Owned | None:
        """Return the account's number with this sid."""
        return next((o for o in self.owned.values() if o.sid == sid), None)

    def calls_at(self, number: str) -> list[Call]:
        """Return the legs at somebody's telephone, oldest first."""
        return [c for c in self.calls.values() if c.phone == number]

    def add_message(self, message: Message) -> None:
        """Keep a text."""
        self.messages[message.sid] = message
        for number in {message.from_number, message.to_number} - {None}:
            self.texts_of.setdefault(str(number), []).append(message)
        self.touch()

    def remove_message(self, message: Message) -> None:
        """Forget a text in the account; the telephone keeps it."""
        del self.messages[message.sid]
        self.touch()

    def is_one_way(self, number: str) -> bool:
        """Tell whether this telephone can only receive texts."""
        route = self.phone(number).route
        if route:
            return route == "one_way"
        return self.settings.mode == "one_way" and numbers.is_mainland(number)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside; what breaks in it is logged and kept for all to see."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.crashes.append(repr(error))
            log.error("the network stumbled", exc_info=error)

    def later(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        """Let something run in so many of the network's seconds."""
        self.spawn(self._later(seconds, work))

    async def _later(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        try:
            await self.sleep(seconds)
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    async def sleep(self, seconds: float) -> None:
        """Wait so many of the network's seconds."""
        if seconds <= 0:
            return
        done = asyncio.Event()
        self.clock.call_later(seconds, done.set)
        await done.wait()

    def touch(self) -> None:
        """Say that something has changed, for whoever watches."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed_since(self, version: int, patience_s: float) -> int:
        """Wait (really) until something has changed since this version; returns the version."""
        if self.version <= version:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience_s)
        return self.version

    async def told(self, sid: str, patience_s: float) -> None:
        """Wait (really) until a receipt of this text or call was taken, or for so long."""
        self._awaited[sid] = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awaited[sid].wait(), patience_s)
        del self._awaited[sid]

    def was_told(self, sid: str) -> None:
        """Say that somebody took a receipt."""
        if sid in self._awaited:
            self._awaited[sid].set()

    async def busy(self) -> int:
        """Count webhooks that are out, after letting run what can run at once."""
        for _ in range(12):
            await asyncio.sleep(0)
        return self.sender.in_flight

    async def settle(self) -> None:
        """Wait until nothing more happens without the clock or a person."""
        while await self.busy():
            await asyncio.sleep(0.001)

    async def turn_to(self, moment: datetime) -> None:
        """Move a manual clock. Raises ValueError for a real one, or going back."""
        if not isinstance(self.clock, ManualClock):
            raise ValueError("the clock is real; it cannot be turned")
        async with self._turning:
            await self.clock.turn_to(moment, self.settle)
        self.touch()

    async def stop(self) -> None:
        """End everything that runs."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def reset(self) -> None:
        """Forget calls, texts, numbers, faults; the clock goes on."""
        await self.stop()
        self._forget()
        self.faults.replace([])
        self.faults.hits.clear()
        self.settings = Settings()
        self.wire.clear()
        self.touch()
