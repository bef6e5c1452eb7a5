"""The things of the telephone network: numbers, phones, calls, texts, recordings."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.clock import Clock

FINAL = ("completed", "busy", "failed", "no-answer", "canceled")


class HungUp(Exception):
    """The leg has ended while its TwiML was still running."""


class Replaced(Exception):
    """Somebody gave the call other TwiML by REST."""


@dataclass(frozen=True)
class Ask:
    """Which TwiML comes next: an address to ask, or TwiML given outright."""

    url: str
    method: str = "POST"
    extra: tuple[tuple[str, str], ...] = ()
    twiml: str | None = None


@dataclass
class Owned:
    """A number that the account has bought, and the addresses it asks."""

    sid: str
    number: str
    created_at: datetime
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    updated_at: datetime | None = None


@dataclass
class Phone:
    """Somebody's telephone, and what it does when it rings.

    `answers` is manual, answer, busy, no_answer or voicemail; `after_s` how long it rings before
    answer or voicemail picks up; `route` is two_way, one_way or empty (as the network's mode says).
    """

    number: str
    kind: str
    answers: str = "manual"
    after_s: float = 1.0
    route: str = ""
    name: str = ""


@dataclass
class Heard:
    """Something that sounded at the telephone. `until` is when it stops."""

    kind: str
    text: str
    language: str
    at: datetime
    until: datetime


@dataclass
class Callback:
    """Where news about a call goes, and which news."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


class Input(Protocol):
    """What a leg is waiting for: takes keys and speech while it is open."""

    waits_for: dict[str, object]

    def key(self, key: str, at: datetime, /) -> bool:
        """Take one key; False when it is of no use."""
        ...

    def speech(self, text: str, seconds: float, at: datetime, /) -> bool:
        """Take something said; False when it is of no use."""
        ...


@dataclass(eq=False)
class Call:
    """One leg of a telephone call."""

    sid: str
    clock: Clock
    from_number: str
    to_number: str
    direction: str
    created_at: datetime
    phone: str | None = None
    """The telephone at the far end; None when another leg is there (`peer`)."""
    status: str = "queued"
    parent: "Call | None" = None
    owned: Owned | None = None
    forwarded_from: str = ""
    """The number that was called first and sends its calls on to ours."""
    callbacks: list[Callback] = field(default_factory=list)
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    listed_at: datetime | None = None
    fallback_url: str = ""
    fallback_method: str = "POST"
    sequence: int = 0
    sip_code: int = 200
    voicemail: bool = False
    is_shuffled: bool | None = None
    """Whether its receipts come in the wrong order; None until the first is due."""
    held_back: list[tuple[Callback, list[tuple[str, str]]]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    said: list[dict[str, object]] = field(default_factory=list)
    input: Input | None = None
    audio: bytes | None = None
    bridged: "Call | None" = None
    peer: "Call | None" = None
    replacement: Ask | None = None
    recordings: list["Recording"] = field(default_factory=list)
    picked_up: bool = False
    declined: bool = False
    missed: bool = False
    depth: int = 0
    documents: int = 0
    counted_from: datetime | None = None
    _waiter: "asyncio.Future[bool] | None" = None

    @property
    def ended(self) -> bool:
        """Tell whether the leg is over."""
        return self.status in FINAL

    @property
    def duration_s(self) -> int:
        """Return whole seconds from answer to end."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    def check(self) -> None:
        """Raise HungUp or Replaced when the TwiML must stop."""
        if self.ended:
            raise HungUp
        if self.replacement is not None:
            raise Replaced

    def wake(self) -> None:
        """Tell whoever waits on this leg to look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    async def wait(self, seconds: float | None) -> bool:
        """Wait; True when the whole time passed, False when something happened before.

        Raises HungUp, Replaced.
        """
        self.check()
        if seconds is not None and seconds <= 0:
            return True
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiter = waiter

        def fire() -> None:
            if not waiter.done():
                waiter.set_result(True)

        timer = None if seconds is None else self.clock.call_later(seconds, fire)
        try:
            whole = await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()
        self.check()
        return whole

    def hear(self, kind: str, text: str, language: str = "", seconds: float = 0.0) -> Heard:
        """Let the far end hear something; returns it so that it can be cut short."""
        now = self.clock.now()
        heard = Heard(kind, text, language, now, now + timedelta(seconds=seconds))
        self.heard.append(heard)
        listener = self.peer and (self.peer.bridged or self.peer.parent)
        if listener:
            listener.heard.append(heard)
        return heard


@dataclass
class Message:
    """One text."""

    sid: str
    from_number: str | None
    to_number: str
    body: str
    direction: str
    status: str
    created_at: datetime
    listed_at: datetime
    service_sid: str | None = None
    callback: str = ""
    valid_s: float = 36000
    updated_at: datetime | None = None
    sent_at: datetime | None = None
    error_code: int | None = None
    segments: int = 1


@dataclass
class Recording:
    """What was recorded on a call."""

    sid: str
    call: Call
    source: str
    started_at: datetime
    listed_at: datetime
    status: str = "in-progress"
    duration_s: int = 0
    words: str = ""
    audio: bytes | None = None
    updated_at: datetime | None = None


def chain(call: Call) -> Iterator[Call]:
    """Yield the leg and its parents."""
    here: Call | None = call
    while here is not None:
        yield here
        here = here.parent
