"""States of a message and the moves allowed. Pure."""

from enum import StrEnum


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
    """What the carrier answered to one attempt."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"


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
