"""What reached people, what did not and why, and what it cost. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from console.reports.measures.shares import percent
from messages.lifecycle import ARRIVED, NOT_ARRIVED, NOT_SENT, REFUSED, MessageState, Way

SENT = ARRIVED | NOT_ARRIVED | {MessageState.ACCEPTED}
"""What a carrier took, and charges for, unless it refused it at once (`REFUSED`)."""


@dataclass(slots=True)
class Sent:
    """Messages counted: by how far they came, segments and calls a carrier took, and what those cost."""

    arrived: int = 0
    not_arrived: int = 0
    not_sent: int = 0
    moving: int = 0
    segments: int = 0
    calls: int = 0
    cost: float = 0.0
    reasons: Counter[tuple[MessageState, str, str]] = field(default_factory=Counter)

    def add(
        self, n: int, *, state: MessageState, way: Way, segments: int, cost: float, reason: str = "", code: str = ""
    ) -> None:  # fmt: skip
        """Count `n` messages of one sort, of `segments` in all; `cost` is what they cost if a carrier took them."""
        self.arrived += n * (state in ARRIVED)
        self.not_arrived += n * (state in NOT_ARRIVED)
        self.not_sent += n * (state in NOT_SENT)
        self.moving += n * (state not in ARRIVED | NOT_ARRIVED | NOT_SENT)
        if state in SENT and reason != REFUSED:
            self.segments += segments if way is Way.TEXT else 0
            self.calls += n if way is Way.CALL else 0
            self.cost += cost
        if state in NOT_ARRIVED | NOT_SENT:
            self.reasons[state, reason, code] += n

    @property
    def all(self) -> int:
        """Every message."""
        return self.arrived + self.not_arrived + self.not_sent + self.moving

    @property
    def reached(self) -> int | None:
        """Of those of which it is known, the ones that arrived, in per cent."""
        return percent(self.arrived, self.arrived + self.not_arrived)
