"""What a trouble that is over has answered: which of its tickets are done with it, and in which words. Pure."""

from collections.abc import Mapping

from tickets.lifecycle import IncidentKind, Kind, Level
from tickets.triagewords import WordList, named

ANSWERED_KINDS = frozenset({Kind.REPAIR, Kind.EMERGENCY})
"""A complaint, a question or a knock on a door is answered by a person."""

EXPLAINS: Mapping[IncidentKind, frozenset[str]] = {
    IncidentKind.WATER: frozenset({"no_water", "water_power", "burst_pipe"}),
    IncidentKind.POWER: frozenset({"no_power", "water_power", "lift", "gate", "access"}),
    IncidentKind.LIFT: frozenset({"lift"}),
    IncidentKind.GAS: frozenset({"gas_leak"}),
    IncidentKind.FIRE: frozenset({"fire"}),
    IncidentKind.STORM: frozenset({"no_power", "no_water", "water_power"}),
    IncidentKind.EVACUATION: frozenset(),
    IncidentKind.DRILL: frozenset(),
    IncidentKind.OTHER: frozenset(
        {
            "no_power",
            "no_water",
            "water_power",
            "sewage",
            "gate",
            "access",
            "blockage",
            "lift",
            "false_alarm",
        }
    ),
}
"""The sorts of matter that end with a trouble of this kind."""

_OTHER: Mapping[IncidentKind, str] = {IncidentKind.WATER: "电", IncidentKind.POWER: "水"}
"""Water and electricity are one sort of matter: whoever names the other too has more than this to be seen to."""

RESULT: Mapping[IncidentKind, tuple[str, str]] = {
    IncidentKind.WATER: ("已恢复供水", "The water is back"),
    IncidentKind.POWER: ("已恢复供电", "The power is back"),
    IncidentKind.LIFT: ("电梯已恢复运行", "The lift runs again"),
    IncidentKind.GAS: ("燃气险情已解除", "The gas alarm is over"),
    IncidentKind.FIRE: ("火情已解除", "The fire is out"),
    IncidentKind.STORM: ("受天气影响的设施已恢复", "What the weather had put out of order works again"),
    IncidentKind.EVACUATION: ("疏散已解除", "The evacuation is over"),
    IncidentKind.DRILL: ("演练已结束", "The drill is over"),
    IncidentKind.OTHER: ("已恢复正常", "It works again"),
}


def is_answered(
    trouble: IncidentKind, kind: Kind, category: str, level: Level, summary: str, words: WordList | None = None
) -> bool:  # fmt: skip
    """Whether a ticket is done when this trouble is over: it is about that, and its words name nothing else besides.

    Never where life may be in danger: that somebody has to see.
    """
    explained = EXPLAINS[trouble]
    if kind not in ANSWERED_KINDS or level is Level.P0 or category not in explained:
        return False
    return named(summary, words) <= explained and _OTHER.get(trouble, "\n") not in summary


def result(trouble: IncidentKind, language: str) -> str:
    """What whoever reported it is told."""
    return RESULT[trouble][language == "en"]
