"""What other systems can be told of, by name: `ticket.opened`, or a whole family, `ticket.*`."""

from collections.abc import Collection

from base.errors import BadInput
from tickets.lifecycle import IncidentStep
from tickets.models import EventType

MESSAGE_FAILED = "message.failed"
UNACKNOWLEDGED = "oncall.unacknowledged"
TICKET, INCIDENT = "ticket.", "incident."
FAMILIES = (f"{TICKET}*", f"{INCIDENT}*", MESSAGE_FAILED, UNACKNOWLEDGED)
"""What most systems ask for."""
NAMES = (
    *(f"{TICKET}{kind.value}" for kind in EventType), *(f"{INCIDENT}{step.value}" for step in IncidentStep),
    MESSAGE_FAILED, UNACKNOWLEDGED,
)  # fmt: skip
_PAGED = frozenset({"paged", "nobody", "nobody_at_all"})
"""How the timeline names that a rung of the ladder was climbed."""
_ROUND = 1000
"""Rungs of a ticket that is open again count on in the next thousand."""


def wanted(asked: Collection[str], name: str) -> bool:
    """Whether somebody who asked for these is told of `name`."""
    return name in asked or f"{name.partition('.')[0]}.*" in asked


def checked(asked: Collection[str]) -> list[str]:
    """What was asked for, each once, in our order. Raises `BadInput` for nothing, and for a name that there is not."""
    said = {one.strip() for one in asked if one.strip()}
    if strange := sorted(said - {*FAMILIES, *NAMES}):
        raise BadInput(
            f"没有这种事件：{strange[0][:60]}。There is no such event: {strange[0][:60]}. "
            f"有 / There are: {', '.join(FAMILIES)}"
        )
    if not said:
        raise BadInput("请至少选一种事件。Choose at least one event.")
    return [name for name in dict.fromkeys((*FAMILIES, *NAMES)) if name in said]


def rung_past_the_first(kind: str, data: dict[str, object]) -> int | None:
    """The rung of a ladder that was climbed because nobody had taken the ticket; None for any other fact."""
    step = data.get("step")
    if kind != EventType.PAGED or data.get("line") not in _PAGED or not isinstance(step, int):
        return None
    return step if step > 0 and step % _ROUND else None
