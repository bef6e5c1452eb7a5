"""Whom to page, how and when, until somebody acknowledges. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.lifecycle import Level


class Post(StrEnum):
    """A place on the rota and on the ladder."""

    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is paged `after_s` seconds after the ladder began; `alarms` turns the desk red."""

    after_s: int
    posts: tuple[Post, ...] = ()
    everybody: bool = False
    alarms: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order, and how often everybody is paged again once they are used up."""

    rungs: tuple[Rung, ...]
    again_s: int


_FIRST, _SECOND = (Post.FIRST,), (Post.SECOND,)
_PAIR = (Post.FIRST, Post.SECOND)
_MINUTE = 60

LADDERS: Mapping[Level, Ladder] = {
    # danger to life: two at once, then a storey every two minutes, then the house
    Level.P0: Ladder(
        (
            Rung(0, _PAIR),
            Rung(2 * _MINUTE, _PAIR),
            Rung(4 * _MINUTE, (Post.SUPERVISOR,)),
            Rung(6 * _MINUTE, (Post.MANAGER,)),
            Rung(10 * _MINUTE, everybody=True, alarms=True),
        ),
        again_s=5 * _MINUTE,
    ),
    # the last of the three tries is at 10; supervisor, manager and director follow it by 10, 20 and 60
    Level.P1: Ladder(
        (
            Rung(0, _FIRST),
            Rung(5 * _MINUTE, _SECOND),
            Rung(10 * _MINUTE, _PAIR),
            Rung(20 * _MINUTE, (Post.SUPERVISOR,)),
            Rung(30 * _MINUTE, (Post.MANAGER,), alarms=True),
            Rung(70 * _MINUTE, (Post.DIRECTOR,), alarms=True),
        ),
        again_s=10 * _MINUTE,
    ),
    # a grave complaint is the manager's within the hour
    Level.C2: Ladder(
        (
            Rung(0, (Post.MANAGER,)),
            Rung(20 * _MINUTE, (Post.MANAGER,)),
            Rung(40 * _MINUTE, (Post.MANAGER, Post.SUPERVISOR)),
            Rung(60 * _MINUTE, (Post.DIRECTOR,), alarms=True),
        ),
        again_s=60 * _MINUTE,
    ),
}
"""Levels that are not here wake nobody: their clocks are the desk's."""

HELP_POSTS = (Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR)
"""Who is asked, one after the other, when the person on the spot needs help."""

CATCH_UP_S = 45
"""After a gap in which rungs fell due, the next ones follow no faster than a call can ring out."""


def rung(level: Level, step: int) -> Rung | None:
    """The rung at `step` (0 is the first); past the last, everybody again. None: wakes nobody."""
    ladder = LADDERS.get(level)
    if ladder is None:
        return None
    if step < len(ladder.rungs):
        return ladder.rungs[step]
    last = ladder.rungs[-1].after_s
    again = step - len(ladder.rungs) + 1
    return Rung(last + again * ladder.again_s, everybody=True, alarms=True)


def next_due_at(level: Level, step: int, *, due_at: datetime, at: datetime) -> datetime | None:
    """When the rung after `step` is due, if `step` was due at `due_at` and is climbed now (`at`).

    Counted from when the step was due, so that a slow clock does not stretch the ladder; after a gap it
    goes on rung by rung, none skipped, none in the same instant as the one before. None: wakes nobody.
    """
    here, then = rung(level, step), rung(level, step + 1)
    if here is None or then is None:
        return None
    on_time_at = due_at + timedelta(seconds=then.after_s - here.after_s)
    return max(on_time_at, at + timedelta(seconds=CATCH_UP_S))
