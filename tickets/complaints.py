"""The way of a complaint through the company: whom it is put to, who answers, and where it goes then. Pure.

The company's procedure 4.4: whoever hears it puts it to the supervisor of their own department at once. It is theirs,
or it is not, with a reason, and goes to the manager, who puts it to the right department. A second refusal goes to
the manager again, whose word is the last. What is outside the company's duty is explained, or somebody who can help
is named; it is never just refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from base.access import Role
from tickets.clocktable import Table, table_of_the_house
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level
from tickets.triage import wakes


class HopAnswer(StrEnum):
    """What became of a question whose a complaint is."""

    OURS = "ours"
    NOT_OURS = "not_ours"
    OUTSIDE = "outside"
    SENT = "sent"


ABOVE = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN})
"""Who may answer for any department, and decides where a complaint goes that was refused."""
REFUSALS = 2
"""So many refusals, and the manager's word is the last."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Whom it was put to (an empty `department`: the manager), and what came of it."""

    department: str
    answer: HopAnswer | None

    @property
    def is_managers(self) -> bool:
        """Whether the manager has to say where it goes."""
        return not self.department


def due_at(level: Level, *, at: datetime, hours: Hours, table: Table | None = None) -> datetime:
    """By when a question put at `at` has to be answered: of what wakes people at any hour, else in the desk's hours."""
    within = timedelta(seconds=(table or table_of_the_house())[level].whose_s)
    return (ROUND_THE_CLOCK if wakes(level) else hours).after(at, within)


def may_answer(hop: Hop, role: Role, department: str) -> bool:
    """Whether somebody of this role and department says whose it is; one without a department speaks for any."""
    return role in ABOVE or (role is Role.SUPERVISOR and not hop.is_managers and department in {"", hop.department})


def was_anothers(hops: Sequence[Hop], department: str) -> bool:
    """Whether another department than this one refused it before."""
    return any(
        hop.answer is HopAnswer.NOT_OURS and not hop.is_managers and hop.department != department for hop in hops
    )


def is_last_word(hops: Sequence[Hop]) -> bool:
    """Whether the department it is sent to now is not asked any more, but told."""
    return sum(hop.answer is HopAnswer.NOT_OURS for hop in hops) >= REFUSALS
