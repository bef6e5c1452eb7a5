"""Whether a carrier is asked at all: once it fails or is slow again and again, only by a probe now and then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from telephony.carrier import Accepted, Rejected, SendOutcome, Unknown

OPENS_AFTER: Final = 5
"""So many failures in a row, whosever requests they were, and it is left alone."""
PROBE_AFTER: Final = 2.0
"""One message tries whether it answers again after so many times as long as an answer may take."""
NO_CARRIER: Final = frozenset({"no_connection", "20003"})
"""Refusals that say nothing of the message: nobody is there, or our account is locked."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a carrier. `opened_at`: since when it is left alone; `probe_at`: when one message may try it."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: nothing goes there but pages and probes."""
        return self.opened_at is not None

    def may_probe(self, at: datetime, answer_s: float) -> bool:
        """Whether it is time for one message to try; also where a clock that was ahead put that too far off."""
        return self.probe_at is not None and not at < self.probe_at <= next_probe(at, answer_s)


WELL: Final = Health()


def speaks_against(outcome: SendOutcome) -> bool:
    """Whether an outcome says that the carrier does not do its work: no answer in time, a broken one, nobody there."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code in NO_CARRIER)


def as_seen(outcome: SendOutcome, took_s: float, slow_s: float) -> SendOutcome:
    """What an outcome that came after `took_s` says of the carrier: one later than `slow_s` is as good as none."""
    is_answer = isinstance(outcome, Accepted) or (isinstance(outcome, Rejected) and outcome.counts)
    return Unknown("slow") if is_answer and took_s > slow_s else outcome


def after(health: Health, outcomes: Sequence[SendOutcome], at: datetime, answer_s: float) -> Health:
    """What is known after these outcomes, in their order. Whatever it took, it is well again.

    `answer_s` is how long an answer of this carrier may take.

    A refusal of one message says that somebody is there, and one that asks us to be slower says neither.
    """
    for outcome in outcomes:
        if speaks_against(outcome):
            health = _failed(health, at, answer_s)
        elif isinstance(outcome, Accepted) or (isinstance(outcome, Rejected) and outcome.counts):
            health = WELL
    return health


def next_probe(at: datetime, answer_s: float) -> datetime:
    """When the next message may try, if the one that tries at `at` is not answered."""
    return at + timedelta(seconds=PROBE_AFTER * answer_s)


def _failed(health: Health, at: datetime, answer_s: float) -> Health:
    failures = health.failures + 1
    if health.is_open or failures < OPENS_AFTER:
        return Health(failures, health.opened_at, health.probe_at)
    return Health(failures, at, next_probe(at, answer_s))
