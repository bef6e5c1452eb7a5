"""A carrier in memory whose answers a test chooses, and messages to give to it."""
# ruff: noqa: ARG002  a double has the shape of what it stands for

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from base.errors import Unavailable
from messages import actions
from messages.lifecycle import MessageClass
from messages.models import Message
from telephony.carrier import (
    Accepted,
    OutgoingCall,
    OutgoingText,
    RecordingSighting,
    SendOutcome,
    Sighting,
    Unknown,
    Way,
)

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OWNER = "+8613800138000"

Asked = OutgoingText | OutgoingCall
Answer = Callable[[Asked], SendOutcome]


@dataclass
class FakeCarrier:
    """Accepts everything, unless told otherwise. Also its own line."""

    answers: list[Answer | SendOutcome] = field(default_factory=list)
    """What the next requests are answered; afterwards everything is accepted."""
    asked: list[Asked] = field(default_factory=list)
    listed: list[Sighting] = field(default_factory=list)
    lists_answer: bool = True
    makes_no_sense_of: set[str] = field(default_factory=set)
    """Numbers about which it answers what nobody can read."""
    clock: Callable[[], datetime] = lambda: AT
    cancelled: list[str] = field(default_factory=list)
    _sids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def line(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def takes(self, asked: Asked) -> SendOutcome:
        """The carrier takes it, and lists it."""
        sid = f"SM{next(self._sids):032x}"
        body = asked.body if isinstance(asked, OutgoingText) else ""
        seen = Sighting(sid, asked.number, "queued", self.clock(), body, direction="outbound-api")
        self.listed.append(seen)
        return Accepted(sid)

    def takes_silently(self, asked: Asked) -> SendOutcome:
        """The carrier takes it, and the answer is lost."""
        self.takes(asked)
        return Unknown("TimeoutError")

    async def _ask(self, asked: Asked) -> SendOutcome:
        self.asked.append(asked)
        answer = self.answers.pop(0) if self.answers else self.takes
        return answer(asked) if callable(answer) else answer

    async def send_text(self, text: OutgoingText) -> SendOutcome:
        return await self._ask(text)

    async def place_call(self, call: OutgoingCall) -> SendOutcome:
        return await self._ask(call)

    async def cancel_call(self, sid: str) -> None:
        self.cancelled.append(sid)

    async def look_up(self, way: Way, sid: str) -> Sighting | None:
        if not self.lists_answer:
            raise Unavailable("away")
        found = next((seen for seen in self.listed if seen.sid == sid), None)
        if found is not None and found.number in self.makes_no_sense_of:
            raise ValueError("not what anybody expected")
        return found

    async def sent_to(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        if not self.lists_answer:
            raise Unavailable("away")
        if number in self.makes_no_sense_of:
            raise ValueError("not what anybody expected")
        return [seen for seen in self.listed if seen.number == number and seen.created_at >= since_at]

    async def received(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        return []

    async def recordings(self, since_at: datetime) -> Sequence[RecordingSighting]:
        return []

    async def fetch_recording(self, sid: str) -> bytes:
        raise Unavailable("no sound here")

    async def delete_recording(self, sid: str) -> None:
        return None

    async def connect_number(self, number: str, addresses: dict[str, str], *, may_buy: bool) -> str:
        return "unchanged"

    async def check_account(self) -> str:
        return "active"


_keys = itertools.count(1)


def a_text(
    session: Session, message_class: MessageClass = MessageClass.SERVICE, *, at: datetime = AT,
    number: str = OWNER, body: str = "您好", **more: object,
) -> Message:  # fmt: skip
    key = str(more.pop("once_key", f"text/{next(_keys)}"))
    message_id = actions.plan_text(
        session, number=number, message_class=message_class, body=body, once_key=key, about="ticket:1", at=at,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    assert message_id is not None
    return session.get_one(Message, message_id)


def a_call(
    session: Session, message_class: MessageClass = MessageClass.STAFF, *, at: datetime = AT,
    number: str = OWNER, **more: object,
) -> Message:  # fmt: skip
    key = str(more.pop("once_key", f"call/{next(_keys)}"))
    message_id = actions.plan_call(
        session, number=number, message_class=message_class, answer_path="/voice/page/1", once_key=key,
        about="ticket:1", at=at, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    assert message_id is not None
    return session.get_one(Message, message_id)
