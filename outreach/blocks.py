"""Who is not greeted whatever they wished: they mourn, complain of something grave, or have just had trouble. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from outreach.audience import Candidate, Reason

AFTER_TROUBLE: Final = timedelta(hours=24)
"""So long after an incident nobody of its estate is greeted."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """What stands in the way of a greeting, by person, by home and by number."""

    people: Mapping[int, Reason] = field(default_factory=dict)
    homes: Mapping[int, Reason] = field(default_factory=dict)
    numbers: Mapping[str, Reason] = field(default_factory=dict)

    def why(self, candidate: Candidate, number: str) -> Reason | None:
        """Why this person is not greeted at this number; None if nothing stands in the way."""
        found = self.people.get(candidate.person_id) or self.numbers.get(number)
        return found or next((self.homes[home] for home, _ in candidate.homes if home in self.homes), None)


NO_BLOCKS: Final = Blocks()


def lasts(restored_at: datetime | None, at: datetime, goes_at: datetime) -> bool:
    """Whether trouble that ended then (None: it goes on at `at`) is too near for a greeting that goes at `goes_at`."""
    return goes_at - (restored_at or at) < AFTER_TROUBLE
