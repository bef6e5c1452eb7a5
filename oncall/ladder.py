"""Whom to page, how and when, until somebody acknowledges. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from messages.lifecycle import Way
from tickets.clocks import TOLD_BEFORE_S
from tickets.hours import Hours
from tickets.lifecycle import Level


class Post(StrEnum):
    """A place on the rota and on the ladder."""

    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"


RINGS = (Way.TEXT, Way.CALL)
QUIET = (Way.TEXT,)


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is paged `after_s` seconds after the ladder began, and by which `ways`; `alarms` turns the desk red."""

    after_s: int
    posts: tuple[Post, ...] = ()
    everybody: bool = False
    alarms: bool = False
    ways: tuple[Way, ...] = RINGS


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order, and how often everybody is paged again once they are used up.

    None `again_s`: a quiet ladder, for what wakes nobody. It is climbed in the desk's hours only, its `after_s` is
    service time after the promised moment (before it, where negative), and it ends with its last rung.
    `again_posts`: who is paged again instead of everybody.
    """

    rungs: tuple[Rung, ...]
    again_s: int | None
    again_posts: tuple[Post, ...] = ()


_FIRST, _SECOND = (Post.FIRST,), (Post.SECOND,)
_PAIR = (Post.FIRST, Post.SECOND)
_MINUTE = 60


def _before(level: Level) -> int:
    """The first rung of a quiet ladder is due at the moment the ticket's own row names."""
    return int(TOLD_BEFORE_S[level])


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
    # the last of the three tries is at 10; the manager on duty (as a rule one of two people) follows it by 10
    Level.P1: Ladder(
        (
            Rung(0, _FIRST),
            Rung(5 * _MINUTE, _SECOND),
            Rung(10 * _MINUTE, _PAIR),
            Rung(20 * _MINUTE, (Post.SUPERVISOR, Post.MANAGER)),
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
    # an ordinary repair is told to whoever is on duty; an overrun to the leader, a longer one to the next
    Level.P2: Ladder(
        (
            Rung(-_before(Level.P2), _FIRST, ways=QUIET),
            Rung(0, (Post.SUPERVISOR,), ways=QUIET),
            Rung(30 * _MINUTE, (Post.MANAGER,), ways=QUIET),
        ),
        again_s=None,
    ),
    # what the desk answers by itself reaches a leader only when it is about to be late, and when it is
    Level.P3: Ladder(
        (
            Rung(-_before(Level.P3), (Post.SUPERVISOR,), ways=QUIET),
            Rung(60 * _MINUTE, (Post.MANAGER,), ways=QUIET),
        ),
        again_s=None,
    ),
    Level.C1: Ladder(
        (
            Rung(-_before(Level.C1), (Post.SUPERVISOR,), ways=QUIET),
            Rung(0, (Post.MANAGER,), ways=QUIET),
        ),
        again_s=None,
    ),
}

REFUSED = Ladder(
    (
        Rung(0, (Post.SUPERVISOR,)),
        Rung(10 * _MINUTE, (Post.SUPERVISOR,)),
        Rung(20 * _MINUTE, (Post.SUPERVISOR, Post.MANAGER)),
        Rung(40 * _MINUTE, (Post.MANAGER,), alarms=True),
    ),
    again_s=60 * _MINUTE,
    again_posts=(Post.SUPERVISOR, Post.MANAGER),
)
"""An owner says that it is not done: whoever did it is not asked again, their leader is, whatever the level."""

Which = Level | Ladder
"""A ladder, or the level that has one."""

ABOVE_THE_PROJECT = (Post.DIRECTOR,)
"""Who is paged on every rung for a complaint made to headquarters: not those it may be about."""

HELP_POSTS = (Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR)
"""Who is asked, one after the other, when the person on the spot needs help."""

CATCH_UP_S = 45
"""After a gap in which rungs fell due, the next ones follow no faster than a call can ring out."""


def ladder_of(level: Level, *, is_refused: bool) -> Ladder:
    """The ladder of a ticket of this level; `is_refused`: its owner said that it is not done."""
    return REFUSED if is_refused else LADDERS[level]


def is_quiet(which: Which) -> bool:
    """Whether this ladder goes by texts in the desk's hours, and ends."""
    return _ladder(which).again_s is None


def rung(which: Which, step: int) -> Rung:
    """The rung at `step` (0 is the first); past the last, everybody again, or who is named instead.

    Past the last of a quiet ladder its last people again: no clock leads there, only a caller who asks once more.
    """
    ladder = _ladder(which)
    if step < len(ladder.rungs):
        return ladder.rungs[step]
    if ladder.again_s is None:
        return ladder.rungs[-1]
    last = ladder.rungs[-1].after_s
    again = step - len(ladder.rungs) + 1
    after_s, posts = last + again * ladder.again_s, ladder.again_posts
    return Rung(after_s, posts, everybody=not posts, alarms=True)


def next_due_at(which: Which, step: int, *, due_at: datetime, at: datetime) -> datetime:
    """When the rung after `step` is due, if `step` was due at `due_at` and is climbed now (`at`).

    Counted from when the step was due, so that a slow clock does not stretch the ladder; after a gap it
    goes on rung by rung, none skipped, none in the same instant as the one before. For ladders that wake people.
    """
    on_time_at = due_at + timedelta(seconds=rung(which, step + 1).after_s - rung(which, step).after_s)
    return max(on_time_at, at + timedelta(seconds=CATCH_UP_S))


def next_quiet_at(which: Which, step: int, *, promised_at: datetime, hours: Hours, at: datetime) -> datetime | None:
    """When the rung after `step` of a quiet ladder is due, if `step` is climbed now (`at`). None: it was the last.

    `promised_at` is what the caller was told, `hours` those of the desk: outside them nobody is texted.
    """
    rungs = _ladder(which).rungs
    if step + 1 >= len(rungs):
        return None
    on_time_at = hours.after(promised_at, timedelta(seconds=rungs[step + 1].after_s))
    return hours.opens_at(max(on_time_at, at + timedelta(seconds=CATCH_UP_S)))


def _ladder(which: Which) -> Ladder:
    return which if isinstance(which, Ladder) else LADDERS[which]
