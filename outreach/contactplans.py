"""How often owners who are not there hear from us in person, and by what. Pure."""

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Absence(StrEnum):
    """Why an owner is not there: the occupancy of a home of theirs, or that their telephone is abroad."""

    NOT_HANDED_OVER = "not_handed_over"
    VACANT = "vacant"
    LET = "let"
    ABROAD = "abroad"


class Means(StrEnum):
    """What counts as contact: a talk, or a text that arrived as well."""

    CALL = "call"
    TEXT = "text"


LONGEST_DAYS = 730


@dataclass(frozen=True, slots=True)
class Plan:
    """Every so many days, by this; `is_on`: whether anybody is asked to."""

    absence: Absence
    every_days: int
    means: Means
    is_on: bool = True


USUAL: tuple[Plan, ...] = (
    Plan(Absence.NOT_HANDED_OVER, 90, Means.CALL), Plan(Absence.VACANT, 90, Means.CALL),
    Plan(Absence.LET, 180, Means.TEXT), Plan(Absence.ABROAD, 180, Means.TEXT),
)  # fmt: skip
"""What holds until a manager says otherwise."""


def plan_for(occupancy: Iterable[str], plans: Collection[Plan], *, is_abroad: bool) -> Plan | None:
    """The plan of somebody with such homes: of several the one that asks most often. None for whoever lives here."""
    why = set(Absence).intersection(occupancy) | ({Absence.ABROAD} if is_abroad else set())
    fitting = [plan for plan in plans if plan.is_on and plan.absence in why]
    return min(fitting, key=lambda plan: (plan.every_days, plan.absence), default=None)


def due_at(
    plan: Plan, person_id: int, last_at: datetime | None, known_since_at: datetime, *, looked_at: datetime | None = None
) -> datetime:  # fmt: skip
    """When somebody is to be contacted next: so many days after the last time.

    Whoever never was has a day of their own within the first round, always the same: else a whole estate would be
    due on the day on which it is taken over. What a look at their home (`looked_at`) has found is told at once.
    """
    if last_at is not None:
        usual_at = last_at + timedelta(days=plan.every_days)
    else:
        usual_at = known_since_at + timedelta(days=zlib.crc32(str(person_id).encode()) % plan.every_days)
    is_untold = looked_at is not None and (last_at is None or last_at < looked_at)
    return min(usual_at, looked_at) if looked_at is not None and is_untold else usual_at
