"""The order of live rings, as a table of values."""

from oncall.ladder import Post
from oncall.rota import Holders
from oncall.transfer import Acknowledged, next_to_ring, order

WANG, ZHAO, SUN, QIAN = 1, 2, 3, 4
DUTY = Holders({Post.FIRST: (WANG,), Post.SECOND: (ZHAO,), Post.SUPERVISOR: (SUN,), Post.MANAGER: (QIAN,)})


def test_first_second_supervisor_and_nobody_above() -> None:
    assert order(DUTY) == [WANG, ZHAO, SUN]


def test_one_after_the_other_until_nobody_is_left() -> None:
    rung: set[int] = set()
    asked = []
    while (following := next_to_ring(DUTY, rung, None)) is not None:
        asked.append(following)
        rung.add(following)
    assert asked == [WANG, ZHAO, SUN]


def test_somebody_with_two_posts_is_rung_once() -> None:
    assert order(Holders({Post.FIRST: (WANG,), Post.SECOND: (WANG, ZHAO)})) == [WANG, ZHAO]


def test_who_took_it_meanwhile_is_rung_first() -> None:
    assert next_to_ring(DUTY, {WANG}, Acknowledged(QIAN, was_rung=False, is_fresh=True)) == QIAN


def test_if_who_took_it_just_now_does_not_come_nobody_else_is_woken() -> None:
    assert next_to_ring(DUTY, {WANG}, Acknowledged(QIAN, was_rung=True, is_fresh=True)) is None


def test_a_caller_who_rings_again_later_reaches_the_others_after_them() -> None:
    assert next_to_ring(DUTY, {WANG}, Acknowledged(WANG, was_rung=True, is_fresh=False)) == ZHAO


def test_who_understands_the_caller_is_rung_before_the_others_and_the_others_all_the_same() -> None:
    assert order(DUTY, preferred=[{SUN}]) == [SUN, WANG, ZHAO]
    assert order(DUTY, preferred=[set()]) == [WANG, ZHAO, SUN]
    assert next_to_ring(DUTY, {SUN}, None, preferred=[{SUN}]) == WANG


def test_of_two_reasons_to_prefer_somebody_the_first_weighs_more() -> None:
    assert order(DUTY, preferred=[{ZHAO, SUN}, {SUN, WANG}]) == [SUN, ZHAO, WANG]


def test_who_took_it_is_rung_first_whatever_they_speak() -> None:
    taken = Acknowledged(QIAN, was_rung=False, is_fresh=True)
    assert next_to_ring(DUTY, set(), taken, preferred=[{SUN}]) == QIAN
