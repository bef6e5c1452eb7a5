"""Whether a carrier is asked at all: once it fails again and again, only by a probe now and then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from telephony.carrier import Accepted, Rejected, SendOutcome, Unknown

OPENS_AFTER: Final = 5
"""So many failures in a row, whosever requests they were, and it is left alone."""
PROBE_S: Final = 15.0
"""How long until one message tries whether it answers again; longer than an answer may take."""
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

    def may_probe(self, at: datetime) -> bool:
        """Whether it is time for one message to try."""
        return self.probe_at is not None and self.probe_at <= at


WELL: Final = Health()


def speaks_against(outcome: SendOutcome) -> bool:
    """Whether an outcome says that the carrier does not do its work: no answer in time, a broken one, nobody there."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code in NO_CARRIER)


def after(health: Health, outcomes: Sequence[SendOutcome], at: datetime) -> Health:
    """What is known after these outcomes, in their order. Whatever it took, it is well again.

    A refusal of one message says that somebody is there, and one that asks us to be slower says neither.
    """
    for outcome in outcomes:
        if speaks_against(outcome):
            health = _failed(health, at)
        elif isinstance(outcome, Accepted) or (isinstance(outcome, Rejected) and outcome.counts):
            health = WELL
    return health


def next_probe(at: datetime, answer_s: float) -> datetime:
    """When the next message may try, if the one that tries at `at` is not answered."""
    return at + timedelta(seconds=max(PROBE_S, 1.5 * answer_s))


def _failed(health: Health, at: datetime) -> Health:
    failures = health.failures + 1
    if health.is_open or failures < OPENS_AFTER:
        return Health(failures, health.opened_at, health.probe_at)
    return Health(failures, at, at + timedelta(seconds=PROBE_S))
