"""The moment on the telephone network: real (at a chosen speed) or turned by hand."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer:
    """One thing that will happen at a moment, unless it is cancelled."""

    def __init__(self, at: datetime, fire: Callable[[], None]) -> None:
        self.at = at
        self.cancelled = False
        self._fire = fire

    def cancel(self) -> None:
        """Make sure that it never happens."""
        self.cancelled = True

    def run(self) -> None:
        """Let it happen once."""
        if not self.cancelled:
            self.cancelled = True
            self._fire()


class Clock(Protocol):
    """What the network asks of a clock."""

    kind: str

    def now(self) -> datetime:
        """Return the network's moment, aware, in UTC."""
        ...

    def call_later(self, seconds: float, fire: Callable[[], None]) -> Timer:
        """Run `fire` once when so many of the network's seconds have passed."""
        ...

    def next_timer_at(self) -> datetime | None:
        """Return the moment of the next thing due, or None."""
        ...


class RealClock:
    """Follows the machine's clock, `speed` times as fast."""

    kind = "real"

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began_at = datetime.now(UTC)
        self._began = time.monotonic()
        self._pending: set[Timer] = set()

    def now(self) -> datetime:
        """Return the network's moment."""
        return self._began_at + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    def call_later(self, seconds: float, fire: Callable[[], None]) -> Timer:
        """Run `fire` after so many of the network's seconds."""
        timer = Timer(self.now() + timedelta(seconds=seconds), fire)
        self._pending.add(timer)

        def due() -> None:
            self._pending.discard(timer)
            timer.run()

        asyncio.get_running_loop().call_later(max(0.0, seconds) / self.speed, due)
        return timer

    def next_timer_at(self) -> datetime | None:
        """Return when the next thing is due."""
        return min((t.at for t in self._pending if not t.cancelled), default=None)


class ManualClock:
    """Stands still until somebody turns it; then everything due happens in order."""

    kind = "manual"

    def __init__(self, start_at: datetime | None = None) -> None:
        self._now = start_at or datetime.now(UTC).replace(microsecond=0)
        self._heap: list[tuple[datetime, int, Timer]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the moment at which the hands stand."""
        return self._now

    def call_later(self, seconds: float, fire: Callable[[], None]) -> Timer:
        """Run `fire` when the hands have been moved so far."""
        timer = Timer(self._now + timedelta(seconds=max(0.0, seconds)), fire)
        heapq.heappush(self._heap, (timer.at, next(self._order), timer))
        return timer

    def next_timer_at(self) -> datetime | None:
        """Return when the next thing is due."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    async def turn_to(self, moment: datetime, settle: Callable[[], Awaitable[None]]) -> None:
        """Move the hands to `moment`, letting each thing due finish before the next.

        Raises ValueError when that would skip back over things already planned.
        """
        await settle()
        if moment < self._now and self.next_timer_at() is not None:
            raise ValueError("the clock cannot go back while something is planned")
        while (due := self.next_timer_at()) is not None and due <= moment:
            self._now = max(self._now, due)
            heapq.heappop(self._heap)[2].run()
            await settle()
        self._now = moment
