"""What an inbound text is: the code of a page, or a cry for help. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from directory.consent import Choice, read_choice

CARRIERS_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Words on which the carrier itself stops and confirms: written down here, never answered twice."""
CARRIERS_START = frozenset({"START", "YES", "UNSTOP"})
CARRIERS_HELP = frozenset({"HELP", "INFO"})
"""Answered by the carrier, but perhaps by somebody in need: a person reads it."""

DANGERS = (
    ("lift_trapped", ("困人", "被困", "困在电梯", "关在电梯", "trapped", "stuck in the lift", "stuck in a lift",
                      "stuck in lift", "stuck in the elevator", "stuck in an elevator")),
    ("fire", ("着火", "起火", "失火", "火警", "火灾", "on fire", "there is a fire", "there's a fire")),
    ("gas_leak", ("燃气泄漏", "煤气泄漏", "天然气泄漏", "漏气", "煤气味", "燃气味", "gas leak", "smell of gas",
                  "smell gas")),
    ("other_emergency", ("救命", "触电", "晕倒", "昏倒", "electrocuted", "unconscious")),
    ("burst_pipe", ("爆管", "水管爆", "burst pipe", "pipe burst", "pipe has burst")),
)  # fmt: skip
"""Words that mean danger, gravest first, and the category they mean. Waking somebody in vain is the lesser evil."""

_CODE = re.compile(r"(\d{4})(?:[\s,，.。:：/-]+([123])|)")


@dataclass(frozen=True, slots=True)
class PageCode:
    """The reply code of a page, and what it asks for: 1 take it, 2 pass it on, 3 help."""

    code: str
    key: str = "1"


def page_code(text: str) -> PageCode | None:
    """`4821` or `4821 2`, in any width; None for anything else, which is not for the ladder."""
    found = _CODE.fullmatch(_plain(text))
    return PageCode(found[1], found[2] or "1") if found else None


def danger(text: str) -> str | None:
    """The category of the danger a text speaks of, or None."""
    plain = " ".join(_plain(text).lower().replace("’", "'").split())
    return next((category for category, signs in DANGERS if any(sign in plain for sign in signs)), None)


def is_answered_by_the_carrier(text: str) -> bool:
    """Whether the carrier itself has answered this text: a second answer from us would be one too many."""
    return _bare(text) in CARRIERS_STOP | CARRIERS_START | CARRIERS_HELP


def choice(text: str) -> Choice | None:
    """The wish to be left alone, or not to be, in our words or the carrier's; None for anything else."""
    bare = _bare(text)
    if bare in CARRIERS_STOP:
        return Choice.OPT_OUT
    return Choice.OPT_IN if bare in CARRIERS_START else read_choice(text)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(text)).upper()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
