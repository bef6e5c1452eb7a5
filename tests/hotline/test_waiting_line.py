"""The line of those who wait for a person, as tables of values."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.actions.conversation import WAIT_IN_LINE_S
from hotline.asking import pieces
from hotline.menubook import book
from hotline.menuwords import LINE
from hotline.waitingline import (
    LONGEST_MINUTES,
    InLine,
    Rank,
    has_waited_long,
    minutes_to_wait,
    place_of,
    promised,
    question_of,
    rank_of,
)
from tickets.lifecycle import Level

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WANG, ZHAO, SUN = 1, 2, 3


def waits(call_id: int, minute: float, rank: Rank = Rank.USUAL, wants: tuple[int, ...] = (WANG, ZHAO)) -> InLine:
    return InLine(call_id, rank, AT + timedelta(minutes=minute), wants)


@pytest.mark.parametrize(
    ("level", "needs_care", "rank"),
    [
        (Level.P0, False, Rank.URGENT),
        (Level.P1, False, Rank.URGENT),
        (Level.P2, True, Rank.CARE),
        (Level.P3, False, Rank.USUAL),
        (Level.C2, False, Rank.USUAL),
    ],
)
def test_what_wakes_people_goes_before_special_care_and_that_before_the_rest(level, needs_care, rank):
    assert rank_of(level, needs_care=needs_care) is rank


def test_first_come_first_served_within_the_rank():
    line = [waits(1, 0), waits(2, 1), waits(3, 2, Rank.CARE), waits(4, 3, Rank.URGENT), waits(5, 1)]
    assert [one.call_id for one in sorted(line, key=lambda one: one.turn)] == [4, 3, 1, 2, 5]
    assert place_of(line, waits(6, 9)) == 6
    assert place_of(line, waits(6, 9, Rank.CARE)) == 3


def test_who_waits_for_other_people_is_not_ahead():
    assert place_of([waits(1, 0, wants=(SUN,)), waits(2, 0)], waits(3, 1)) == 2


@pytest.mark.parametrize(
    ("line", "engaged", "given"),
    [
        ([], set(), set()),
        ([waits(1, 0)], set(), {WANG}),
        ([waits(1, 0)], {WANG}, {ZHAO}),
        ([waits(1, 0), waits(2, 1)], set(), {WANG, ZHAO}),
        ([waits(1, 0), waits(2, 1)], {WANG, ZHAO}, set()),
        ([waits(1, 0, wants=(SUN,))], set(), {SUN}),
        ([waits(4, 6)], set(), set()),
        ([waits(4, 6, Rank.CARE)], set(), {WANG}),
    ],
)
def test_each_who_is_ahead_has_one_of_those_who_are_free(line, engaged, given):
    assert promised(line, waits(3, 5), engaged) == given


@pytest.mark.parametrize(
    ("place", "people", "talks_s", "minutes"),
    [
        (1, 1, [], 3),
        (2, 1, [], 6),
        (2, 2, [], 3),
        (1, 3, [], 1),
        (2, 1, [60, 120, 180], 4),
        (1, 1, [10, 10], 3),
        (1, 5, [10, 10, 10], 1),
        (40, 1, [600, 600, 600], 30),
        (1, 0, [], 3),
    ],
)
def test_the_wait_is_reckoned_from_the_latest_talks_and_those_who_talk(place, people, talks_s, minutes):
    assert minutes_to_wait(place, people, talks_s) == minutes


@pytest.mark.parametrize(
    ("turn", "was_rung", "is_wrong", "question"),
    [
        (1, False, False, "person.waiting"),
        (2, False, False, "person.choices"),
        (3, False, False, "person.holding"),
        (4, False, False, "person.waiting"),
        (5, True, False, "person.waiting"),
        (6, False, True, "person.choices"),
    ],
)
def test_place_choices_and_words_take_turns(turn, was_rung, is_wrong, question):
    assert question_of(turn, was_rung=was_rung, is_wrong=is_wrong) == question


def test_a_round_is_over_when_all_were_heard():
    assert not has_waited_long(3, rounds=1)
    assert has_waited_long(4, rounds=1)


@pytest.mark.parametrize(("language", "a_second"), [("zh", 4), ("en", 2.5)])
@pytest.mark.parametrize("name", LINE)
def test_between_two_looks_for_somebody_free_there_are_twelve_seconds_at_most(name, language, a_second):
    """As many signs of Chinese, or words of English, as a voice speaks in a second."""
    menus = book()
    minutes = menus.words("person.minutes").spoken(language, count=LONGEST_MINUTES)
    step = menus.step(name)
    own = pieces(step, language, (), has_more=False, can_go_back=False, values={"nth": 12, "wait": minutes})
    before = [menus.words("person.everybody_busy").spoken(language)] if name == LINE[0] else []
    before += [question.silence.words.spoken(language) for question in map(menus.step, LINE) if not before]
    for first in before:
        said = " ".join([first, *(piece.words for piece in own)])
        spoken = len(said.split()) if language == "en" else sum(not sign.isspace() for sign in said)
        assert spoken / a_second + WAIT_IN_LINE_S <= 12, said
