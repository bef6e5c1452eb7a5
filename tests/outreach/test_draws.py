"""Which households a wave asks is drawn, and can be drawn again."""

from messages.lifecycle import Way
from outreach.audience import Candidate, Line, Reason
from outreach.draws import Asked, Draw, draw
from telephony.numbers import NumberKind

NOBODY = Asked()


def lives(
    person: int, *homes: int, number: str = "", role: str = "owner", kind: NumberKind = NumberKind.MOBILE
) -> Candidate:
    lines = (Line(number or f"+8613800{person:06d}", kind),)
    places = tuple((home, f"{home}室") for home in homes)
    return Candidate(person, "zh", "", places, lines, roles=(role,) * len(homes))


def drawn(*people: Candidate, asked: Asked = NOBODY, share: float = 1.0, occasion: str = "2026-11") -> Draw:
    return draw(people, {}, asked, share=share, occasion=occasion)


def homes(found: Draw) -> set[int]:
    return {one.home_id for one in found.drawn.values()}


def why(found: Draw) -> dict[int, Reason]:
    return {person: reason for person, _, reason in found.audience.left_out}


TOWN = [lives(person, person) for person in range(1, 201)]


def test_a_share_of_the_households_is_drawn_the_same_one_every_time() -> None:
    first, again = drawn(*TOWN, share=0.1), drawn(*reversed(TOWN), share=0.1)
    assert len(first.drawn) == 20
    assert homes(first) == homes(again)
    assert set(why(first).values()) == {Reason.NOT_DRAWN}
    assert len(why(first)) == 180


def test_another_month_draws_others() -> None:
    november, december = homes(drawn(*TOWN, share=0.1)), homes(drawn(*TOWN, share=0.1, occasion="2026-12"))
    assert november != december


def test_those_not_asked_for_a_year_come_first_and_nobody_is_asked_a_third_time() -> None:
    asked = Asked(dict.fromkeys(range(1, 101), 1) | dict.fromkeys(range(1, 51), 2))
    found = drawn(*TOWN, asked=asked, share=0.5)
    assert homes(found) == set(range(101, 201))
    more = drawn(*TOWN, asked=asked, share=1.0)
    assert homes(more) == set(range(51, 201))
    assert {person for person, reason in why(more).items() if reason is Reason.ASKED_TWICE} == set(range(1, 51))


def test_a_number_that_was_asked_twice_is_left_alone_whatever_home_it_is_asked_for() -> None:
    found = drawn(lives(1, 10, number="+8613800000001"), asked=Asked(numbers={"+8613800000001": 2}))
    assert (found.drawn, why(found)) == ({}, {1: Reason.ASKED_TWICE})


def test_a_household_is_asked_once_its_owner_first() -> None:
    tenant, owner, family = lives(1, 10, role="tenant"), lives(2, 10), lives(3, 10, role="family")
    found = drawn(tenant, owner, family)
    assert [one.person_id for one in found.drawn.values()] == [2]
    assert why(found) == {1: Reason.ONE_A_HOME, 3: Reason.ONE_A_HOME}


def test_a_number_behind_several_homes_is_asked_for_one_of_them() -> None:
    found = drawn(lives(1, 10, 11, 12))
    assert len(found.drawn) == 1
    assert why(found) == {}


def test_whoever_has_only_a_landline_is_rung_and_who_refused_is_not() -> None:
    at_home = lives(1, 10, number="+862155551234", kind=NumberKind.LANDLINE)
    found = draw([at_home, lives(2, 20)], {"+8613800000002": False}, NOBODY, share=1.0, occasion="2026-11")
    assert found.audience.recipients["+862155551234"].way is Way.CALL
    assert why(found) == {2: Reason.OPTED_OUT}


def test_who_is_asked_for_one_home_is_not_left_out_for_another_that_was_asked_twice() -> None:
    found = drawn(lives(1, 10, 11), asked=Asked(homes={11: 2}))
    assert (homes(found), why(found)) == ({10}, {})
