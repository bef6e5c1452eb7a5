"""What cannot wait though nobody's life is in danger: how urgent it is, who sees to it, what several of it are."""

import pytest

from directory.trades import Trade
from oncall.vendors import TRADE_OF
from tickets.groups import GROUPED
from tickets.lifecycle import IncidentKind, Kind, Level
from tickets.triage import CARE, CATEGORIES, ENGINEERING, SECURITY, department_of, level_of, wakes


@pytest.mark.parametrize(
    ("category", "department", "trade", "trouble"),
    [
        ("no_power", ENGINEERING, Trade.POWER, IncidentKind.POWER),
        ("no_water", ENGINEERING, Trade.WATER, IncidentKind.WATER),
        ("burst_pipe", ENGINEERING, Trade.WATER, IncidentKind.WATER),
        ("sewage", ENGINEERING, Trade.WATER, IncidentKind.OTHER),
        ("lift", ENGINEERING, Trade.LIFT, IncidentKind.LIFT),
        ("gate", SECURITY, None, IncidentKind.OTHER),
        ("false_alarm", SECURITY, None, IncidentKind.OTHER),
        ("facade", ENGINEERING, None, IncidentKind.OTHER),
        ("fallen_tree", CARE, None, IncidentKind.OTHER),
        ("thrown_objects", SECURITY, None, IncidentKind.OTHER),
    ],
)
def test_it_wakes_whoever_is_on_duty_and_goes_to_whoever_sees_to_it(
    category: str, department: str, trade: Trade | None, trouble: IncidentKind
) -> None:
    level = level_of(Kind.REPAIR, category)
    assert (level, wakes(level)) == (Level.P1, True)
    assert (department_of(category), TRADE_OF.get(category), GROUPED[category][0]) == (department, trade, trouble)


def test_one_socket_and_one_door_card_are_left_for_the_day() -> None:
    for category in ("water_power", "access", "blockage", "other_repair"):
        assert level_of(Kind.REPAIR, category) is Level.P2


def test_no_two_sorts_are_called_the_same() -> None:
    for names in ([one.zh for one in CATEGORIES.values()], [one.en for one in CATEGORIES.values()]):
        assert len(set(names)) == len(names)
