"""States of a message and the moves allowed. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MessageClass(StrEnum):
    """What a message is for; decides consent, quiet hours, sender and lane."""

    EMERGENCY = "emergency"
    SERVICE = "service"
    SURVEY = "survey"
    CARE = "care"
    STAFF = "staff"


class Way(StrEnum):
    """How it leaves the house."""

    TEXT = "text"
    CALL = "call"


class BatchState(StrEnum):
    """Whether the messages of a batch may go."""

    DRAFT = "draft"
    APPROVED = "approved"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """What the carrier answered to one attempt; `undelivered`: it took it, could not deliver it, and it goes again."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"
    UNDELIVERED = "undelivered"


class MessageState(StrEnum):
    """Where a message stands."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    NO_RECEIPT = "no_receipt"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


ARRIVED = frozenset({MessageState.DELIVERED, MessageState.ANSWERED})
NOT_ARRIVED = frozenset({
    MessageState.UNDELIVERED, MessageState.FAILED, MessageState.NO_ANSWER, MessageState.BUSY, MessageState.NO_RECEIPT,
})  # fmt: skip
NOT_SENT = frozenset({MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.CANCELLED})
WAITING = frozenset({MessageState.PLANNED, MessageState.CLAIMED, MessageState.UNKNOWN})
"""States in which nobody has told us yet that the carrier has the message."""
REFUSED: Final = "refused"
"""Why a message failed that no carrier would take: it never left, and costs nothing."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one word of the carrier says: how far it got, and the final state it means, if it is final.

    Ranks of final words differ, so that any order of receipts ends in the same state.
    """

    rank: int
    state: MessageState | None = None


_TEXT = {
    "accepted": Receipt(1),
    "scheduled": Receipt(1),
    "queued": Receipt(1),
    "sending": Receipt(2),
    "sent": Receipt(3),
    "canceled": Receipt(4, MessageState.CANCELLED),
    "failed": Receipt(5, MessageState.FAILED),
    "undelivered": Receipt(6, MessageState.UNDELIVERED),
    "delivered": Receipt(7, MessageState.DELIVERED),
    "read": Receipt(8, MessageState.DELIVERED),
}
_CALL = {
    "queued": Receipt(1),
    "initiated": Receipt(1),
    "ringing": Receipt(2),
    "in-progress": Receipt(3),
    "answered": Receipt(3),
    "canceled": Receipt(4, MessageState.CANCELLED),
    "failed": Receipt(5, MessageState.FAILED),
    "no-answer": Receipt(6, MessageState.NO_ANSWER),
    "busy": Receipt(7, MessageState.BUSY),
    "completed": Receipt(8, MessageState.ANSWERED),
}


def receipt_of(way: Way, word: str) -> Receipt | None:
    """What the carrier's word means; None for a word we do not know (it changes nothing)."""
    return (_TEXT if way is Way.TEXT else _CALL).get(word)
