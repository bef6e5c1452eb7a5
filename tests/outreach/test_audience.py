"""Who is in, who is out and why."""

from collections.abc import Iterator

import pytest

from messages.lifecycle import MessageClass, Way
from outreach.audience import Audience, Candidate, Left, Line, Reason, Recipient, gather, one_by_one
from telephony.numbers import NumberKind

MOBILE, LANDLINE, SHARED = NumberKind.MOBILE, NumberKind.LANDLINE, NumberKind.SHARED_COST


def somebody(person_id: int, *lines: Line, homes: tuple[int, ...] = (1,), language: str = "zh") -> Candidate:
    return Candidate(person_id, language, f"业主{person_id}", tuple((home, f"{home}室") for home in homes), lines)


def mobile(last: int, **more: object) -> Line:
    return Line(f"+86138001380{last:02d}", MOBILE, **more)  # type: ignore[arg-type]


def landline(last: int, **more: object) -> Line:
    return Line(f"+862162345{last:03d}", LANDLINE, **more)  # type: ignore[arg-type]


def of(
    message_class: MessageClass, *candidates: Candidate, said: dict[str, bool] | None = None, before: str = ""
) -> Audience:
    return gather(candidates, message_class, said or {}, frozenset({before} - {""}))


def reasons(found: Audience) -> list[tuple[int, Reason]]:
    return [(person, reason) for person, _, reason in found.left_out]


def test_a_shared_number_gets_one_text_for_all_its_homes_and_people() -> None:
    found = of(MessageClass.SERVICE, somebody(1, mobile(1), homes=(1, 2)), somebody(2, mobile(1), homes=(2, 3)))
    (one,) = found.recipients.values()
    assert (one.way, one.people, list(one.homes)) == (Way.TEXT, 2, [1, 2, 3])
    assert one.salutation == "", "two people are addressed by nobody's name"
    assert found.people == 2


def test_the_main_mobile_is_used_and_no_other() -> None:
    found = of(MessageClass.SERVICE, somebody(1, mobile(1), mobile(2)))
    assert list(found.recipients) == [mobile(1).number]


def test_a_mobile_is_texted_even_where_a_landline_stands_first() -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1), mobile(2)))
    assert {one.number: one.way for one in found.recipients.values()} == {mobile(2).number: Way.TEXT}


@pytest.mark.parametrize("message_class", [MessageClass.SERVICE, MessageClass.CARE, MessageClass.SURVEY])
def test_a_landline_is_never_texted(message_class: MessageClass) -> None:
    found = of(message_class, somebody(1, landline(1)), said={landline(1).number: True})
    assert reasons(found) == [(1, Reason.NOT_A_MOBILE)]


def test_with_an_emergency_a_landline_is_called() -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1)))
    assert [one.way for one in found.recipients.values()] == [Way.CALL]


def test_of_a_home_whose_people_can_only_be_called_one_is_called() -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1)), somebody(2, landline(2)), somebody(3, mobile(3)))
    assert {one.number: one.way for one in found.recipients.values()} == {
        landline(1).number: Way.CALL, mobile(3).number: Way.TEXT,
    }  # fmt: skip
    assert reasons(found) == [(2, Reason.ONE_CALL_A_HOME)]


@pytest.mark.parametrize(
    ("first", "second", "called"),
    [
        ((1,), (1, 2), [1, 2]), ((1, 2), (1,), [1]), ((1,), (2,), [1, 2]), ((1, 2), (2, 1), [1]),
    ],
)  # fmt: skip
def test_nobody_is_left_out_for_a_call_to_another_home(
    first: tuple[int, ...], second: tuple[int, ...], called: list[int]
) -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1), homes=first), somebody(2, landline(2), homes=second))
    assert list(found.recipients) == [landline(n).number for n in called]


def test_of_two_landlines_of_a_home_the_one_that_is_known_to_work_is_called() -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1, needs_check=True)), somebody(2, landline(2)))
    assert list(found.recipients) == [landline(2).number]
    assert reasons(found) == [(1, Reason.ONE_CALL_A_HOME)]


def test_a_landline_that_several_share_is_called_once_for_all_of_them() -> None:
    found = of(MessageClass.EMERGENCY, somebody(1, landline(1)), somebody(2, landline(1), homes=(1, 2)))
    (one,) = found.recipients.values()
    assert (one.people, sorted(one.homes), found.left_out) == (2, [1, 2], [])


