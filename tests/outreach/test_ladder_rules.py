"""Who counts as having heard, and whom a rung tries: the rules."""

from dataclasses import replace
from datetime import timedelta

import pytest

from messages.lifecycle import MessageState, Way
from outreach import ladders
from outreach.audience import Candidate, Line
from outreach.ladders import RUNGS, Household, Rung, Tried
from telephony.numbers import NumberKind
from tests.messages.fake import AT
from tests.outreach.rungs import FIRST, KEEPER, LANDLINE, SECOND


def mobile(number: str, **more: object) -> Line:
    return Line(number, NumberKind.MOBILE, **more)  # type: ignore[arg-type]


def somebody(person_id: int, *lines: Line, homes: tuple[int, ...] = (1,)) -> Candidate:
    return Candidate(person_id, "zh", "", tuple((home, f"{home}室") for home in homes), lines)


def tried(number: str, state: MessageState, way: Way = Way.TEXT, *, is_heard: bool = False) -> Tried:
    return Tried(number, way, state, is_heard)


ONE = {1: Household(1, "1室", [somebody(1, mobile(FIRST), mobile(SECOND)), somebody(2, mobile(KEEPER))])}


@pytest.mark.parametrize("endangers_life", [True, False])
@pytest.mark.parametrize("state", list(MessageState))
def test_whatever_did_not_fail_counts_but_not_where_life_is_in_danger(
    state: MessageState, endangers_life: bool
) -> None:
    silent = ladders.unheard(ONE, [tried(FIRST, state)], (), endangers_life=endangers_life)
    assert bool(silent) is (endangers_life or state in ladders.NOT_REACHED)


@pytest.mark.parametrize("endangers_life", [True, False])
def test_a_key_a_text_or_a_call_of_anybody_of_the_home_is_proof(endangers_life: bool) -> None:
    failed = [tried(FIRST, MessageState.FAILED), tried(KEEPER, MessageState.FAILED)]
    heard = [*failed, tried(SECOND, MessageState.ANSWERED, Way.CALL, is_heard=True)]
    assert ladders.unheard(ONE, failed, (), endangers_life=endangers_life)
    assert not ladders.unheard(ONE, heard, (), endangers_life=endangers_life)
    assert not ladders.unheard(ONE, failed, {KEEPER}, endangers_life=endangers_life)


def test_a_voicemail_that_picks_up_has_heard_nothing_where_life_is_in_danger() -> None:
    assert ladders.unheard(ONE, [tried(FIRST, MessageState.ANSWERED, Way.CALL)], (), endangers_life=True)


def test_each_rung_goes_to_what_was_not_tried() -> None:
    failed = [tried(FIRST, MessageState.FAILED), tried(KEEPER, MessageState.FAILED)]
    homes = list(ONE.values())
    second = ladders.recipients(Rung.SECOND_NUMBER, homes, failed)
    assert {one.number: one.way for one in second.values()} == {SECOND: Way.TEXT}
    call = ladders.recipients(Rung.CALL, homes, failed)
    assert {one.number: one.way for one in call.values()} == {SECOND: Way.CALL}, "one call a home, to no dead number"
    assert not ladders.recipients(Rung.CALL, homes, [*failed, tried(FIRST, MessageState.ACCEPTED, Way.CALL)])
    missed = [*failed, tried(SECOND, MessageState.NO_ANSWER, Way.CALL)]
    assert set(ladders.recipients(Rung.CALL, homes, missed)) == {FIRST}, "nobody picked that one up"
    others = [somebody(3, Line(LANDLINE, NumberKind.LANDLINE)), somebody(4, mobile(FIRST))]
    contacts = ladders.recipients(Rung.SECOND_CONTACT, [replace(ONE[1], others=others)], failed)
    assert {one.number: one.way for one in contacts.values()} == {LANDLINE: Way.CALL}


@pytest.mark.parametrize("rung", [Rung.SECOND_NUMBER, Rung.SECOND_CONTACT])
def test_of_two_people_of_a_home_with_a_landline_each_one_is_called_by_a_rung(rung: Rung) -> None:
    landlines = (LANDLINE, "+862162345679")
    two = [somebody(n, Line(number, NumberKind.LANDLINE)) for n, number in enumerate(landlines, 1)]
    both = [*two, somebody(3, mobile(SECOND))]
    home = Household(1, "1室", both if rung is Rung.SECOND_NUMBER else [], both if rung is Rung.SECOND_CONTACT else [])
    found = ladders.recipients(rung, [home], [])
    assert {one.number: one.way for one in found.values()} == {LANDLINE: Way.CALL, SECOND: Way.TEXT}
    doubtful = replace(
        home, people=[], others=[two[0]._replace(lines=(two[0].lines[0]._replace(needs_check=True),)), two[1]]
    )
    assert set(ladders.recipients(Rung.SECOND_CONTACT, [doubtful], [])) == {landlines[1]}, "the likelier of them"


def test_a_number_of_two_homes_is_rung_once() -> None:
    shared = somebody(1, mobile(FIRST), homes=(1, 2))
    homes = [Household(1, "1室", [shared]), Household(2, "2室", [shared])]
    (one,) = ladders.recipients(Rung.CALL, homes, []).values()
    assert set(one.homes) == {1, 2}


def test_where_life_is_in_danger_the_rungs_follow_sooner() -> None:
    for endangers_life in (True, False):
        moments = [ladders.rung_at(n, AT, endangers_life=endangers_life) for n in range(len(RUNGS) + 1)]
        assert moments[-1] is None
        known = [moment for moment in moments if moment]
        assert known == sorted(set(known))
        assert known[-1] - AT <= timedelta(minutes=10 if endangers_life else 60)
