"""Which promises have passed without a word, and by when their owner hears from us next. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tickets.clocks import Clock
from tickets.clocktable import Table, table_of_the_house
from tickets.lifecycle import Level
from tickets.running import ClockName

TOLD_OF = frozenset({ClockName.FIRST_REPLY, ClockName.FINISH, ClockName.CALLBACK})
"""What owners are promised whatever the level; of each level there is one more."""
AT_ONCE = frozenset({Level.P0, Level.P1})
"""Levels whose owner waits awake for somebody to come."""
SOON = timedelta(minutes=30)
AFTER_OPENING = timedelta(hours=1)


def broken(
    level: Level, standing: Sequence[Clock], *, heard_at: datetime | None, table: Table | None = None
) -> list[Clock]:  # fmt: skip
    """The promises that have passed and are not kept, of which their owner has heard nothing since, in that order.

    `heard_at` is when we last spoke to them. A clock that stands is none: we said that we wait.
    """
    promised = (table or table_of_the_house())[level].promised
    found = [
        clock
        for clock in standing
        if clock.name in TOLD_OF | {promised} and clock.met_at is None and clock.due_at is not None
        and clock.is_broken and (heard_at is None or heard_at < clock.due_at)
    ]  # fmt: skip
    return sorted(found, key=lambda clock: (clock.due_at, clock.name))


def may_wait(level: Level, clock: ClockName) -> bool:
    """Whether a word about this promise can wait for the morning: not to whoever waits for somebody to come."""
    return level not in AT_ONCE or clock is ClockName.CALLBACK


def next_word_at(level: Level, clock: ClockName, *, at: datetime, speaks_next_at: datetime) -> datetime:
    """By when the next word is promised. `speaks_next_at`: when we could write by ourselves on the next day."""
    return speaks_next_at + AFTER_OPENING if may_wait(level, clock) else at + SOON
