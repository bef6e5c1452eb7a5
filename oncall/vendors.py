"""Which firm outside sees to which matter. Pure."""

from collections.abc import Mapping

from directory.trades import Trade

TRADE_OF: Mapping[str, Trade] = {
    "lift_trapped": Trade.LIFT,
    "lift": Trade.LIFT,
    "gas_leak": Trade.GAS,
    "burst_pipe": Trade.WATER,
    "no_power": Trade.POWER,
    "no_water": Trade.WATER,
    "sewage": Trade.WATER,
    "water_power": Trade.POWER,
}
"""By category; for any other nobody outside is rung."""
