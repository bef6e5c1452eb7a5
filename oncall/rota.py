"""Who is on duty at a moment, who is next, where the gaps are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from base.access import Role
from oncall.ladder import Post


@dataclass(frozen=True, slots=True)
class Turn:
    """One member of staff holds one post from `starts_at` until `ends_at` (not included)."""

    post: Post
    staff_id: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether the moment is inside."""
        return self.starts_at <= at < self.ends_at

    def without(self, other: "Turn") -> list["Turn"]:
        """What is left of it while another turn holds the post: none, one or two parts."""
        before = replace(self, ends_at=min(self.ends_at, other.starts_at))
        after = replace(self, starts_at=max(self.starts_at, other.ends_at))
        return [part for part in dict.fromkeys((before, after)) if part.starts_at < part.ends_at]


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is on leave from `starts_at` until `ends_at` (not included), whatever the rota says."""

    staff_id: int
    starts_at: datetime
    ends_at: datetime

    def takes(self, turn: Turn) -> bool:
        """Whether it takes anything away from a turn."""
        return self.staff_id == turn.staff_id and self.starts_at < turn.ends_at and turn.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could stand in; `is_local` where they belong to the project itself."""

    staff_id: int
    role: Role
    is_local: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody holds the post from `starts_at` until `ends_at`."""

    post: Post
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Holders:
    """Staff ids by post; `gaps` are the posts that the rota leaves empty (a stand-in may hold them)."""

    by_post: Mapping[Post, tuple[int, ...]] = field(default_factory=dict)
    gaps: frozenset[Post] = frozenset()

    def of(self, post: Post) -> tuple[int, ...]:
        """Who holds the post now, on the rota or standing in."""
        return self.by_post.get(post, ())


STAND_INS: Mapping[Post, tuple[Role, ...]] = {
    Post.FIRST: (Role.TECHNICIAN,),
    Post.SECOND: (Role.TECHNICIAN, Role.AGENT),
    Post.SUPERVISOR: (Role.SUPERVISOR,),
    Post.MANAGER: (Role.MANAGER,),
    Post.DIRECTOR: (Role.DIRECTOR,),
}
"""Which roles answer for a post that nobody has a shift for, in order of preference."""

WAKEABLE = frozenset({Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR})
"""The roles that are meant when everybody is paged."""


def on_duty(shifts: Iterable[Turn], overrides: Iterable[Turn], at: datetime) -> Holders:
    """The rota as written at `at`: an override wins over the shifts of its post, the last over the others."""
    by_post: dict[Post, tuple[int, ...]] = {}
    for turn in shifts:
        if turn.covers(at) and turn.staff_id not in by_post.get(turn.post, ()):
            by_post[turn.post] = (*by_post.get(turn.post, ()), turn.staff_id)
    for turn in overrides:
        if turn.covers(at):
            by_post[turn.post] = (turn.staff_id,)
    return Holders(by_post, frozenset(post for post in Post if post not in by_post))


def what_is_left(turn: Turn, over: Iterable[Turn]) -> list[Turn]:
    """The parts of a turn, in order, that none of the turns that win `over` it takes away."""
    left = [turn]
    for other in over:
        left = [part for each in left for part in each.without(other)]
    return left


def as_held(shifts: Iterable[Turn], overrides: Sequence[Turn], leave: Iterable[Away] = ()) -> list[Turn]:
    """Who really holds what, in the order given: shifts, then overrides, each less what later words take away.

    An override wins over the shifts of its post and a later one over the earlier. Leave takes from whoever holds a
    turn and gives nothing back: who was relieved by somebody that fell ill stays relieved, and there is a hole.
    """
    held = [part for turn in shifts for part in what_is_left(turn, _of_post(overrides, turn.post))]
    for place, turn in enumerate(overrides):
        held += what_is_left(turn, _of_post(overrides[place + 1 :], turn.post))
    leave = list(leave)
    return [part for turn in held for part in present(turn, leave)]


def present(turn: Turn, leave: Iterable[Away]) -> list[Turn]:
    """The parts of a turn, in order, for which its holder is not on leave."""
    return what_is_left(
        turn, [replace(turn, starts_at=one.starts_at, ends_at=one.ends_at) for one in leave if one.takes(turn)]
    )


def _of_post(turns: Iterable[Turn], post: Post) -> list[Turn]:
    return [turn for turn in turns if turn.post is post]


def with_stand_ins(holders: Holders, candidates: Sequence[Candidate]) -> Holders:
    """Fill empty posts: staff of the project by role, then the company's, then anybody's. Gaps stay named.

    One person stands in for one post only, and nobody who already holds one is asked to hold two.
    """
    by_post = dict(holders.by_post)
    for post in Post:
        if not by_post.get(post):
            held = {staff_id for ids in by_post.values() for staff_id in ids}
            found = _stand_in(post, candidates, held)
            if found is not None:
                by_post[post] = (found,)
    return Holders(by_post, holders.gaps)


def _stand_in(post: Post, candidates: Sequence[Candidate], held: set[int]) -> int | None:
    roles = STAND_INS[post]
    fit = [c for c in candidates if c.role in roles and c.staff_id not in held]
    fit.sort(key=lambda c: (not c.is_local, roles.index(c.role)))
    return fit[0].staff_id if fit else None


def next_turn(shifts: Iterable[Turn], overrides: Iterable[Turn], post: Post, after_at: datetime) -> Turn | None:
    """Who takes the post over next: the first turn to begin after `after_at`, an override before a shift."""
    coming = [turn for turn in (*overrides, *shifts) if turn.post is post and turn.starts_at > after_at]
    return min(coming, key=lambda turn: turn.starts_at, default=None)


def gaps(
    turns: Iterable[Turn], from_at: datetime, until_at: datetime, posts: Sequence[Post] = (Post.FIRST,)
) -> list[Gap]:
    """Every stretch between `from_at` and `until_at` in which one of `posts` is nobody's, in order of time.

    `turns`: shifts and overrides together; an uncovered minute at night is found before the night.
    """
    turns = list(turns)
    found: list[Gap] = []
    for post in posts:
        covered_at = from_at
        for turn in sorted((t for t in turns if t.post is post), key=lambda t: t.starts_at):
            if turn.starts_at >= until_at:
                break
            if turn.starts_at > covered_at:
                found.append(Gap(post, covered_at, turn.starts_at))
            covered_at = max(covered_at, turn.ends_at)
        if covered_at < until_at:
            found.append(Gap(post, covered_at, until_at))
    return sorted(found, key=lambda gap: (gap.starts_at, list(Post).index(gap.post)))
