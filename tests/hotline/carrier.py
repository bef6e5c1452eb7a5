"""A carrier that knows what a test wrote down, and nothing else."""

from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from base.errors import NotFound, Unavailable
from telephony.carrier import RecordingSighting, Sighting


@dataclass
class KnownCarrier:
    """Answers questions about calls, texts and recordings; `is_silent` answers nothing at all."""

    calls: list[Sighting] = field(default_factory=list)
    texts: list[Sighting] = field(default_factory=list)
    sounds: dict[str, bytes] = field(default_factory=dict)
    recorded: list[RecordingSighting] = field(default_factory=list)
    is_silent: bool = False
    asked_since: datetime | None = None

    def line(self) -> "KnownCarrier":
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def fetch_recording(self, sid: str) -> bytes:
        self._answers()
        if sid not in self.sounds:
            raise NotFound(sid)
        return self.sounds[sid]

    async def delete_recording(self, sid: str) -> None:
        self._answers()
        self.sounds.pop(sid, None)

    async def received(self, way: str, number: str, since_at: datetime) -> list[Sighting]:
        self._answers()
        self.asked_since = since_at
        return [seen for seen in (self.calls if way == "call" else self.texts) if seen.number == number]

    async def recordings(self, since_at: datetime) -> list[RecordingSighting]:
        self._answers()
        self.asked_since = since_at
        return self.recorded

    async def look_up(self, way: str, sid: str) -> Sighting | None:
        self._answers()
        assert way == "call"
        return next((seen for seen in self.calls if seen.sid == sid), None)

    def _answers(self) -> None:
        if self.is_silent:
            raise Unavailable("no answer")
