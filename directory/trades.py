"""The trades of firms outside that we ring. Pure."""

from enum import StrEnum


class Trade(StrEnum):
    """What a firm sees to."""

    LIFT = "lift"
    WATER = "water"
    GAS = "gas"
    POWER = "power"
