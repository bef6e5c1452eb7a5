"""When several calls are one group, and what they would be."""

from datetime import timedelta

import pytest

from tests.oncall.estate import AT
from tickets.groups import (
    Call,
    enough,
    goes_on,
    group_of,
    homes_needed,
    is_known,
    kind_of,
    lasts,
    leader_of,
    may_be_held,
)
from tickets.lifecycle import IncidentKind, Level, Status

WITHIN = timedelta(minutes=30)


def calls(*told: tuple[int, float]) -> list[Call]:
    """Homes and the minutes at which they called."""
    return [Call(n, home, AT + timedelta(minutes=minutes)) for n, (home, minutes) in enumerate(told, start=1)]


@pytest.mark.parametrize(
    ("told", "group"),
    [
        ([], []),
        ([(1, 0), (2, 5)], []),
        ([(1, 0), (2, 5), (3, 12)], [1, 2, 3]),
        ([(1, 0), (2, 5), (3, 30)], [1, 2, 3]),
        ([(1, 0), (2, 5), (3, 31)], []),
        ([(1, 0), (1, 5), (2, 6)], []),
        ([(1, 0), (1, 5), (2, 6), (3, 7)], [1, 2, 3, 4]),
        ([(9, 0), (1, 40), (2, 45), (3, 50)], [2, 3, 4]),
        ([(1, 0), (2, 1), (3, 2), (4, 40)], [1, 2, 3, 4]),
        ([(3, 12), (1, 0), (2, 5)], [2, 3, 1]),
    ],
)
def test_so_many_homes_within_so_many_minutes_are_a_group(told: list[tuple[int, float]], group: list[int]) -> None:
    assert [call.ticket_id for call in enough(calls(*told), needed=3, within=WITHIN)] == group


@pytest.mark.parametrize(
    ("category", "usual", "needed"),
    [
        ("no_power", 3, 2), ("no_water", 10, 2), ("no_water", 2, 2), ("burst_pipe", 3, 2), ("water_power", 5, 5),
        ("sewage", 3, 2), ("gate", 3, 2), ("false_alarm", 3, 2), ("facade", 3, 2), ("fallen_tree", 3, 2),
        ("thrown_objects", 3, 2), ("fire", 3, 2), ("gas_leak", 3, 2), ("lift_trapped", 3, 2),
        ("other_emergency", 3, 3), ("emergency", 3, 3), ("access", 3, 3), ("blockage", 3, 3),
    ],
)  # fmt: skip
def test_of_what_wakes_somebody_by_itself_a_second_home_is_enough(category: str, usual: int, needed: int) -> None:
    assert homes_needed(category, usual) == needed


@pytest.mark.parametrize(
    ("category", "wake", "usual", "group"),
    [
        ("burst_pipe", [True], 3, []),
        ("burst_pipe", [True, True], 3, [1, 2]),
        ("burst_pipe", [True, True], 2, [1, 2]),
        ("water_power", [True, True], 3, []),
        ("water_power", [False, False], 2, [1, 2]),
        ("burst_pipe", [False, True], 3, []),
        ("burst_pipe", [False, True, True], 9, [2, 3]),
        ("burst_pipe", [False, True, False], 3, [1, 2, 3]),
    ],
)
def test_those_that_wake_somebody_are_enough_in_twos_of_some_sorts(
    category: str, wake: list[bool], usual: int, group: list[int]
) -> None:
    told = [Call(n, n, AT + timedelta(minutes=n), wakes=one) for n, one in enumerate(wake, start=1)]
    assert [call.ticket_id for call in group_of(category, told, usual=usual, within=WITHIN)] == group


@pytest.mark.parametrize(("wake", "leads"), [([False, False], 1), ([True, True], 1), ([False, True], 2)])
def test_the_first_that_wakes_somebody_by_itself_leads_else_the_first(wake: list[bool], leads: int) -> None:
    assert leader_of([Call(n, n, AT, wakes=one) for n, one in enumerate(wake, start=1)]).ticket_id == leads


def test_a_group_goes_on_as_long_as_its_calls_do() -> None:
    assert goes_on(AT, within=WITHIN, at=AT + timedelta(minutes=30))
    assert not goes_on(AT, within=WITHIN, at=AT + timedelta(minutes=31))
    assert not goes_on(None, within=WITHIN, at=AT)


@pytest.mark.parametrize(
    ("category", "is_decided", "leader", "hours", "is_so"),
    [
        ("no_water", False, Status.OPEN, 4, True),
        ("no_power", False, Status.IN_PROGRESS, 4, True),
        ("no_water", False, Status.IN_PROGRESS, 4.1, False),
        ("no_water", False, Status.WAITING, 1, False),
        ("no_water", False, Status.RESOLVED, 1, False),
        ("no_water", False, None, 1, False),
        ("no_water", True, Status.RESOLVED, 240, True),
        ("burst_pipe", True, Status.OPEN, 1, False),
    ],
)
def test_an_outage_lasts_while_it_is_decided_or_fresh_and_worked_on(
    category: str, is_decided: bool, leader: Status | None, hours: float, is_so: bool
) -> None:
    at = AT + timedelta(hours=hours)
    assert lasts(category, is_decided=is_decided, leader=leader, found_at=AT, at=at) is is_so


def test_where_life_is_in_danger_each_call_wakes_somebody() -> None:
    assert [level for level in Level if not may_be_held(level)] == [Level.P0]


@pytest.mark.parametrize(
    ("category", "said", "kind"),
    [
        ("water_power", [], "other"),
        ("water_power", ["", "家里停电了"], "power"),
        ("water_power", ["没水了", "停水", "电梯里没电"], "water"),
        ("water_power", ["No POWER in the flat"], "power"),
        ("burst_pipe", ["水电井在漏"], "water"),
        ("no_power", ["", "电梯也停了，水也没了"], "power"),
        ("no_water", [], "water"),
        ("sewage", ["污水"], "other"),
        ("lift", ["电梯坏了"], "lift"),
        ("gas_leak", [], "gas"),
        ("nothing_we_know", ["停电"], "other"),
    ],
)
def test_what_it_is_follows_from_its_sort_and_the_words_of_its_callers(
    category: str, said: list[str], kind: str
) -> None:
    assert kind_of(category, said) == kind


@pytest.mark.parametrize(
    ("category", "lasting", "known"),
    [
        ("water_power", [], False),
        ("water_power", [IncidentKind.POWER], True),
        ("water_power", [IncidentKind.LIFT, IncidentKind.STORM], False),
        ("burst_pipe", [IncidentKind.WATER], True),
        ("no_power", [IncidentKind.POWER], True),
        ("no_power", [IncidentKind.WATER], False),
        ("no_water", [IncidentKind.WATER], True),
        ("access", [IncidentKind.OTHER], False),
    ],
)
def test_what_is_known_to_last_is_not_proposed_again(category: str, lasting: list[IncidentKind], known: bool) -> None:
    assert is_known(category, lasting) is known
