"""Whom to page, how and when, until somebody acknowledges. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from messages.lifecycle import Way
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


class Missed(StrEnum):
    """How a call ended without a key; `machine`: somebody or something picked up, and pressed none."""

    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Again:
    """The same telephone rings once more after `again_s`, so many `times` for one page."""

    again_s: int
    times: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Whoever took it is asked whether they are still on it when nothing was heard of them for `remind_s`.

    Without an answer for `release_s` more it is open again, and the ladder goes on.
    """

    remind_s: int
    release_s: int


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is paged `after_s` seconds after the ladder began, and by which `ways`; `alarms` turns the desk red.

    `vendor`: the firm outside that sees to it is rung too, which stands for nobody.
    `parallel`: of those whom it means so many at once, who was not paged yet first; None: all of them.
    """

    after_s: int
    posts: tuple[Post, ...] = ()
    everybody: bool = False
    alarms: bool = False
    ways: tuple[Way, ...] = RINGS
    parallel: int | None = None
    vendor: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order, and how often everybody is paged again once they are used up.

    None `again_s`: a quiet ladder, for what wakes nobody. It is climbed in the desk's hours only, its `after_s` is
    service time after the promised moment (before it, where negative), and it ends with its last rung.
    `again_posts`: who is paged again instead of everybody. `retry`: which calls without a key are made once more.
    `taken`: how long whoever took it may be silent; None: for ever.
    """

    rungs: tuple[Rung, ...]
    again_s: int | None
    again_posts: tuple[Post, ...] = ()
    retry: Mapping[Missed, Again] = field(default_factory=dict)
    taken: Hold | None = None


@dataclass(frozen=True, slots=True)
class Ladders:
    """All ladders of an installation, by `P0`, by `P0.gas_leak` (a category or a kind), and `refused`.

    `nightly` has those that are others at night, from `night_starts` until `night_ends` by the wall clock.
    """

    usual: Mapping[str, Ladder]
    nightly: Mapping[str, Ladder]
    night_starts: time
    night_ends: time

    def of(self, level: Level, *, is_refused: bool, also: Iterable[str] = (), at_time: time | None = None) -> Ladder:
        """The ladder of a matter of this level; `also` its category and kind, which may have a ladder of their own.

        `is_refused`: its owner said that it is not done. `at_time` is what the wall clock says; None: by day.
        """
        names = [REFUSED] if is_refused else [*(f"{level.value}.{name}" for name in also if name), level.value]
        name = next(name for name in names if name in self.usual)
        is_night = at_time is not None and self.is_night(at_time)
        return (self.nightly.get(name) if is_night else None) or self.usual[name]

    def is_night(self, at_time: time) -> bool:
        """Whether it is night at this time of the wall clock."""
        if self.night_starts <= self.night_ends:
            return self.night_starts <= at_time < self.night_ends
        return at_time >= self.night_starts or at_time < self.night_ends


REFUSED = "refused"
"""The ladder of what an owner says is not done: whoever did it is not asked again, their leader is."""


ABOVE_THE_PROJECT = (Post.DIRECTOR,)
"""Who is paged on every rung for a complaint made to headquarters: not those it may be about."""

HELP_POSTS = (Post.SUPERVISOR, Post.MANAGER, Post.DIRECTOR)
"""Who is asked, one after the other, when the person on the spot needs help."""

AT_ONCE = 2
"""Where life is in danger so many telephones ring first."""

CATCH_UP_S = 45
"""After a gap in which rungs fell due, the next ones follow no faster than a call can ring out."""


def is_quiet(ladder: Ladder) -> bool:
    """Whether this ladder goes by texts in the desk's hours, and ends."""
    return ladder.again_s is None


def rung(ladder: Ladder, step: int) -> Rung:
    """The rung at `step` (0 is the first); past the last, everybody again, or who is named instead.

    Past the last of a quiet ladder its last people again: no clock leads there, only a caller who asks once more.
    """
    if step < len(ladder.rungs):
        return ladder.rungs[step]
    if ladder.again_s is None:
        return ladder.rungs[-1]
    last = ladder.rungs[-1].after_s
    again = step - len(ladder.rungs) + 1
    after_s, posts = last + again * ladder.again_s, ladder.again_posts
    return Rung(after_s, posts, everybody=not posts, alarms=True)


def posts_above(ladder: Ladder, step: int) -> tuple[Post, ...]:
    """Who is asked after the rung at `step`, each post once, in the order of the ladder."""
    return tuple(dict.fromkeys(post for above in ladder.rungs[step + 1 :] for post in above.posts))


def next_due_at(ladder: Ladder, step: int, *, due_at: datetime, at: datetime) -> datetime:
    """When the rung after `step` is due, if `step` was due at `due_at` and is climbed now (`at`).

    Counted from when the step was due, so that a slow clock does not stretch the ladder; after a gap it
    goes on rung by rung, none skipped, none in the same instant as the one before. For ladders that wake people.
    """
    on_time_at = due_at + timedelta(seconds=rung(ladder, step + 1).after_s - rung(ladder, step).after_s)
    return max(on_time_at, at + timedelta(seconds=CATCH_UP_S))


def next_quiet_at(ladder: Ladder, step: int, *, promised_at: datetime, hours: Hours, at: datetime) -> datetime | None:
    """When the rung after `step` of a quiet ladder is due, if `step` is climbed now (`at`). None: it was the last.

    `promised_at` is what the caller was told, `hours` those of the desk: outside them nobody is texted.
    """
    rungs = ladder.rungs
    if step + 1 >= len(rungs):
        return None
    on_time_at = hours.after(promised_at, timedelta(seconds=rungs[step + 1].after_s))
    return hours.opens_at(max(on_time_at, at + timedelta(seconds=CATCH_UP_S)))
