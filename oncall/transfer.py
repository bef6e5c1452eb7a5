"""Whom to ring live, in what order, what each side hears meanwhile. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.ladder import Post
from oncall.rota import Holders

RING_S = 20
"""How long one telephone rings before the next."""
MARGIN_S = 10
"""What the carrier may need to begin and end a ring."""
WHISPER_S = 25
"""How long somebody who picked up may take to press 1."""
AGAIN_S = 120
"""A person who did not come is not rung live again for the same ticket before this has passed."""
HUNTS_FOR = timedelta(seconds=AGAIN_S)
"""So long after the first ring no other begins: the caller is asked what it is about instead of hearing it ring for
ever, where many are on duty or voicemails pick up. Not longer than `AGAIN_S`, so that nobody is rung twice meanwhile.
"""

TALKS_AT_MOST = timedelta(minutes=30)
"""Somebody who is said to talk for longer has hung up, and its end did not reach us."""
MOST_AT_ONCE = 10
"""As many telephones as the carrier rings together (Twilio, TwiML <Dial>)."""

LIVE_POSTS = (Post.FIRST, Post.SECOND, Post.SUPERVISOR)
"""Who is rung while a caller waits; above them only the ladder goes."""
LEADERS = (Post.SUPERVISOR, Post.MANAGER)
"""Who is rung for somebody who wants a supervisor."""

RINGS_FOR = timedelta(seconds=RING_S + MARGIN_S)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has already taken the ticket.

    `was_rung`: they were rung live since and did not come. `is_fresh`: they took it while this caller waited.
    """

    staff_id: int
    was_rung: bool
    is_fresh: bool


def is_over(began_at: datetime | None, taken: Acknowledged | None, *, at: datetime) -> bool:
    """Whether a caller has been rung for long enough; whoever took it while they waited is rung all the same."""
    has_come = taken is not None and taken.is_fresh and not taken.was_rung
    return began_at is not None and not has_come and at >= began_at + HUNTS_FOR


def order(
    holders: Holders, posts: Sequence[Post] = LIVE_POSTS, preferred: Sequence[Collection[int]] = ()
) -> list[int]:  # fmt: skip
    """The people of these posts, first to ring first, each once; those `preferred` before the others.

    Each group of `preferred` puts its people first, the groups before it weighing more: who is free, who speaks the
    caller's language. Nobody is left out for being in none.
    """
    found: list[int] = []
    for post in posts:
        found += [staff_id for staff_id in holders.of(post) if staff_id not in found]
    return sorted(found, key=lambda staff_id: tuple(staff_id not in group for group in preferred))


def to_ring(
    holders: Holders, rung: Collection[int], taken: Acknowledged | None, posts: Sequence[Post] = LIVE_POSTS,
    preferred: Sequence[Collection[int]] = (),
) -> list[int]:  # fmt: skip
    """Whom to ring for a caller on the line, first to ring first; nobody when nobody is left.

    Who took the ticket goes before all others, and alone. If they took it just now and do not come, nobody else is
    woken: they are on their way. If that was long ago and the caller rings again, the others are rung after them.
    """
    if taken is not None and not taken.was_rung:
        return [taken.staff_id]
    if taken is not None and taken.is_fresh:
        return []
    return [staff_id for staff_id in order(holders, posts, preferred) if staff_id not in rung]


def next_to_ring(
    holders: Holders, rung: Collection[int], taken: Acknowledged | None, posts: Sequence[Post] = LIVE_POSTS,
    preferred: Sequence[Collection[int]] = (),
) -> int | None:  # fmt: skip
    """The one person to ring now, where they are rung one after the other."""
    return next(iter(to_ring(holders, rung, taken, posts, preferred)), None)
