"""The rota, as tables of values."""

from datetime import UTC, datetime, timedelta

import pytest

from base.access import Role
from oncall.ladder import Post
from oncall.rota import Candidate, Gap, Turn, gaps, next_turn, on_duty, with_stand_ins

T0 = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
WANG, ZHAO, SUN, QIAN = 1, 2, 3, 4


def hour(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def turn(staff_id: int, starts: float, ends: float, post: Post = Post.FIRST) -> Turn:
    return Turn(post, staff_id, hour(starts), hour(ends))


NIGHT_AND_DAY = [turn(WANG, -12, 0), turn(ZHAO, 0, 12)]


@pytest.mark.parametrize(
    ("at", "who"),
    [(-12.001, ()), (-12, (WANG,)), (-0.001, (WANG,)), (0, (ZHAO,)), (11.999, (ZHAO,)), (12, ())],
)
def test_a_shift_holds_from_its_first_moment_until_just_before_its_end(at: float, who: tuple[int, ...]) -> None:
    assert on_duty(NIGHT_AND_DAY, [], hour(at)).of(Post.FIRST) == who


def test_two_may_hold_a_post_together() -> None:
    assert on_duty([turn(WANG, 0, 8), turn(ZHAO, 0, 8)], [], hour(1)).of(Post.FIRST) == (WANG, ZHAO)


def test_a_swap_wins_over_the_shift_beneath_it_and_only_while_it_lasts() -> None:
    swap = [turn(SUN, 2, 4)]
    assert [on_duty(NIGHT_AND_DAY, swap, hour(at)).of(Post.FIRST) for at in (1, 2, 3.9, 4)] == [
        (ZHAO,), (SUN,), (SUN,), (ZHAO,),
    ]  # fmt: skip


def test_the_later_of_two_swaps_counts() -> None:
    assert on_duty(NIGHT_AND_DAY, [turn(SUN, 2, 4), turn(QIAN, 3, 4)], hour(3.5)).of(Post.FIRST) == (QIAN,)


def test_a_swap_of_one_post_leaves_the_others_alone() -> None:
    shifts = [turn(WANG, 0, 8), turn(ZHAO, 0, 8, Post.SECOND)]
    held = on_duty(shifts, [turn(SUN, 0, 8)], hour(1))
    assert (held.of(Post.FIRST), held.of(Post.SECOND)) == ((SUN,), (ZHAO,))


def test_what_the_rota_leaves_empty_is_said_to_be_a_gap() -> None:
    held = on_duty([turn(WANG, 0, 8)], [], hour(1))
    assert held.gaps == frozenset(Post) - {Post.FIRST}


def test_a_gap_is_held_by_somebody_of_the_project_before_the_company() -> None:
    staff = [
        Candidate(WANG, Role.TECHNICIAN, is_local=False),
        Candidate(ZHAO, Role.TECHNICIAN, is_local=True),
        Candidate(SUN, Role.MANAGER, is_local=False),
    ]
    held = with_stand_ins(on_duty([], [], T0), staff)
    assert (held.of(Post.FIRST), held.of(Post.SECOND)) == ((ZHAO,), (WANG,))
    assert held.of(Post.MANAGER) == (SUN,)
    assert held.of(Post.SUPERVISOR) == ()
    assert Post.FIRST in held.gaps


def test_nobody_stands_in_for_two_posts() -> None:
    held = with_stand_ins(on_duty([turn(WANG, 0, 8)], [], hour(1)), [Candidate(WANG, Role.TECHNICIAN, is_local=True)])
    assert (held.of(Post.FIRST), held.of(Post.SECOND)) == ((WANG,), ())


def test_whoever_is_on_the_rota_is_not_replaced_by_a_stand_in() -> None:
    held = with_stand_ins(on_duty([turn(WANG, 0, 8)], [], hour(1)), [Candidate(ZHAO, Role.TECHNICIAN, is_local=True)])
    assert (held.of(Post.FIRST), held.of(Post.SECOND)) == ((WANG,), (ZHAO,))


def test_the_next_turn_is_the_first_to_begin_after_now() -> None:
    later = turn(SUN, 12, 24)
    assert next_turn([*NIGHT_AND_DAY, later], [], Post.FIRST, hour(-1)) == NIGHT_AND_DAY[1]
    assert next_turn([*NIGHT_AND_DAY, later], [], Post.FIRST, hour(0)) == later
    assert next_turn([*NIGHT_AND_DAY, later], [], Post.FIRST, hour(12)) is None


def test_a_swap_comes_before_the_shift_that_begins_with_it() -> None:
    swap = turn(QIAN, 12, 24)
    assert next_turn([turn(SUN, 12, 24)], [swap], Post.FIRST, hour(0)) == swap


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ([], [(0, 24)]),
        ([(0, 24)], []),
        ([(-5, 30)], []),
        ([(0, 12), (12, 24)], []),
        ([(0, 12), (12.5, 24)], [(12, 12.5)]),
        ([(2, 10), (4, 6), (9, 20)], [(0, 2), (20, 24)]),
        ([(30, 40)], [(0, 24)]),
    ],
)
def test_every_uncovered_minute_is_found(turns: list[tuple[float, float]], found: list[tuple[float, float]]) -> None:
    shifts = [turn(WANG, *each) for each in turns]
    assert gaps(shifts, hour(0), hour(24)) == [Gap(Post.FIRST, hour(a), hour(b)) for a, b in found]


def test_gaps_of_several_posts_come_in_order_of_time() -> None:
    shifts = [turn(WANG, 0, 20), turn(ZHAO, 4, 24, Post.SECOND)]
    found = gaps(shifts, hour(0), hour(24), (Post.FIRST, Post.SECOND))
    assert found == [Gap(Post.SECOND, hour(0), hour(4)), Gap(Post.FIRST, hour(20), hour(24))]
