"""What the telephone network can do for us, behind one interface, and the three outcomes of a send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Literal, Protocol, Self, cast

from flask import current_app

from base.accounts import FIRST, SECOND


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One text. `receipt_path` is local, with the message's id and attempt in it; `valid_s` 1–36000."""

    number: str
    sender: str
    body: str
    receipt_path: str
    valid_s: int | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """One call to place. `answer_path` speaks when they pick up; `ring_s` how long it rings."""

    number: str
    sender: str
    answer_path: str
    receipt_path: str
    ring_s: int = 30
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it, under `sid`."""

    sid: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier does not have it and never will under this request.

    `is_permanent`: never again to this number like this; otherwise again no earlier than `retry_after_s`.
    `counts` is False where the refusal says nothing about this message (too many requests).
    """

    code: str
    is_permanent: bool
    retry_after_s: float = 0.0
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the carrier has it: time-out, broken connection, 5xx after the body was sent."""

    why: str


SendOutcome = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message or call as the carrier knows it. `status` is the carrier's word (queued, delivered, …)."""

    sid: str
    number: str
    status: str
    created_at: datetime
    body: str = ""
    error_code: str = ""
    sender: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class RecordingSighting:
    """A recording as the carrier knows it."""

    sid: str
    call_sid: str
    status: str
    created_at: datetime
    duration_s: int


Way = Literal["text", "call"]


class Carrier(Protocol):
    """A telephone network. Used as `async with carrier.line() as line:` inside one event loop."""

    def line(self) -> "Line":
        """An open line: one connection pool for the requests of one job."""
        ...


class Line(Protocol):
    """The requests of one job. Every method answers within 8 s; only `send_text`/`place_call` never raise.

    The others raise `base.errors.Unavailable` when the carrier does not answer.
    """

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    async def send_text(self, text: OutgoingText) -> SendOutcome:
        """Ask the carrier to send one text."""
        ...

    async def place_call(self, call: OutgoingCall) -> SendOutcome:
        """Ask the carrier to place one call."""
        ...

    async def cancel_call(self, sid: str) -> None:
        """End a call we placed that nobody needs any more."""
        ...

    async def look_up(self, way: Way, sid: str) -> Sighting | None:
        """One message or call by its sid; None if the carrier does not know it."""
        ...

    async def sent_to(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        """What the carrier lists as created by us to this number since then, oldest first."""
        ...

    async def received(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        """What came in to this number of ours since then, oldest first; all of it, or an error."""
        ...

    async def recordings(self, since_at: datetime) -> Sequence[RecordingSighting]:
        """Recordings made since then, oldest first."""
        ...

    async def fetch_recording(self, sid: str) -> bytes:
        """The audio (WAV), by sid from the configured base only. Raises `NotFound` while it does not exist."""
        ...

    async def delete_recording(self, sid: str) -> None:
        """Delete it at the carrier, where it would stay for ever."""
        ...

    async def connect_number(self, number: str, addresses: dict[str, str], *, may_buy: bool) -> str:
        """Set the webhook addresses of one of our numbers; answers what was done, in one word."""
        ...

    async def is_connected(self, number: str, addresses: dict[str, str]) -> bool:
        """Whether the webhook addresses of one of our numbers are these."""
        ...

    async def check_account(self) -> str:
        """The account's status word, for `doctor`."""
        ...


def carrier() -> Carrier:
    """The carrier of this process's application: the first, which has our numbers."""
    return cast(Carrier, current_app.extensions["carrier"])


def carriers() -> dict[str, Carrier]:
    """Every carrier of this process's application by its name; the second only takes over."""
    second = current_app.extensions.get("second_carrier")
    return {FIRST: carrier()} | ({SECOND: second} if second is not None else {})