def test_in_the_philippines_a_notice_takes_a_yes_first_and_danger_none() -> None:
    there = Line("+639171234567", MOBILE)
    assert reasons(of(MessageClass.SERVICE, somebody(1, there))) == [(1, Reason.NO_CONSENT)]
    assert reasons(of(MessageClass.SERVICE, somebody(1, there), said={there.number: False})) == [(1, Reason.OPTED_OUT)]
    assert list(of(MessageClass.SERVICE, somebody(1, there), said={there.number: True}).recipients) == [there.number]
    assert list(of(MessageClass.EMERGENCY, somebody(1, there)).recipients) == [there.number]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Line("+864008001234", SHARED), Reason.NOT_A_MOBILE),
        (Line("+86282452253", MOBILE), Reason.NO_NUMBER),
        (landline(1, extension="801"), Reason.EXTENSION),
    ],
)
def test_what_reaches_nobody_is_left_out_also_in_an_emergency(line: Line, reason: Reason) -> None:
    assert reasons(of(MessageClass.EMERGENCY, somebody(1, line))) == [(1, reason)]


def test_a_person_without_a_number_is_left_out_with_that_reason() -> None:
    assert reasons(of(MessageClass.EMERGENCY, somebody(1))) == [(1, Reason.NO_NUMBER)]


def test_a_number_nobody_answers_is_skipped_except_in_danger() -> None:
    dead = mobile(1, needs_check=True)
    assert reasons(of(MessageClass.SERVICE, somebody(1, dead))) == [(1, Reason.NEEDS_CHECK)]
    assert list(of(MessageClass.SERVICE, somebody(1, dead, mobile(2))).recipients) == [mobile(2).number]
    assert list(of(MessageClass.EMERGENCY, somebody(1, dead)).recipients) == [dead.number]


def test_in_danger_what_somebody_answers_comes_before_what_nobody_does() -> None:
    dead = mobile(1, needs_check=True)
    assert list(of(MessageClass.EMERGENCY, somebody(1, dead, mobile(2))).recipients) == [mobile(2).number]
    found = of(MessageClass.EMERGENCY, somebody(1, dead, landline(1)))
    assert {one.number: one.way for one in found.recipients.values()} == {landline(1).number: Way.CALL}


def test_greetings_go_to_those_who_said_yes() -> None:
    found = of(MessageClass.CARE, somebody(1, mobile(1)), somebody(2, mobile(2)), said={mobile(1).number: True})
    assert list(found.recipients) == [mobile(1).number]
    assert reasons(found) == [(2, Reason.NO_CONSENT)]


def test_a_refusal_is_not_got_round_by_another_number_of_the_same_person() -> None:
    said = {mobile(1).number: False, mobile(2).number: True}
    assert reasons(of(MessageClass.CARE, somebody(1, mobile(2), mobile(1)), said=said)) == [(1, Reason.OPTED_OUT)]


def test_an_emergency_goes_to_those_who_opted_out_of_everything_else() -> None:
    said = {mobile(1).number: False}
    assert list(of(MessageClass.EMERGENCY, somebody(1, mobile(1)), said=said).recipients) == [mobile(1).number]


def test_who_has_had_it_already_is_left_out() -> None:
    found = of(MessageClass.SERVICE, somebody(1, mobile(1)), somebody(2, mobile(2)), before=mobile(1).number)
    assert list(found.recipients) == [mobile(2).number]
    assert reasons(found) == [(1, Reason.ALREADY)]


def test_the_language_is_that_of_the_person() -> None:
    found = of(MessageClass.SERVICE, somebody(1, mobile(1), language="en"), somebody(2, mobile(2)))
    assert [one.language for one in found.recipients.values()] == ["en", "zh"]


def test_who_is_found_one_by_one_is_found_all_the_same_and_only_shared_numbers_are_waited_for() -> None:
    everybody = [
        somebody(1, mobile(1), homes=(1, 2)), somebody(2, mobile(2)), somebody(3, mobile(1), homes=(3,)),
        somebody(4, landline(4)), somebody(5, mobile(5)), somebody(6),
    ]  # fmt: skip
    lone = {mobile(2).number, mobile(5).number}
    said = {mobile(5).number: False}

    def walk() -> Iterator[Recipient | Left]:
        return one_by_one(
            iter(everybody), MessageClass.CARE, {mobile(1).number: True, mobile(2).number: True, **said}, frozenset(),
            lambda _candidate, _number: None, lone.__contains__,
        )  # fmt: skip

    found = Audience()
    for one in walk():
        if isinstance(one, Left):
            found.left_out.append(one)
        else:
            found.recipients[one.number] = one
    wanted = of(
        MessageClass.CARE, *everybody, said={mobile(1).number: True, mobile(2).number: True, **said}
    )  # fmt: skip
    assert found == wanted
    order = [one.number if isinstance(one, Recipient) else one.person_id for one in walk()]
    assert order == [mobile(2).number, 4, 5, 6, mobile(1).number], "as they come, and the shared one last"
